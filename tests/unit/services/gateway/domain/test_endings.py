"""What a customer hears of an ended conversation when the next one has begun already.

A connection that dies in between resumes in the newest conversation the customer knows of, so
nothing of the newest may be told before the one before it is told to its end.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from services.gateway.domain.answers import Appended, Found
from services.gateway.domain.effects import Effect, ReadItems, SendFrame, Unfollow
from services.gateway.domain.ordering import CROSSING_MS, RETRY_MS
from services.gateway.domain.session import ChatSession
from shared.contracts.frames import Accepted, Created
from tests.support.clock import START
from tests.support.items import CONVERSATION, an_item

NEXT = UUID(int=0xC1)


def a_session_that_knows_one_item() -> ChatSession:
    session = ChatSession(START)
    session.receive(b'{"type":"hello","site_key":"fk_x"}', START)
    session.welcomed(
        Found(
            session_id=UUID(int=5),
            session_token="fs_x",
            epoch=1,
            conversation_id=CONVERSATION,
            last_seq=1,
            through_seq=1,
            items=(an_item(1),),
        ),
        START,
    )
    return session


def write(session: ChatSession, client_id: str) -> None:
    frame = {"type": "send", "client_id": client_id, "text": "Hello?"}
    session.receive(json.dumps(frame).encode(), START)


def land(session: ChatSession, client_id: str, seq: int) -> list[Effect]:
    return session.appended(client_id, Appended(NEXT, UUID(int=seq), seq, START, True), START)


def told(effects: Sequence[Effect]) -> list[tuple[type, int]]:
    """Return the kind and seq of each frame told, in order."""
    frames = [effect.frame for effect in effects if isinstance(effect, SendFrame)]
    return [
        (type(frame), frame.item.seq if isinstance(frame, Created) else frame.seq)
        for frame in frames
        if isinstance(frame, Created | Accepted)
    ]


def test_a_first_message_is_acknowledged_once_the_last_conversation_is_told_to_its_end() -> None:
    session = a_session_that_knows_one_item()
    write(session, "m1")
    write(session, "m2")

    assert told(land(session, "m1", 1)) == []
    assert told(land(session, "m2", 2)) == []
    ended = session.read(CONVERSATION, [an_item(2)], 2, 2, START)

    assert told(ended) == [(Created, 2), (Accepted, 1), (Accepted, 2)]
    assert Unfollow(CONVERSATION) in ended


def test_an_agents_answer_waits_for_the_end_of_the_last_conversation_too() -> None:
    session = a_session_that_knows_one_item()
    write(session, "m1")
    land(session, "m1", 1)

    assert session.heard(an_item(2, conversation_id=NEXT), START) == []
    assert session.read(NEXT, [an_item(1, conversation_id=NEXT)], 1, 2, START) == []
    ended = session.read(CONVERSATION, [], 1, 1, START)

    assert told(ended) == [(Accepted, 1), (Created, 2)]


def test_the_end_is_read_again_before_anything_is_told_when_it_cannot_be_read() -> None:
    session = a_session_that_knows_one_item()
    write(session, "m1")
    land(session, "m1", 1)

    session.read_failed(CONVERSATION, START)
    assert ReadItems(CONVERSATION, 1) in session.wake(START + RETRY_MS)

    assert told(session.read(CONVERSATION, [an_item(2)], 2, 2, START)) == [
        (Created, 2),
        (Accepted, 1),
    ]


def test_an_answer_that_was_under_way_before_the_end_does_not_stand_for_it() -> None:
    session = a_session_that_knows_one_item()
    session.learned(CONVERSATION, 2, START)
    assert session.wake(START + CROSSING_MS) == [ReadItems(CONVERSATION, 1)]
    write(session, "m1")
    land(session, "m1", 1)

    early = session.read(CONVERSATION, [an_item(2)], 2, 2, START)
    late = session.read(CONVERSATION, [an_item(3)], 3, 3, START)

    assert told(early) == [(Created, 2)]
    assert told(late) == [(Created, 3), (Accepted, 1)]
