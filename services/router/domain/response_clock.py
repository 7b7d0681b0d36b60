"""What happens when an answer is nearly due, and when it was due; ends nothing."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.effects import Alarm, Line
from services.router.domain.model import Conversation
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState
from services.router.domain.telling import tell
from shared.kernel.vocabulary import AuthorKind, EventType, ItemKind, Visibility


def on_due(state: ShopState, conversation_id: UUID) -> None:
    """Alarm the supervisors before the target passes; at that instant tell everybody of it.

    The target's own instant is an event, not the next look of a poll (LESSONS 21).
    """
    conversation = state.conversations[conversation_id]
    if state.now < conversation.respond_by:
        state.put_conversation(replace(conversation, risk_told_at=state.now))
        state.changes.alarms.append(Alarm(conversation, tuple(sorted(state.supervisors))))
    else:
        _tell_missed(state, conversation)


def _tell_missed(state: ShopState, conversation: Conversation) -> None:
    audience = () if conversation.agent_id is None else (conversation.agent_id,)
    missed = replace(conversation, miss_told_at=state.now)
    tell(state, missed, EventType.SLA_MISSED, audience, _holding_words(state, conversation))


def _holding_words(state: ShopState, conversation: Conversation) -> tuple[Line, ...]:
    """Return what keeps the customer company; nobody's answer, so no clock stops (LESSONS 20)."""
    text = state.policy.holding_text if conversation.work is None else None
    if not text:
        return ()
    return (Line(ItemKind.MESSAGE, Visibility.EVERYONE, AuthorKind.BOT, text),)
