"""A customer writes while the end is on its way: the router re-opens, and the gateway follows."""

from __future__ import annotations

from uuid import UUID

from services.gateway.usecases.ports import Verdict
from shared.contracts.events import Envelope
from shared.kernel.vocabulary import EventType
from tests.support.gateway import SHOP, Stores, a_message, a_routing_event, an_answer

ENDED = EventType.CONVERSATION_ENDED
QUEUED = EventType.CONVERSATION_QUEUED


def ended_and_reopened(conversation_id: UUID) -> list[Envelope]:
    return [
        a_routing_event(conversation_id, 1),
        a_routing_event(conversation_id, 2, ENDED),
        a_routing_event(conversation_id, 3, QUEUED, agent_id=None),
        a_routing_event(conversation_id, 4, assignment_version=2),
    ]


async def kinds(stores: Stores, conversation_id: UUID) -> list[str]:
    page = await stores.items.page(SHOP, conversation_id, 0, 100)
    assert page is not None
    return [item.kind.value for item in page.items]


async def test_a_reopened_conversation_can_be_answered_and_goes_on(stores: Stores) -> None:
    session_id = await stores.session()
    (first,) = await stores.appends.append([a_message(session_id)])
    assert first.conversation_id is not None

    await stores.routing.take(ended_and_reopened(first.conversation_id))
    (answer,) = await stores.appends.append([an_answer(first.conversation_id)])
    (second,) = await stores.appends.append([a_message(session_id, "m2")])

    assert answer.verdict is Verdict.NEW
    assert second.conversation_id == first.conversation_id
    assert await kinds(stores, first.conversation_id) == [
        "message",
        "joined",
        "ended",
        "joined",
        "message",
        "message",
    ]


async def test_it_stays_ended_when_the_customer_has_begun_another(stores: Stores) -> None:
    session_id = await stores.session()
    (first,) = await stores.appends.append([a_message(session_id)])
    assert first.conversation_id is not None
    events = ended_and_reopened(first.conversation_id)

    await stores.routing.take(events[:2])
    (second,) = await stores.appends.append([a_message(session_id, "m2")])
    positions, announced = await stores.routing.take(events[2:])
    (third,) = await stores.appends.append([a_message(session_id, "m3")])

    assert list(positions.values()) == [4], "the events are taken all the same"
    assert not announced
    assert await kinds(stores, first.conversation_id) == ["message", "joined", "ended"]
    assert third.conversation_id == second.conversation_id != first.conversation_id


async def test_it_stays_ended_when_the_other_one_has_ended_too(stores: Stores) -> None:
    """The customer has gone on and follows it no longer: nothing said there would be heard."""
    session_id = await stores.session()
    (first,) = await stores.appends.append([a_message(session_id)])
    assert first.conversation_id is not None
    events = ended_and_reopened(first.conversation_id)

    await stores.routing.take(events[:2])
    (second,) = await stores.appends.append([a_message(session_id, "m2")])
    assert second.conversation_id is not None
    await stores.routing.take([a_routing_event(second.conversation_id, 1, ENDED)])
    await stores.routing.take(events[2:])
    (answer,) = await stores.appends.append([an_answer(first.conversation_id)])

    assert answer.verdict is Verdict.ALREADY_ENDED
    assert await kinds(stores, first.conversation_id) == ["message", "joined", "ended"]
