"""Shows the card of one customer to who may see it; callers have checked that."""

from __future__ import annotations

from uuid import UUID

from services.history.domain.cards import build_card
from services.history.domain.contacts import known_customer
from services.history.usecases.ports import CardStore
from shared.contracts.cards import Card, CardRequest
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode, RefusedError


async def show_card_of_writer(store: CardStore, request: CardRequest, at: Instant) -> Card | None:
    """Return the card of who writes; None when nobody is known by that, or it is not verified."""
    known = known_customer(request.customer)
    if known is None:
        return None
    stored = await store.card_of_identity(request.shop_id, known.kind, known.value)
    return None if stored is None else build_card(stored, at)


async def show_card(store: CardStore, shop_id: UUID, customer_id: UUID, at: Instant) -> Card:
    """Return the card of a customer of the shop.

    Raises:
        RefusedError: NOT_FOUND; another shop's customer looks the same (LESSONS 25).
    """
    stored = await store.card_of_customer(shop_id, customer_id)
    if stored is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such customer.")
    return build_card(stored, at)
