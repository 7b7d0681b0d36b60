"""Makes decisions again for other routers, of the shops that are this router's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from services.router.usecases.full_decisions import OwnJournals
from shared.contracts import subjects
from shared.contracts.decisions import DecisionAsked, DecisionMadeAgain
from shared.kit.bus.interface import Bus


@asynccontextmanager
async def making_decisions_again(
    bus: Bus, router_id: UUID, journals: OwnJournals
) -> AsyncIterator[None]:
    """Serve this router's own subject while the block runs."""

    async def take(raw: bytes) -> bytes:
        asked = DecisionAsked.model_validate_json(raw)
        made = await journals.make(asked.shop_id, asked.decision_id)
        return DecisionMadeAgain(decision=made).to_json()

    server = await bus.serve(subjects.router_decisions(router_id), take)
    try:
        yield
    finally:
        await server.close()
