"""Work that lives elsewhere, at a desk of `tests.support.routing`."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.router.domain.commands import (
    ConversationClosed,
    WorkCancelled,
    WorkCompleted,
    WorkRequested,
    WorkRequeued,
)
from services.router.domain.effects import Effects
from services.router.domain.model import Conversation, Promise, Work
from services.router.domain.needs import NOTHING_ASKED, Asked
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Channel, Outcome, WorkKind
from tests.support.routing import Desk, agent_id, conversation_id

TARGET_MS = 60_000
HOUR_MS = 3_600_000
A_CALL = Work(
    kind=WorkKind.ROUTING_REQUEST,
    title="Call Rui back",
    target_ms=TARGET_MS,
    external_id="call-1",
    url="https://calls.example/1",
)


def requested(
    number: int, weight: int = 1, asked: Asked = NOTHING_ASKED, **figures: object
) -> WorkRequested:
    """Return what another service asks for; numbers are shared with conversations."""
    work = replace(A_CALL, **figures)  # type: ignore[arg-type]
    return WorkRequested(conversation_id(number), Channel.TASK, weight, work, asked)


def asks(
    desk: Desk, number: int, weight: int = 1, asked: Asked = NOTHING_ASKED, **figures: object
) -> Effects:
    return desk.do(requested(number, weight, asked, **figures))


def completes(desk: Desk, number: int, agent: int | None = None) -> Effects:
    return desk.do(WorkCompleted(conversation_id(number), _agent(agent)))


def cancels(desk: Desk, number: int) -> Effects:
    return desk.do(WorkCancelled(conversation_id(number)))


def requeues(desk: Desk, number: int, agent: int | None = None) -> Effects:
    return desk.do(WorkRequeued(conversation_id(number), _agent(agent)))


def promises(desk: Desk, number: int, agent: int) -> Effects:
    """Let an agent close with a follow-up, an hour from now."""
    promise = Promise(desk.now + HOUR_MS, "Call him about the refund.", "R-1")
    who = agent_id(agent)
    close = ConversationClosed(conversation_id(number), who, Outcome.FOLLOW_UP, promise)
    return desk.do(close)


def taken(desk: Desk, number: int) -> Conversation:
    """Let who was asked first take it."""
    desk.accepts(desk.offers_of(number)[0])
    return desk.conversation(number)


def _agent(number: int | None) -> UUID | None:
    return None if number is None else agent_id(number)


def follow_up_of(desk: Desk, number: int) -> Conversation:
    """Return what was promised in a conversation."""
    about = encode(IdKind.CONVERSATION, conversation_id(number))
    rows = desk.tables.conversations.values()
    (row,) = [one for one in rows if one.work is not None and one.work.external_id == about]
    return row
