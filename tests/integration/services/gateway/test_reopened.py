"""An end that crossed a customer's message, and a conversation that the router re-opened."""

from __future__ import annotations

import asyncio
from uuid import UUID

from services.gateway.usecases.ports import Verdict
from shared.kernel.vocabulary import EventType
from tests.support.gateway import (
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

ENDED = EventType.CONVERSATION_ENDED
QUEUED = EventType.CONVERSATION_QUEUED
WAIT_S = 10.0
_END = "UPDATE gateway.conversations SET status = 'ended', ended_at = now() WHERE id = $1"
_SOMEBODY_WAITS = """
    SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock')
    """


async def kinds(stores: Stores, conversation_id: UUID) -> list[str]:
    page = await stores.items.page(SHOP, conversation_id, 0, 100)
    assert page is not None
    return [item.kind.value for item in page.items]


async def begun(stores: Stores) -> tuple[UUID, UUID]:
    """Return a session and its conversation, which Anna serves: a message and her line."""
    session_id = await stores.session()
    (first,) = await stores.appends.append([a_message(session_id)])
    assert first.conversation_id is not None
    await stores.routing.take([a_routing_event(first.conversation_id, 1)])
    return session_id, first.conversation_id


async def test_an_end_the_router_decided_without_hearing_a_message_is_none(stores: Stores) -> None:
    session_id, conversation_id = await begun(stores)
    await stores.appends.append([a_message(session_id, "m2")])

    await stores.routing.take([a_routing_event(conversation_id, 2, ENDED, heard_version=2)])
    (third,) = await stores.appends.append([a_message(session_id, "m3")])
    (from_anna,) = await stores.appends.append([an_answer(conversation_id)])

    assert third.conversation_id == conversation_id
    assert from_anna.verdict is Verdict.NOT_ASSIGNED, "she has closed it"
    assert await kinds(stores, conversation_id) == [
        "message",
        "joined",
        "message",
        "left",
        "message",
    ]


async def test_an_end_the_router_decided_on_all_there_is_is_one(stores: Stores) -> None:
    session_id, conversation_id = await begun(stores)
    await stores.appends.append([a_message(session_id, "m2")])

    await stores.routing.take([a_routing_event(conversation_id, 2, ENDED, heard_version=3)])
    (third,) = await stores.appends.append([a_message(session_id, "m3")])

    assert third.conversation_id != conversation_id
    assert await kinds(stores, conversation_id) == ["message", "joined", "message", "ended"]


async def test_lines_and_an_agents_words_do_not_keep_a_conversation_open(stores: Stores) -> None:
    _, conversation_id = await begun(stores)
    await stores.appends.append([an_answer(conversation_id)])

    await stores.routing.take([a_routing_event(conversation_id, 2, ENDED, heard_version=1)])

    assert await kinds(stores, conversation_id) == ["message", "joined", "message", "ended"]


async def test_a_later_owner_is_not_taken_away_by_an_end_that_was_none(stores: Stores) -> None:
    """The second agent's message on a grant outran the events "ended", "queued", "assigned"."""
    session_id, conversation_id = await begun(stores)
    await stores.appends.append([a_message(session_id, "m2")])
    grant = a_grant(conversation_id, agent_id=PIOTR, version=2)
    await stores.appends.append([an_answer(conversation_id, agent_id=PIOTR, grant=grant)])

    await stores.routing.take([a_routing_event(conversation_id, 2, ENDED, heard_version=2)])
    (answer,) = await stores.appends.append([an_answer(conversation_id, "a2", agent_id=PIOTR)])

    assert answer.verdict is Verdict.NEW
    assert await kinds(stores, conversation_id) == ["message", "joined"] + ["message"] * 3


async def test_a_newer_grant_opens_an_ended_conversation_at_once(stores: Stores) -> None:
    session_id, conversation_id = await begun(stores)
    await stores.routing.take([a_routing_event(conversation_id, 2, ENDED)])
    grant = a_grant(conversation_id, agent_id=PIOTR, version=2)

    (answer,) = await stores.appends.append(
        [an_answer(conversation_id, agent_id=PIOTR, grant=grant)]
    )
    (second,) = await stores.appends.append([a_message(session_id, "m2")])
    await stores.routing.take(
        [
            a_routing_event(conversation_id, 3, QUEUED, agent_id=None),
            a_routing_event(conversation_id, 4, agent_id=PIOTR, assignment_version=2),
        ]
    )

    assert answer.verdict is Verdict.NEW
    assert second.conversation_id == conversation_id
    assert await kinds(stores, conversation_id) == [
        "message",
        "joined",
        "ended",
        "message",
        "message",
        "joined",
    ]


async def test_a_grant_of_the_assignment_that_ended_opens_nothing(stores: Stores) -> None:
    _, conversation_id = await begun(stores)
    await stores.routing.take([a_routing_event(conversation_id, 2, ENDED)])

    (answer,) = await stores.appends.append(
        [an_answer(conversation_id, grant=a_grant(conversation_id))]
    )

    assert answer.verdict is Verdict.ALREADY_ENDED


async def test_a_conversation_stays_ended_when_the_customer_has_gone_on_to_another(
    stores: Stores,
) -> None:
    """No order of events leads here; if one did, what is said there would be heard by nobody."""
    session_id, conversation_id = await begun(stores)
    await stores.routing.take([a_routing_event(conversation_id, 2, ENDED)])
    (second,) = await stores.appends.append([a_message(session_id, "m2")])
    assert second.conversation_id is not None
    await stores.routing.take(
        [
            a_routing_event(second.conversation_id, 1, ENDED),
            a_routing_event(conversation_id, 3, QUEUED, agent_id=None),
            a_routing_event(conversation_id, 4, assignment_version=2),
        ]
    )

    (answer,) = await stores.appends.append(
        [an_answer(conversation_id, grant=a_grant(conversation_id, version=3))]
    )

    assert answer.verdict is Verdict.ALREADY_ENDED
    assert await kinds(stores, conversation_id) == ["message", "joined", "ended"]


async def test_a_message_is_not_written_into_what_ended_while_it_waited_for_the_lock(
    stores: Stores, database: TestDatabase
) -> None:
    session_id, conversation_id = await begun(stores)
    async with looking_inside(database) as admin, asyncio.TaskGroup() as group:
        async with admin.transaction():
            await admin.execute(_END, conversation_id)
            waiting = group.create_task(stores.appends.append([a_message(session_id, "m2")]))
            async with asyncio.timeout(WAIT_S):
                while not await admin.fetchval(_SOMEBODY_WAITS):  # noqa: ASYNC110  a lock tells nobody
                    await asyncio.sleep(0.01)
        (second,) = await waiting
    (again,) = await stores.appends.append([a_message(session_id, "m2")])

    assert second.verdict is Verdict.TRY_AGAIN
    assert again.verdict is Verdict.NEW
    assert again.conversation_id != conversation_id
    assert await kinds(stores, conversation_id) == ["message", "joined"]
