"""Typing, received, read, the cart: from one end's socket or REST to the other's, and kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from services.gateway.storage.contexts import PostgresContexts
from services.gateway.storage.signs import PostgresSigns
from services.gateway.usecases.note_context import ContextRow
from services.gateway.usecases.pass_signs import Noted, SignRow
from shared.contracts.context import Cart
from shared.kernel.ids import IdKind, decode, encode
from tests.support.event_stream import stream
from tests.support.gateway import (
    ANNA,
    OTHER_SHOP,
    OTHER_SITE,
    PIOTR,
    SHOP,
    Stores,
    a_message,
    a_routing_event,
    an_answer,
    looking_inside,
)
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway

CART = {"value_minor": 4_900, "currency": "EUR", "lines": ["A teapot"]}


async def post(
    served: ServedGateway, conversation_id: str, what: str, *, agent_id: UUID = ANNA, **body: Any
) -> httpx.Response:
    headers = served.headers(agent_id=agent_id)
    url = f"/v1/conversations/{conversation_id}/{what}"
    return await served.http.post(url, json=body or None, headers=headers)


async def test_what_a_customer_types_receives_and_reads_reaches_whoever_serves_them(
    served: ServedGateway,
) -> None:
    async with served.customer() as customer, stream(served) as events:
        await events.next()
        place = (await customer.say("Hello?"))["conversation_id"]
        await served.router.tell(a_routing_event(decode(IdKind.CONVERSATION, place), 1))
        assert (await events.next())[1]["kind"] == "joined"

        await customer.tell("typing")
        assert await events.next() == (
            "customer.typing",
            {"conversation_id": place, "for_ms": 6_000},
        )
        await customer.tell("received", conversation_id=place, through_seq=2)
        delivered = {"conversation_id": place, "received_seq": 2, "read_seq": 0}
        assert await events.next() == ("message.delivered", delivered)
        await customer.tell("read", conversation_id=place, through_seq=99)
        read = {"conversation_id": place, "received_seq": 2, "read_seq": 2}
        assert await events.next() == ("message.read", read)

        async with stream(served) as fresh:
            assert (await fresh.next())[1]["receipts"] == [read]


async def test_what_an_agent_types_receives_and_reads_reaches_the_customer(
    served: ServedGateway,
) -> None:
    async with served.customer() as customer:
        place = (await customer.say("Hello?"))["conversation_id"]
        await served.router.tell(a_routing_event(decode(IdKind.CONVERSATION, place), 1))

        assert (await post(served, place, "typing")).status_code == 204
        for what in ("received", "read"):
            assert (await post(served, place, what, through_seq=1)).status_code == 204
        await customer.until(lambda: len(customer.signs) == 3)

    assert customer.signs == [
        {"type": "agent.typing", "conversation_id": place, "for_ms": 6_000},
        {"type": "message.delivered", "conversation_id": place, "through_seq": 1},
        {"type": "message.read", "conversation_id": place, "through_seq": 1},
    ]


async def test_whoever_does_not_serve_a_conversation_finds_none(served: ServedGateway) -> None:
    """LESSONS 25."""
    conversation_id = await served.stores.conversation()
    await served.router.tell(a_routing_event(conversation_id, 1))
    others = await served.stores.conversation(shop_id=OTHER_SHOP, site_id=OTHER_SITE)
    place = encode(IdKind.CONVERSATION, conversation_id)
    elsewhere = encode(IdKind.CONVERSATION, others)

    answers = [
        await post(served, place, "typing", agent_id=PIOTR),
        await post(served, elsewhere, "read", through_seq=1),
        await served.http.get(f"/v1/conversations/{elsewhere}/context", headers=served.headers()),
        await post(served, place, "read", through_seq=0),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 422]


async def test_an_agent_sees_where_the_customer_is(served: ServedGateway) -> None:
    page = {"page_url": "https://fern.example/checkout", "locale": "nl", "cart": CART}
    async with served.customer(page=page) as customer:
        place = (await customer.say("Hello?"))["conversation_id"]
    await served.router.tell(a_routing_event(decode(IdKind.CONVERSATION, place), 1))

    answer = await served.http.get(f"/v1/conversations/{place}/context", headers=served.headers())

    context = answer.json()
    assert {name: context[name] for name in page} == page
    assert context["receipt"]["read_seq"] == 0
    assert context["told_at"] is not None


class TestTheStores:
    async def test_receipts_only_grow_and_end_where_the_conversation_ends(
        self, stores: Stores
    ) -> None:
        conversation_id = await stores.conversation()
        signs = PostgresSigns(stores.database)

        (first,) = await signs.note([SignRow(SHOP, conversation_id, read_seq=7)])
        (second,) = await signs.note([SignRow(SHOP, conversation_id, received_seq=1)])

        assert first == Noted(conversation_id, None, 1, 1, received_moved=True, read_moved=True)
        assert second == Noted(conversation_id, None, 1, 1, received_moved=False, read_moved=False)

    async def test_a_group_is_answered_row_by_row(self, stores: Stores) -> None:
        mine = await stores.conversation()
        others = await stores.conversation(shop_id=OTHER_SHOP, site_id=OTHER_SITE)

        noted = await PostgresSigns(stores.database).note(
            [
                SignRow(SHOP, others, read_seq=1),
                SignRow(SHOP, mine, ANNA, read_seq=1),
                SignRow(OTHER_SHOP, others, received_seq=1),
                SignRow(SHOP, UUID(int=9), typing=True),
                SignRow(SHOP, mine, typing=True),
            ]
        )

        assert [told.conversation_id if told else None for told in noted] == [
            *(None, None, others, None, mine)
        ]

    async def test_when_the_first_human_answer_reached_the_customer_is_kept(
        self, database: TestDatabase, stores: Stores
    ) -> None:
        """DESIGN section 5: it is kept beside the clock, as the customer may have left."""
        session_id = await stores.session()
        (asked,) = await stores.appends.append([a_message(session_id)])
        assert asked.conversation_id is not None
        conversation_id = asked.conversation_id
        signs, contexts = PostgresSigns(stores.database), PostgresContexts(stores.database)
        await signs.note([SignRow(SHOP, conversation_id, received_seq=1)])
        await stores.routing.take([a_routing_event(conversation_id, 1)])
        await stores.appends.append([an_answer(conversation_id)])
        await signs.note([SignRow(SHOP, conversation_id, received_seq=2)])
        before = await contexts.read(SHOP, conversation_id)
        await signs.note([SignRow(SHOP, conversation_id, received_seq=3)])
        reached = await contexts.read(SHOP, conversation_id)
        await stores.appends.append([an_answer(conversation_id, "a2")])
        await signs.note([SignRow(SHOP, conversation_id, read_seq=4)])
        later = await contexts.read(SHOP, conversation_id)

        assert before is not None
        assert reached is not None
        assert later is not None
        assert before.answer_delivered_at is None
        assert reached.answer_delivered_at is not None
        assert later.answer_delivered_at == reached.answer_delivered_at
        async with looking_inside(database) as admin:
            assert await admin.fetchval("SELECT count(*) FROM gateway.receipts") == 1

    async def test_a_page_that_names_only_its_cart_leaves_the_rest_as_it_was(
        self, stores: Stores
    ) -> None:
        session_id = await stores.session()
        (asked,) = await stores.appends.append([a_message(session_id)])
        assert asked.conversation_id is not None
        contexts = PostgresContexts(stores.database)
        cart = Cart.model_validate_json('{"value_minor":1,"currency":"EUR"}')

        await contexts.note([ContextRow(SHOP, session_id, page_url="https://fern.example/")])
        await contexts.note([ContextRow(SHOP, session_id, cart=cart)])
        await contexts.note([ContextRow(OTHER_SHOP, session_id, locale="xx")])

        kept = await contexts.read(SHOP, asked.conversation_id)
        assert kept is not None
        assert (kept.page_url, kept.cart, kept.locale) == ("https://fern.example/", cart, None)
