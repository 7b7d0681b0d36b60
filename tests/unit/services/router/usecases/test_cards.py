"""Cards are fetched once, tried again, and never hold anything up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any
from uuid import UUID

import pytest

from services.router.domain.model import Conversation
from services.router.usecases import cards as cards_module
from services.router.usecases.cards import ATTEMPTS, CardDesk
from services.router.usecases.ports import CardUnavailableError
from shared.contracts.cards import Card, CardAnswer, CardCustomer, CardFacts, MayBe
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.vocabulary import CardStatus, Channel, ConversationStatus
from tests.support.routing import conversation_id

SHOP = UUID(int=1)
MARIA = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="c-17", verified=True)


class Source:
    """History that fails so many times first."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.asked = 0
        self.may_be: tuple[MayBe, ...] = ()
        self.card: Card | None = None

    async def fetch(self, shop_id: UUID, customer: CustomerRef, wait_ms: int) -> CardAnswer:
        self.asked += 1
        await asyncio.sleep(0)
        if self.asked <= self.failures:
            raise CardUnavailableError
        return CardAnswer(card=self.card, may_be=self.may_be)


def a_conversation(number: int, customer: CustomerRef | None = MARIA) -> Conversation:
    return Conversation(
        id=conversation_id(number),
        status=ConversationStatus.QUEUED,
        channel=Channel.CHAT,
        customer=customer,
        preview="",
        started_at=0,
        queued_at=0,
        respond_by=10_000,
    )


@pytest.fixture
async def group() -> AsyncIterator[asyncio.TaskGroup]:
    async with asyncio.TaskGroup() as group:
        yield group


def a_desk(
    source: Source, group: asyncio.TaskGroup, told: list[CardFacts] | None = None
) -> CardDesk:
    def start(work: Coroutine[Any, Any, None]) -> None:
        group.create_task(work)

    def tell(_shop_id: UUID, conversation: UUID, facts: CardFacts) -> None:
        assert conversation == conversation_id(1)
        if told is not None:
            told.append(facts)

    return CardDesk(source, start, tell)


def a_card(**facts: Any) -> Card:
    maria = CardCustomer(id=UUID(int=17), order_count=1, contact_count=0, spent_minor=0)
    return Card(customer=maria, orders=(), contacts=(), facts=CardFacts(**facts))


async def test_a_card_is_asked_for_once_however_many_want_it(group: asyncio.TaskGroup) -> None:
    source = Source(0)
    desk = a_desk(source, group)
    looks = await asyncio.gather(*(desk.card(SHOP, a_conversation(1)) for _ in range(5)))
    assert set(looks) == {(CardStatus.UNKNOWN_CUSTOMER, None, ())}
    assert source.asked == 1


async def test_history_is_asked_again_when_it_does_not_answer(group: asyncio.TaskGroup) -> None:
    source = Source(2)
    desk = a_desk(source, group)
    assert await desk.card(SHOP, a_conversation(1)) == (CardStatus.UNKNOWN_CUSTOMER, None, ())
    assert source.asked == 3


async def test_after_so_many_failures_the_next_who_needs_it_asks_again(
    group: asyncio.TaskGroup,
) -> None:
    source = Source(ATTEMPTS)
    desk = a_desk(source, group)
    assert await desk.card(SHOP, a_conversation(1)) == (CardStatus.PENDING, None, ())
    assert await desk.arrival(conversation_id(1)) == (CardStatus.PENDING, None, ())
    assert (await desk.card(SHOP, a_conversation(1)))[0] is CardStatus.UNKNOWN_CUSTOMER


async def test_the_oldest_card_is_dropped_when_too_many_are_kept(
    group: asyncio.TaskGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards_module, "KEPT", 2)
    source = Source(0)
    desk = a_desk(source, group)
    for number in (1, 2, 3, 1):
        await desk.card(SHOP, a_conversation(number))
    assert source.asked == 4
    desk.forget(conversation_id(1))
    desk.forget(conversation_id(1))
    await desk.card(SHOP, a_conversation(1))
    assert source.asked == 5


TYPED = CustomerRef(kind=IdentityKind.EMAIL, value="rosa@mail.example", verified=False)


async def test_who_typed_an_address_has_no_card_but_may_be_somebody(
    group: asyncio.TaskGroup,
) -> None:
    source = Source(0)
    source.may_be = (MayBe(customer_id=UUID(int=7), name="Rosa", same=(IdentityKind.EMAIL,)),)
    desk = a_desk(source, group)
    look = await desk.card(SHOP, a_conversation(1, TYPED))
    assert look == (CardStatus.UNKNOWN_CUSTOMER, None, source.may_be)


async def test_who_was_nobody_or_somebody_else_before_is_asked_for_anew(
    group: asyncio.TaskGroup,
) -> None:
    source = Source(0)
    desk = a_desk(source, group)
    for customer in (None, TYPED, TYPED, MARIA, MARIA):
        await desk.card(SHOP, a_conversation(1, customer))
    assert source.asked == 2


async def test_a_shops_own_id_that_is_not_vouched_for_asks_nobody(group: asyncio.TaskGroup) -> None:
    source = Source(0)
    desk = a_desk(source, group)
    claimed = MARIA.model_copy(update={"verified": False})
    await desk.card(SHOP, a_conversation(1, claimed))
    assert source.asked == 0


async def test_what_routing_may_go_by_is_told_once_and_again_when_it_is_other(
    group: asyncio.TaskGroup,
) -> None:
    source, told = Source(0), list[CardFacts]()
    source.card = a_card(late_parcel=True)
    desk = a_desk(source, group, told)
    for _ in range(2):
        await desk.card(SHOP, a_conversation(1))
    assert told == [CardFacts(late_parcel=True)]
    await desk.renew(conversation_id(1))
    source.card = a_card(late_parcel=True, payment_failed=True)
    await desk.renew(conversation_id(1))
    assert told == [CardFacts(late_parcel=True), CardFacts(late_parcel=True, payment_failed=True)]


async def test_of_a_customer_like_any_other_routing_is_told_nothing(
    group: asyncio.TaskGroup,
) -> None:
    source, told = Source(0), list[CardFacts]()
    source.card = a_card()
    desk = a_desk(source, group, told)
    await desk.card(SHOP, a_conversation(1))
    assert told == []
