"""Customers over HTTP: the context card."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.history.usecases.ports import CardStore
from services.history.usecases.show_card import show_card
from shared.contracts.cards import Card
from shared.contracts.claims import Principal
from shared.contracts.wire import CustomerId
from shared.kernel.clock import Clock
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers

READERS = (Scope.AGENT, Scope.CUSTOMERS_READ)


def customers_router(
    store: CardStore, shown: Callable[[Principal, UUID], None], *, callers: Callers, clock: Clock
) -> APIRouter:
    """Return the endpoint of the card under /v1/customers; `shown` notes who has seen whose."""
    router = APIRouter(prefix="/v1/customers", tags=["customers"])
    reader = require(READERS, callers)

    @router.get("/{customer_id}", response_model=Card)
    async def read_card(
        customer_id: CustomerId, caller: Annotated[Principal, Depends(reader)]
    ) -> Response:
        card = await show_card(store, caller.shop_id, customer_id, clock.now())
        shown(caller, customer_id)
        return Response(card.to_json(), media_type="application/json")

    return router
