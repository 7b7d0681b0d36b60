"""What an agent still has to do with a conversation that has ended for its customer."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.commands import CustomerErased, WrapUpDone
from services.router.domain.effects import Answer, ConversationNow, Noted, Refused
from services.router.domain.model import Assignment, Conversation
from services.router.domain.offering import make_room
from services.router.domain.owning import end_assignment
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState
from services.router.domain.telling import tell
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import AssignmentStatus, ConversationStatus, EventType


def begin(state: ShopState, assignment: Assignment) -> Instant:
    """Let an assignment hold its weight for the work after the last word; return until when."""
    until = state.now + state.policy.wrap_up_ms
    begun = replace(assignment, status=AssignmentStatus.WRAP_UP, wrap_up_until=until, idle=False)
    state.put_assignment(begun)
    make_room(state, assignment.agent_id, DecisionTrigger.SLOT_FREED)
    return until


def on_done(state: ShopState, command: WrapUpDone) -> Answer:
    """Give the capacity back sooner; doing it again gives the same answer."""
    conversation = state.find_conversation(command.conversation_id)
    if conversation is None:
        return Refused(ErrorCode.NOT_FOUND)
    if command.agent_id not in {None, conversation.agent_id} or not conversation.is_over:
        return Refused(ErrorCode.NOT_ASSIGNED)
    if conversation.status is ConversationStatus.WRAP_UP:
        conversation = _finish(state, conversation)
    return ConversationNow(conversation)


def on_over(state: ShopState, assignment_id: UUID) -> None:
    """End the wrap-up of an agent who does not say that it is done."""
    _finish(state, state.conversations[state.assignments[assignment_id].conversation_id])


def on_erased(state: ShopState, command: CustomerErased) -> Answer:
    """Forget whose conversation it was and what was said; its times and figures stay."""
    conversation = state.find_conversation(command.conversation_id)
    if conversation is not None:
        work = conversation.work and replace(conversation.work, title="", order_reference=None)
        state.put_conversation(replace(conversation, customer=None, preview="", work=work))
    return Noted()


def _finish(state: ShopState, conversation: Conversation) -> Conversation:
    assignment = state.assignment_of(conversation)
    end_assignment(state, assignment)
    ended = replace(conversation, status=ConversationStatus.ENDED, wrap_up_until=None)
    return tell(state, ended, EventType.CONVERSATION_WRAPPED_UP, (assignment.agent_id,))
