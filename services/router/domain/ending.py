"""Ends conversations and other work; decides not whether."""

from __future__ import annotations

from services.router.domain import wrapping_up
from services.router.domain.model import Conversation, OfferEnd
from services.router.domain.offering import end_offer
from services.router.domain.owning import end_assignment
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState
from services.router.domain.telling import tell
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import ConversationStatus, EndReason, EventType, OfferStatus


def end(state: ShopState, conversation: Conversation, reason: EndReason) -> Conversation:
    """End what waits or is served, for whatever reason; its agent may have to wrap it up."""
    for offer in state.offers_of(conversation.id):
        end_offer(state, offer, OfferStatus.RESCINDED, OfferEnd.CONVERSATION_ENDED)
    wrap_up_until = _end_service(state, conversation)
    audience = () if conversation.agent_id is None else (conversation.agent_id,)
    ended = replace(
        conversation,
        status=ConversationStatus.WRAP_UP if wrap_up_until else ConversationStatus.ENDED,
        wrap_up_until=wrap_up_until,
        heard_at=None,
        ended_at=state.now,
        end_reason=reason,
        passed_by=(),
        widen_at=None,
        everyone_at=None,
        preferred_agent=None,
    )
    return tell(state, ended, EventType.CONVERSATION_ENDED, audience)


def _end_service(state: ShopState, conversation: Conversation) -> Instant | None:
    """End the assignment, or begin its wrap-up and return until when."""
    if conversation.assignment_id is None:
        return None
    assignment = state.assignments[conversation.assignment_id]
    if state.policy.wrap_up_ms <= 0 or conversation.work is not None:
        end_assignment(state, assignment)
        return None
    return wrapping_up.begin(state, assignment)
