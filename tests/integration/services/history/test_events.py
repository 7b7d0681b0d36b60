"""Contacts from the events of two emitters, whatever order and number they come in."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from pydantic import JsonValue
from pydantic_core import from_json

from shared.contracts import subjects
from shared.contracts.cards import Card, CardRequest, ContactSummary
from shared.contracts.events import BatchAnswer, Envelope, EventBatch
from shared.contracts.items import (
    Author,
    ConversationSummary,
    CustomerRef,
    IdentityKind,
    Item,
    MessageCreated,
)
from shared.contracts.routing import AgentRef, RoutingState
from shared.contracts.wire import Readable
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import (
    AuthorKind,
    Channel,
    ConversationStatus,
    EndReason,
    EventType,
    ItemKind,
    Outcome,
    Service,
    Visibility,
)
from shared.kit.new_ids import new_id
from tests.support.clock import START
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import order, person
from tests.support.patience import WAIT_MS

if TYPE_CHECKING:
    from tests.support.history import RunningService, Stores

ANNA = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="anna", verified=True, name="Anna Kos")
AGENT = AgentRef(id=new_id(), name="Piotr")
TYPE_OF_STATUS = {
    ConversationStatus.QUEUED: EventType.CONVERSATION_QUEUED,
    ConversationStatus.OFFERED: EventType.CONVERSATION_OFFERED,
    ConversationStatus.ASSIGNED: EventType.CONVERSATION_ASSIGNED,
    ConversationStatus.ENDED: EventType.CONVERSATION_ENDED,
}


class Talk:
    """One conversation: four messages, a note, a line, and routing from queued to ended."""

    def __init__(self, customer: CustomerRef | None = ANNA, shop_id: UUID = SHOP) -> None:
        self.id = new_id()
        self.customer = customer
        self.shop_id = shop_id
        self.stream = encode(IdKind.CONVERSATION, self.id)

    def events(self) -> list[Envelope]:
        return [*self.items(), *self.routing()]

    def items(self) -> list[Envelope]:
        told = [
            (AuthorKind.CUSTOMER, ItemKind.MESSAGE, "Waar is mijn\nketel?"),
            (AuthorKind.SYSTEM, ItemKind.JOINED, "Piotr joined."),
            (AuthorKind.AGENT, ItemKind.MESSAGE, "Ik kijk even."),
            (AuthorKind.AGENT, ItemKind.NOTE, "Nice customer"),
            (AuthorKind.CUSTOMER, ItemKind.MESSAGE, "Dank u"),
            (AuthorKind.AGENT, ItemKind.MESSAGE, "Morgen!"),
        ]
        return [self.item(seq, *one) for seq, one in enumerate(told, start=1)]

    def item(
        self, seq: int, author: AuthorKind, kind: ItemKind, text: str, **more: Any
    ) -> Envelope:
        hidden = kind is ItemKind.NOTE
        body = MessageCreated(
            item=Item(
                id=new_id(),
                conversation_id=self.id,
                seq=seq,
                kind=kind,
                visibility=Visibility.AGENTS if hidden else Visibility.EVERYONE,
                author=Author(kind=author),
                text=text,
                created_at=START + seq,
                **more,
            ),
            conversation=ConversationSummary(
                id=self.id,
                site_id=new_id(),
                session_id=new_id(),
                channel=Channel.CHAT,
                customer=self.customer,
                started_at=START - 5,
            ),
            received_at=START + seq,
        )
        return self.envelope(Service.GATEWAY, EventType.MESSAGE_CREATED, seq, body)

    def routing(self) -> list[Envelope]:
        return [
            self.state(1, ConversationStatus.QUEUED),
            self.state(2, ConversationStatus.OFFERED),
            self.state(3, ConversationStatus.ASSIGNED, agent=AGENT, first_response_ms=3_210),
            self.state(
                4,
                ConversationStatus.ENDED,
                first_response_ms=3_210,
                ended_at=START + 60_000,
                end_reason=EndReason.CLOSED_BY_AGENT,
                outcome=Outcome.RESOLVED,
            ),
        ]

    def state(self, version: int, status: ConversationStatus, **more: object) -> Envelope:
        told = {
            "conversation_id": self.id,
            "version": version,
            "status": status,
            "respond_by": START + 10_000,
            "queued_at": START,
            "customer": self.customer,
        }
        body = RoutingState(**{**told, **more})  # type: ignore[arg-type]
        return self.envelope(Service.ROUTER, TYPE_OF_STATUS[status], version, body)

    def envelope(self, emitter: Service, kind: EventType, version: int, body: Readable) -> Envelope:
        said: JsonValue = from_json(body.to_json())
        return Envelope(
            event_id=new_id(),
            type=kind,
            emitter=emitter,
            receiver=Service.HISTORY,
            shop_id=self.shop_id,
            stream=self.stream,
            version=version,
            occurred_at=START,
            body=said,
        )


async def send(service: RunningService, events: Sequence[Envelope]) -> dict[str, int]:
    """Deliver a batch as the relay does; return the positions by stream."""
    batch = EventBatch(events=tuple(events)).to_json()
    raw = await service.bus.request(subjects.events(Service.HISTORY), batch, timeout_ms=WAIT_MS)
    positions = BatchAnswer.model_validate_json(raw).positions
    return {position.stream: position.version for position in positions}


async def card_of(service: RunningService, ref: CustomerRef = ANNA) -> Card | None:
    return await service.card(CardRequest(shop_id=SHOP, customer=ref))


async def only_contact(service: RunningService) -> ContactSummary:
    card = await card_of(service)
    assert card is not None
    (contact,) = card.contacts
    return contact


def assert_whole(contact: ContactSummary, talk: Talk) -> None:
    assert contact.conversation_id == talk.id
    assert (contact.started_at, contact.ended_at) == (START - 5, START + 60_000)
    assert (contact.agent_name, contact.first_response_ms) == ("Piotr", 3_210)
    assert (contact.message_count, contact.first_words) == (4, "Waar is mijn ketel?")
    assert contact.last_words == "Morgen!"
    assert contact.end_reason is EndReason.CLOSED_BY_AGENT
    assert contact.outcome is Outcome.RESOLVED


class TestContacts:
    async def test_ended_conversation_becomes_a_contact_of_its_customer(
        self, service: RunningService
    ) -> None:
        talk = Talk()
        await send(service, talk.items())
        assert await card_of(service) is None, "nothing is told before it ended"
        await send(service, talk.routing())
        assert_whole(await only_contact(service), talk)

    async def test_router_may_come_first(self, service: RunningService) -> None:
        talk = Talk()
        await send(service, talk.routing())
        assert (await only_contact(service)).message_count == 0
        await send(service, talk.items())
        assert_whole(await only_contact(service), talk)

    async def test_contact_joins_the_orders_of_the_same_customer(
        self, service: RunningService, stores: Stores
    ) -> None:
        await stores.orders.ingest(SHOP, [order(customer=person("anna"))], None)
        await send(service, Talk().routing())
        card = await card_of(service)
        assert card is not None
        assert (card.customer.order_count, card.customer.contact_count) == (1, 1)

    @pytest.mark.parametrize("seed", range(6))
    async def test_every_order_and_any_doubles_end_in_the_same_contacts(
        self, service: RunningService, seed: int
    ) -> None:
        """The relay repeats what is behind a position until all is taken; nothing else is owed."""
        dice = random.Random(seed)  # noqa: S311  a seed makes the shuffle the same each time
        talks = [Talk(), Talk(), Talk()]
        ledger = [event for talk in talks for event in talk.events()]
        for _ in range(40):
            some = dice.choices(ledger, k=dice.randint(1, 12))
            await asyncio.gather(
                *(send(service, batch) for batch in (some[::2], some[1::2]) if batch)
            )
        for emitter in dice.sample([Service.GATEWAY, Service.ROUTER], k=2):
            await send(service, [event for event in ledger if event.emitter is emitter])
        card = await card_of(service)
        assert card is not None
        assert card.customer.contact_count == len(talks)
        for talk in talks:
            (contact,) = [one for one in card.contacts if one.conversation_id == talk.id]
            assert_whole(contact, talk)

    async def test_reopened_conversation_keeps_one_contact(self, service: RunningService) -> None:
        talk = Talk()
        await send(service, talk.events())
        again = talk.state(5, ConversationStatus.QUEUED)
        ended = talk.state(
            6,
            ConversationStatus.ENDED,
            ended_at=START + 90_000,
            end_reason=EndReason.CUSTOMER_LEFT,
        )
        await send(service, [again])
        await send(service, [ended])
        contact = await only_contact(service)
        assert (contact.ended_at, contact.end_reason, contact.outcome) == (
            START + 90_000,
            EndReason.CUSTOMER_LEFT,
            None,
        )


class TestPositions:
    async def test_gap_is_told_and_nothing_behind_it_is_applied(
        self, service: RunningService
    ) -> None:
        talk = Talk()
        items = talk.items()
        assert await send(service, [items[0], items[2]]) == {talk.stream: 1}
        assert await send(service, [items[3]]) == {talk.stream: 1}
        assert await send(service, items) == {talk.stream: len(items)}

    async def test_unreadable_event_stops_its_own_stream_only(
        self, service: RunningService
    ) -> None:
        good, bad = Talk(), Talk()
        spoiled = bad.items()[0].model_copy(update={"body": {"item": "0e1"}})
        assert await send(service, [spoiled, *good.items()]) == {good.stream: 6}

    async def test_streams_of_one_name_in_two_shops_are_two_streams(
        self, service: RunningService
    ) -> None:
        talk = Talk()
        await send(service, talk.events())
        talk.shop_id = OTHER_SHOP
        assert await send(service, talk.items()) == {talk.stream: 6}


class TestWhoIsKnown:
    async def test_unverified_writer_becomes_no_customer(
        self, service: RunningService, stores: Stores
    ) -> None:
        """LESSONS 24: a typed address proves nothing, so its contact is nobody's."""
        await stores.orders.ingest(SHOP, [order(customer=person("anna"))], None)
        await send(service, Talk(ANNA.model_copy(update={"verified": False})).events())
        await send(service, Talk(None).events())
        card = await card_of(service)
        assert card is not None
        assert card.contacts == ()

    async def test_proven_address_is_not_the_customers_who_typed_it_at_a_checkout(
        self, service: RunningService, stores: Stores
    ) -> None:
        mail = CustomerRef(kind=IdentityKind.EMAIL, value="Anna@example.org", verified=True)
        await stores.orders.ingest(
            SHOP, [order(customer=person("anna", email="anna@example.org"))], None
        )
        await send(service, Talk(mail).events())
        written = await card_of(service, mail)
        assert written is not None
        assert (written.orders, len(written.contacts)) == ((), 1)
        assert [one.same for one in written.may_be] == [(IdentityKind.EMAIL,)]
        card = await card_of(service)
        assert card is not None
        assert card.contacts == ()
