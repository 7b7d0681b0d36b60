"""The card shows what the router tells of promises, in whatever order it comes."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING

import pytest

from services.history.domain.events import fact_of
from shared.contracts import subjects
from shared.contracts.cards import CardsChanged
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kit.new_ids import new_id
from tests.integration.services.history.test_events import send
from tests.integration.services.history.test_whole_card import card_of
from tests.support.clock import START
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import order
from tests.support.promises import CONVERSATION, HOUR_MS, PROMISE, promise_told

if TYPE_CHECKING:
    from tests.support.history import RunningService, Stores

told = partial(promise_told, shop_id=SHOP)


async def test_a_promise_stands_on_the_card_as_the_router_told_it(
    service: RunningService, stores: Stores
) -> None:
    await stores.orders.ingest(SHOP, [order()], None)
    await stores.contacts.apply([fact_of(told(1))])
    (promised,) = (await card_of(service)).follow_ups
    assert (promised.id, promised.conversation_id) == (PROMISE, CONVERSATION)
    assert (promised.text, promised.order_reference) == ("Call her back.", "A-1")
    assert (promised.due_at, promised.created_at) == (START + HOUR_MS, START)
    assert promised.created_by == "Piotr"


@pytest.mark.parametrize("order_of", list(itertools.permutations(range(3))))
async def test_a_promise_that_was_kept_is_gone_in_whatever_order_it_is_told(
    service: RunningService, stores: Stores, order_of: tuple[int, ...]
) -> None:
    await stores.orders.ingest(SHOP, [order()], None)
    events = [told(1), told(4), told(7, over=True)]
    for place in order_of:
        await stores.contacts.apply([fact_of(events[place]), fact_of(events[place])])
    assert (await card_of(service)).follow_ups == ()
    async with stores.db.read(SHOP) as tx:
        (row,) = await tx.rows("SELECT text, order_reference FROM history.promises")
    assert (row["text"], row["order_reference"]) == ("", None), "what is kept keeps no words"


async def test_a_promise_to_somebody_unproven_or_forgotten_is_on_no_card(
    service: RunningService, stores: Stores
) -> None:
    """LESSONS 24: a typed address proves nothing."""
    await stores.orders.ingest(SHOP, [order()], None)
    typed = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="anna", verified=False)
    facts = [fact_of(told(1, id=new_id(), customer=who)) for who in (typed, None)]
    await stores.contacts.apply([*facts, fact_of(told(1, shop_id=OTHER_SHOP))])
    assert (await card_of(service)).follow_ups == ()


async def test_whoever_shows_the_card_is_told_of_a_promise(service: RunningService) -> None:
    await service.history.orders.ingest(SHOP, [order()], None)
    heard: list[CardsChanged] = []
    await service.bus.subscribe(
        subjects.CARDS_CHANGED, lambda raw: heard.append(CardsChanged.model_validate_json(raw))
    )
    await send(service, [told(1)])
    await service.until(lambda: any("anna" in [c.value for c in one.customers] for one in heard))
