"""Shows the card of one customer to who may see it; callers have checked that."""

from __future__ import annotations

from uuid import UUID

from services.history.domain.cards import card_json, may_be
from services.history.domain.contacts import known_customer
from services.history.domain.identities import normalise
from services.history.usecases.ports import CardStore
from shared.contracts.cards import CardAnswer, CardRequest, MayBe
from shared.contracts.items import TYPED
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode, RefusedError

_NOBODY = CardAnswer(card=None)


async def answer_card(store: CardStore, request: CardRequest, at: Instant) -> bytes:
    """Return the card of who writes, or, of an address that proves nothing, who it may be.

    The answer is a CardAnswer in its wire form.
    """
    customer = request.customer
    if not customer.verified:
        return CardAnswer(card=None, may_be=await _who_may_be(store, request)).to_json()
    known = known_customer(customer)
    if known is None:
        return _NOBODY.to_json()
    stored = await store.card_of_identity(request.shop_id, known.kind, known.value)
    if stored is None:
        return _NOBODY.to_json()
    return b'{"card":%b,"may_be":[]}' % card_json(stored, at)


async def _who_may_be(store: CardStore, request: CardRequest) -> tuple[MayBe, ...]:
    kind = request.customer.kind
    value = normalise(kind, request.customer.value)
    if value is None or kind not in TYPED:
        return ()
    return tuple(may_be(one) for one in await store.may_be(request.shop_id, kind, value))


async def show_card(store: CardStore, shop_id: UUID, customer_id: UUID, at: Instant) -> bytes:
    """Return the card of a customer of the shop: a Card in its wire form.

    Raises:
        RefusedError: NOT_FOUND; another shop's customer looks the same (LESSONS 25).
    """
    stored = await store.card_of_customer(shop_id, customer_id)
    if stored is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such customer.")
    return card_json(stored, at)
