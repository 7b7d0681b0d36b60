"""The router's events on a real PostgreSQL: copied once, by version, in whatever order."""

from __future__ import annotations

import itertools
from uuid import UUID

import pytest

from services.gateway.usecases.ports import Verdict
from shared.contracts.items import Author
from shared.contracts.routing import RoutingLine
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import AuthorKind, EventType, ItemKind, Visibility
from tests.support.gateway import (
    ANNA,
    OTHER_SHOP,
    PIOTR,
    SHOP,
    Stores,
    a_grant,
    a_message,
    a_routing_event,
    an_answer,
    looking_inside,
)
from tests.support.postgres import TestDatabase


async def kinds(stores: Stores, conversation_id: UUID) -> list[str]:
    """Return what stands in a conversation, in order."""
    page = await stores.items.page(SHOP, conversation_id, 0, 100)
    assert page is not None
    return [item.kind.value for item in page.items]


def key(conversation_id: UUID) -> tuple[UUID, str]:
    return (SHOP, encode(IdKind.CONVERSATION, conversation_id))


class TestLines:
    async def test_an_assignment_adds_the_line_that_the_agent_joined(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()

        positions, announced = await stores.routing.take([a_routing_event(conversation_id, 1)])

        assert positions == {key(conversation_id): 1}
        assert await kinds(stores, conversation_id) == ["message", "joined"]
        (line,) = announced
        item = line.item
        assert item["text"] == "Anna joined the conversation."
        assert item["author"] == {
            "kind": "system",
            "id": encode(IdKind.AGENT, ANNA),
            "name": "Anna",
        }
        assert (line.agent_id, line.version) == (ANNA, 2)

    async def test_the_same_events_twice_change_nothing(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()
        events = [
            a_routing_event(conversation_id, 1),
            a_routing_event(conversation_id, 2, EventType.CONVERSATION_ENDED),
        ]

        first, _ = await stores.routing.take(events)
        again, announced = await stores.routing.take(events)

        assert first == again == {key(conversation_id): 2}
        assert not announced
        assert await kinds(stores, conversation_id) == ["message", "joined", "ended"]

    async def test_the_routers_own_words_are_appended_once_and_not_after_the_end(
        self, stores: Stores
    ) -> None:
        """LESSONS 20 (chatwoot #6418): a holding text is no agent's, and the router hears so."""
        conversation_id = await stores.conversation()
        line = RoutingLine(
            kind=ItemKind.MESSAGE,
            visibility=Visibility.EVERYONE,
            author=Author(kind=AuthorKind.BOT),
            text="Somebody will be with you in a moment.",
        )
        missed = EventType.SLA_MISSED
        holding = a_routing_event(conversation_id, 1, missed, agent_id=None, lines=(line,))
        after = a_routing_event(
            conversation_id, 3, missed, routing_version=2, agent_id=None, lines=(line,)
        )

        _, announced = await stores.routing.take([holding])
        await stores.routing.take([holding])
        ended = EventType.CONVERSATION_ENDED
        await stores.routing.take([a_routing_event(conversation_id, 2, ended), after])

        (told,) = announced
        assert told.item["author"] == {"kind": "bot", "id": None, "name": None}
        assert told.item["text"] == line.text
        assert await kinds(stores, conversation_id) == ["message", "message", "ended"]

    async def test_an_agent_taken_off_leaves(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()
        await stores.routing.take(
            [
                a_routing_event(conversation_id, 1),
                a_routing_event(conversation_id, 2, EventType.CONVERSATION_QUEUED, agent_id=None),
            ]
        )

        assert await kinds(stores, conversation_id) == ["message", "joined", "left"]

    async def test_events_that_say_nothing_new_to_people_add_no_line(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()
        await stores.routing.take(
            [
                a_routing_event(
                    conversation_id,
                    version,
                    type_,
                    agent_id=None if version < 3 else ANNA,
                    assignment_version=0 if version < 3 else 1,
                )
                for version, type_ in enumerate(
                    [
                        EventType.CONVERSATION_QUEUED,
                        EventType.CONVERSATION_OFFERED,
                        EventType.CONVERSATION_ASSIGNED,
                        EventType.CONVERSATION_RESPONDED,
                    ],
                    1,
                )
            ]
        )

        assert await kinds(stores, conversation_id) == ["message", "joined"]


class TestOrder:
    async def test_a_gap_is_left_alone_and_told_by_the_position(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()

        positions, announced = await stores.routing.take([a_routing_event(conversation_id, 2)])

        assert positions == {key(conversation_id): 0}
        assert not announced

    async def test_an_older_routing_state_changes_nothing(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()
        await stores.routing.take([a_routing_event(conversation_id, 1, routing_version=7)])

        await stores.routing.take(
            [a_routing_event(conversation_id, 2, EventType.CONVERSATION_ENDED, routing_version=3)]
        )

        assert await kinds(stores, conversation_id) == ["message", "joined"]

    async def test_an_older_event_does_not_take_back_what_a_grant_gave(
        self, stores: Stores
    ) -> None:
        """The first message on a grant comes before the events "queued", "offered", "assigned"."""
        conversation_id = await stores.conversation()
        await stores.appends.append([an_answer(conversation_id, grant=a_grant(conversation_id))])
        for version, type_ in (
            (1, EventType.CONVERSATION_QUEUED),
            (2, EventType.CONVERSATION_OFFERED),
        ):
            await stores.routing.take(
                [
                    a_routing_event(
                        conversation_id, version, type_, agent_id=None, assignment_version=0
                    )
                ]
            )

        (result,) = await stores.appends.append([an_answer(conversation_id, "a2")])
        await stores.routing.take([a_routing_event(conversation_id, 3)])

        assert result.verdict is Verdict.NEW
        assert await kinds(stores, conversation_id) == ["message"] * 3 + ["joined"]

    async def test_a_later_assignment_takes_over_from_a_grant(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()
        await stores.appends.append([an_answer(conversation_id, grant=a_grant(conversation_id))])
        await stores.routing.take(
            [a_routing_event(conversation_id, 1, agent_id=PIOTR, assignment_version=2)]
        )

        (result,) = await stores.appends.append(
            [an_answer(conversation_id, "a2", grant=a_grant(conversation_id))]
        )

        assert result.verdict is Verdict.NOT_ASSIGNED

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    async def test_messages_and_routing_may_come_in_any_order(
        self, stores: Stores, order: tuple[int, ...]
    ) -> None:
        """Between two emitters there is no order: every consumer accepts either first."""
        session_id = await stores.session()
        (first,) = await stores.appends.append([a_message(session_id)])
        assert first.conversation_id is not None
        conversation_id = first.conversation_id

        async def customer() -> None:
            await stores.appends.append([a_message(session_id, "m2", "Still there?")])

        async def agent() -> None:
            await stores.appends.append(
                [an_answer(conversation_id, grant=a_grant(conversation_id))]
            )

        async def router() -> None:
            await stores.routing.take([a_routing_event(conversation_id, 1)])

        for step in order:
            await (customer, agent, router)[step]()

        assert sorted(await kinds(stores, conversation_id)) == ["joined"] + ["message"] * 3

    async def test_a_conversation_nobody_knows_is_acknowledged_and_dropped(
        self, stores: Stores
    ) -> None:
        nowhere = UUID(int=12345)

        positions, announced = await stores.routing.take([a_routing_event(nowhere, 1)])

        assert positions == {key(nowhere): 1}
        assert not announced

    async def test_another_shops_event_does_not_touch_a_conversation(self, stores: Stores) -> None:
        """LESSONS 25: the shop of an envelope is the only shop its event can change."""
        conversation_id = await stores.conversation()
        await stores.conversation()

        await stores.routing.take(
            [a_routing_event(conversation_id, 1, EventType.CONVERSATION_ENDED, shop_id=OTHER_SHOP)]
        )

        assert await kinds(stores, conversation_id) == ["message"]

    async def test_every_line_is_an_event_for_both_receivers(
        self, stores: Stores, database: TestDatabase
    ) -> None:
        conversation_id = await stores.conversation()
        await stores.routing.take([a_routing_event(conversation_id, 1)])

        async with looking_inside(database) as admin:
            rows = await admin.fetch(
                "SELECT receiver, version FROM gateway.outbox ORDER BY receiver, version"
            )
        assert [tuple(row) for row in rows] == [
            ("history", 1),
            ("history", 2),
            ("router", 1),
            ("router", 2),
        ]
