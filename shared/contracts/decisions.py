"""Why work was offered to whom, and what one router asks another about it."""

from __future__ import annotations

from enum import StrEnum

from shared.contracts.routing import AgentRef
from shared.contracts.wire import (
    Contract,
    ConversationId,
    DecisionId,
    Readable,
    ShopId,
    WireInstant,
)
from shared.kernel.vocabulary import Exclusion


class Candidate(Readable):
    """One considered agent, best first; `occupied` come last. `chance`: of an answer in time.

    `language`: the first that this agent speaks of those that would do; null: none is needed.
    """

    agent: AgentRef
    load: int
    capacity: int
    chosen: bool
    chance: float | None = None
    occupied: bool = False
    language: str | None = None


class ExclusionCount(Readable):
    """How many agents one reason left out."""

    reason: Exclusion
    agents: int


class DecisionTrigger(StrEnum):
    """What made the router decide."""

    CONVERSATION_STARTED = "conversation_started"
    SLOT_FREED = "slot_freed"
    AGENT_AVAILABLE = "agent_available"
    OFFER_DECLINED = "offer_declined"
    OFFER_EXPIRED = "offer_expired"
    AGENT_GONE = "agent_gone"
    OFFER_UNANSWERED = "offer_unanswered"
    CONVERSATION_REOPENED = "conversation_reopened"
    AGENT_CHANGED = "agent_changed"
    SHOP_OPENED = "shop_opened"
    TRANSFERRED = "transferred"
    WORK_REQUESTED = "work_requested"
    WORK_DUE = "work_due"
    REQUEUED = "requeued"
    POLICY_SET = "policy_set"


class Decision(Readable):
    """Why a conversation was offered to whom, or to nobody yet.

    Any of `languages` would have done (none: any at all); who speaks none of them is excluded as
    `lacks_language`.
    """

    id: DecisionId
    conversation_id: ConversationId
    decided_at: WireInstant
    trigger: DecisionTrigger
    policy: str
    candidates: tuple[Candidate, ...]
    excluded: tuple[ExclusionCount, ...]
    waiting_ahead: int
    languages: tuple[str, ...] = ()


class DecisionPage(Contract):
    """The decisions about one conversation, oldest first."""

    decisions: tuple[Decision, ...]


class DecisionAsked(Readable):
    """Asks the router that owns a shop to make a decision again, with all who were weighed."""

    shop_id: ShopId
    decision_id: DecisionId


class DecisionMadeAgain(Readable):
    """The decision; null: what it was made from is not kept any more, or never was here."""

    decision: Decision | None = None
