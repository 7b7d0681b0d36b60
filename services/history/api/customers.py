"""Customers over HTTP: the context card."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from starlette.responses import Response

from services.history.usecases.ports import CardStore
from services.history.usecases.show_card import show_card
from shared.contracts.cards import Card
from shared.contracts.claims import Principal
from shared.contracts.wire import CustomerId
from shared.kernel.clock import Clock
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import admit, require
from shared.kit.auth.callers import Callers
from shared.kit.web.hot_path import HotGet, HotRouter

READERS = (Scope.AGENT, Scope.CUSTOMERS_READ)


def customers_router(
    store: CardStore, shown: Callable[[Principal, UUID], None], *, callers: Callers, clock: Clock
) -> HotRouter:
    """Return the endpoint of the card under /v1/customers; `shown` notes who has seen whose."""
    router = HotRouter(prefix="/v1/customers", tags=["customers"])
    reader = require(READERS, callers)

    async def card_json(caller: Principal, customer_id: UUID) -> bytes:
        card = await show_card(store, caller.shop_id, customer_id, clock.now())
        shown(caller, customer_id)
        return card

    async def at_once(token: str, customer_id: UUID) -> bytes:
        return await card_json(admit(token, READERS, callers), customer_id)

    @router.get("/{customer_id}", response_model=Card)
    async def read_card(
        customer_id: CustomerId, caller: Annotated[Principal, Depends(reader)]
    ) -> Response:
        return Response(await card_json(caller, customer_id), media_type="application/json")

    router.hot = HotGet("/v1/customers/{customer_id}", IdKind.CUSTOMER, at_once)
    return router
