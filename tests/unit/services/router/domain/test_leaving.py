"""A customer ends a conversation, wherever it stands, once and for good."""

from __future__ import annotations

from services.router.domain.effects import ConversationNow, Refused
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import (
    AssignmentStatus,
    ConversationStatus,
    EndReason,
    EventType,
    OfferStatus,
)
from tests.support.routing import Desk, an_agent, conversation_id


def test_a_customer_who_leaves_while_waiting_is_offered_to_nobody_any_more() -> None:
    desk = Desk()
    desk.customer_writes(1)

    effects = desk.leaves(1)

    (told,) = effects.conversations_told
    assert told.type is EventType.CONVERSATION_ENDED
    assert told.conversation.end_reason is EndReason.ABANDONED
    assert len(desk.engine.state.line) == 0


def test_a_customer_who_leaves_while_offered_frees_the_agent_at_once() -> None:
    desk = Desk(an_agent(1))
    desk.customer_writes(1)
    (offer,) = desk.offers_of(1)

    desk.leaves(1)

    assert desk.tables.offers[offer.id].status is OfferStatus.RESCINDED
    desk.customer_writes(2)
    assert len(desk.offers_of(2)) == 1


def test_a_customer_who_leaves_whoever_serves_them_ends_the_assignment() -> None:
    desk = Desk(an_agent(1))
    desk.customer_writes(1)
    desk.accepts(desk.offers_of(1)[0])

    effects = desk.leaves(1)

    (assignment,) = effects.assignments
    assert assignment.status is AssignmentStatus.ENDED
    assert effects.conversations_told[0].audience == (assignment.agent_id,)


def test_leaving_again_changes_nothing_and_is_answered_alike() -> None:
    desk = Desk()
    desk.customer_writes(1)
    desk.leaves(1)

    again = desk.leaves(1)

    assert again.changes_nothing
    assert isinstance(again.answer, ConversationNow)
    assert again.answer.conversation.status is ConversationStatus.ENDED


def test_what_nobody_has_heard_of_cannot_be_left_yet() -> None:
    desk = Desk()

    assert desk.leaves(7).answer == Refused(ErrorCode.NOT_FOUND)
    assert conversation_id(7) not in desk.tables.conversations
