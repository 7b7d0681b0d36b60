"""What was promised to customers: work that is offered when it is due, until it is solved."""

from __future__ import annotations

from services.router.domain.derived_ids import derived_id
from services.router.domain.model import Conversation, Promise, Work
from services.router.domain.requests import on_the_clock
from services.router.domain.state import ShopState
from services.router.domain.telling import tell
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Channel, ConversationStatus, EventType, WorkKind


def promise(state: ShopState, ended: Conversation, promised: Promise) -> None:
    """Let the promise of an ended conversation wait until it is due.

    Whoever promised it is asked first, if there and with room. It is a row of its own: the
    conversation may be opened anew meanwhile, and end again with another promise.
    """
    work = Work(
        kind=WorkKind.FOLLOW_UP,
        title=promised.words,
        target_ms=state.policy.follow_up_target_ms,
        external_id=encode(IdKind.CONVERSATION, ended.id),
        not_before=promised.due_at,
        order_reference=promised.order_reference,
        promised_by=ended.agent_id,
        promised_by_name=ended.agent_name,
    )
    follow_up = Conversation(
        id=derived_id(IdKind.FOLLOW_UP, ended.id, ended.version, state.now),
        status=ConversationStatus.QUEUED,
        channel=Channel.TASK,
        customer=ended.customer,
        preview=promised.words,
        started_at=state.now,
        queued_at=state.now,
        respond_by=state.now,
        preferred_agent=ended.agent_id,
        work=work,
    )
    follow_up = on_the_clock(state, follow_up, state.now)
    if follow_up.held_until is None:
        state.changes.causes[follow_up.id] = DecisionTrigger.WORK_DUE
    tell(state, follow_up, EventType.CONVERSATION_QUEUED)
