"""The table of phases says what a session does, line by line, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import pytest

from services.gateway.domain.effects import Effect
from services.gateway.domain.heartbeat import (
    CONNECTION_LIFE_MS,
    HELLO_WITHIN_MS,
    PING_EVERY_MS,
    UNANSWERED_MAX,
)
from services.gateway.domain.phases import TRANSITIONS, Input, Phase
from services.gateway.domain.session import BAD_FRAMES_MAX, ChatSession
from shared.kernel.errors import ErrorCode
from tests.support.chat_sessions import HELLO, found, landed, send
from tests.support.clock import START
from tests.support.items import CONVERSATION, an_item

Does = Callable[[ChatSession], Sequence[Effect]]


def often(times: int, data: bytes) -> Does:
    def receive(session: ChatSession) -> Sequence[Effect]:
        return [effect for _ in range(times) for effect in session.receive(data, START)]

    return receive


def unanswered(session: ChatSession) -> Sequence[Effect]:
    for number in range(1, UNANSWERED_MAX + 1):
        session.wake(START + number * PING_EVERY_MS)
    return session.wake(START + (UNANSWERED_MAX + 1) * PING_EVERY_MS)


def pong(session: ChatSession) -> Sequence[Effect]:
    session.pong(b"1")
    return []


def lose(session: ChatSession) -> Sequence[Effect]:
    session.lost()
    return []


HAPPENS: Mapping[Input, tuple[Does, ...]] = {
    Input.HELLO: (often(1, HELLO), often(BAD_FRAMES_MAX, HELLO)),
    Input.FRAME: (often(1, send()), often(BAD_FRAMES_MAX, send())),
    Input.BAD_FRAME: (often(1, b"{"), often(BAD_FRAMES_MAX, b"{")),
    Input.PONG: (pong,),
    Input.WELCOMED: (lambda session: session.welcomed(found(), START),),
    Input.REFUSED: (lambda session: session.refused(ErrorCode.UNKNOWN_SITE),),
    Input.ANSWERED: (
        lambda session: session.appended("m1", landed(1), START),
        lambda session: session.append_refused("m1", ErrorCode.TRY_AGAIN),
        lambda session: session.read(CONVERSATION, [an_item(1)], 1, 1, START),
    ),
    Input.HEARD: (lambda session: session.heard(an_item(1), START),),
    Input.HELLO_OVERDUE: (lambda session: session.wake(START + HELLO_WITHIN_MS),),
    Input.PING_DUE: (lambda session: session.wake(START + PING_EVERY_MS),),
    Input.UNANSWERED: (unanswered,),
    Input.LIFE_OVER: (lambda session: session.wake(START + CONNECTION_LIFE_MS),),
    Input.CUT: (lambda session: session.end(ErrorCode.REPLACED),),
    Input.STOPPED: (lambda session: session.stop(0),),
    Input.LOST: (lose,),
}
"""Everything that may happen, in every way that makes a difference."""


def a_session(phase: Phase) -> ChatSession:
    session = ChatSession(START)
    if phase is not Phase.GREETING:
        session.receive(HELLO, START)
    if phase in {Phase.OPEN, Phase.CLOSED}:
        session.welcomed(found(conversation_id=UUID(int=0xC9)), START)
    if phase is Phase.CLOSED:
        session.lost()
    assert session.phase is phase
    return session


def outcomes(phase: Phase, what: Input) -> dict[Phase, list[Effect]]:
    """Return each phase that this leads to, and what is done on the way."""
    reached: dict[Phase, list[Effect]] = {}
    for happen in HAPPENS[what]:
        session = a_session(phase)
        effects = happen(session)
        reached.setdefault(session.phase, []).extend(effects)
    return reached


@pytest.mark.parametrize(("phase", "what"), TRANSITIONS, ids=lambda one: one.name.lower())
def test_a_session_ends_up_in_the_phases_the_table_names(phase: Phase, what: Input) -> None:
    assert set(outcomes(phase, what)) == set(TRANSITIONS[phase, what])


OF_TIME = {Input.HELLO_OVERDUE, Input.LIFE_OVER, Input.UNANSWERED}
"""An instant that means nothing else is still one at which a ping may be due."""


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("what", Input)
def test_what_the_table_does_not_name_is_not_heard(phase: Phase, what: Input) -> None:
    if (phase, what) in TRANSITIONS or (what in OF_TIME and phase is not Phase.CLOSED):
        return

    assert outcomes(phase, what) == {phase: []}


@pytest.mark.parametrize("phase", [Phase.LOOKING_UP, Phase.OPEN])
def test_a_hello_that_came_is_never_overdue(phase: Phase) -> None:
    assert (phase, Input.HELLO_OVERDUE) not in TRANSITIONS
    assert set(outcomes(phase, Input.HELLO_OVERDUE)) == {phase}


def test_a_connection_without_a_hello_lives_too_short_for_anything_else_of_time() -> None:
    assert min(CONNECTION_LIFE_MS, (UNANSWERED_MAX + 1) * PING_EVERY_MS) > HELLO_WITHIN_MS


def test_a_closed_connection_stays_closed() -> None:
    assert not [phase for phase, _ in TRANSITIONS if phase is Phase.CLOSED]
    assert Phase.CLOSED in {after for phases in TRANSITIONS.values() for after in phases}
