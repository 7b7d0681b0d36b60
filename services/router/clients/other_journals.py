"""Asks the router that owns a shop to make a decision again; decides nothing."""

from __future__ import annotations

from uuid import UUID

from pydantic import ValidationError

from shared.contracts import subjects
from shared.contracts.decisions import Decision, DecisionAsked, DecisionMadeAgain
from shared.kernel.clock import Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.bus.interface import Bus, BusError


class BusJournals:
    """The journals of the routers that can be reached over the bus."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def ask(
        self, router_id: UUID, shop_id: UUID, decision_id: UUID, wait_ms: Millis
    ) -> Decision | None:
        """Return a decision made again; None: that router has nothing of it."""
        asked = DecisionAsked(shop_id=shop_id, decision_id=decision_id).to_json()
        subject = subjects.router_decisions(router_id)
        try:
            raw = await self._bus.request(subject, asked, timeout_ms=wait_ms)
            return DecisionMadeAgain.model_validate_json(raw).decision
        except (BusError, ValidationError) as error:
            words = "The router that decided gives no answer."
            raise RefusedError(ErrorCode.TRY_AGAIN, words, retry_after_ms=1_000) from error
