"""What a command did: its answer, the rows it changed, what is to be told; as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from services.router.domain.model import (
    Agent,
    Assignment,
    ChangeMade,
    Conversation,
    Heard,
    Offer,
)
from services.router.domain.needs import Languages
from services.router.domain.paces import AgentPace, TeamPace
from services.router.domain.thawing import quickly_made
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import AuthorKind, EventType, Exclusion, ItemKind, Visibility


@dataclass(frozen=True, slots=True)
class Noted:
    """Done, or nothing left to do."""


@quickly_made
@dataclass(frozen=True, slots=True)
class HeardUpTo:
    """Where the conversation's gateway stream stands now; less than the event's version: a gap."""

    version: int


@quickly_made
@dataclass(frozen=True, slots=True)
class Taken:
    """The offer became this assignment."""

    assignment: Assignment
    conversation: Conversation


@quickly_made
@dataclass(frozen=True, slots=True)
class ConversationNow:
    """The conversation after the command."""

    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Refused:
    """An expected refusal; of an offer that is not pending here only the tables know more."""

    code: ErrorCode


Answer: TypeAlias = Noted | HeardUpTo | Taken | ConversationNow | Refused


@dataclass(frozen=True, slots=True)
class Line:
    """What the gateway is to append to the conversation with the event that tells of it."""

    kind: ItemKind
    visibility: Visibility
    author: AuthorKind
    text: str
    author_id: UUID | None = None
    author_name: str | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class ConversationTold:
    """A durable event: the conversation right after it, and which agents' streams show it.

    `heard` is how far the conversation's gateway stream had taken effect then.
    """

    type: EventType
    conversation: Conversation
    audience: tuple[UUID, ...]
    heard: int
    lines: tuple[Line, ...] = ()


@quickly_made
@dataclass(frozen=True, slots=True)
class Alarm:
    """A live word to supervisors that an answer is at risk; nothing depends on its arrival."""

    conversation: Conversation
    audience: tuple[UUID, ...]


@quickly_made
@dataclass(frozen=True, slots=True)
class TakenFrom:
    """A live word to whoever served a conversation until now: another has it."""

    agent_id: UUID
    conversation: Conversation


class OfferNews(StrEnum):
    """What an agent's stream is told of an offer."""

    CREATED = "created"
    REMINDED = "reminded"
    ENDED = "ended"


@quickly_made
@dataclass(frozen=True, slots=True)
class OfferTold:
    """A live event for the offer's agent, with the conversation as it was then."""

    news: OfferNews
    offer: Offer
    conversation: Conversation


@quickly_made
@dataclass(frozen=True, slots=True)
class CandidateSeen:
    """One agent a decision weighed, with the figures it weighed."""

    agent_id: UUID
    name: str
    load: int
    capacity: int
    chosen: bool
    chance_permille: int | None = None
    """The predicted chance to answer in time; of decisions from before it was predicted, None."""
    occupied: bool = False
    """Came, took, answered, finished or lost something just now: asked after those who are calm."""
    language: str | None = None
    """Of the languages that would do, the first that this agent speaks; none is needed: None."""


@quickly_made
@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """Why a conversation was offered to whom, or to nobody yet."""

    id: UUID
    conversation_id: UUID
    decided_at: Instant
    trigger: DecisionTrigger
    policy: str
    candidates: tuple[CandidateSeen, ...]
    excluded: tuple[tuple[Exclusion, int], ...]
    waiting_ahead: int
    languages: Languages = ()
    """Any of which would have done: who speaks none of them is counted as lacking a language."""
    ordinal: int | None = None
    """The conversation's n-th decision, from 1, whatever the clocks said; of old ones, None."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Effects:
    """Everything one command did. Rows are final; nothing may leave before they are committed."""

    answer: Answer
    agents: tuple[Agent, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    offers: tuple[Offer, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    heard: tuple[Heard, ...] = ()
    changes_made: tuple[ChangeMade, ...] = ()
    team_paces: tuple[TeamPace, ...] = ()
    agent_paces: tuple[AgentPace, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    conversations_told: tuple[ConversationTold, ...] = ()
    offers_told: tuple[OfferTold, ...] = ()
    agents_told: tuple[Agent, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    taken_from: tuple[TakenFrom, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Tell whether there is nothing to commit."""
        return not (
            self.agents
            or self.conversations
            or self.offers
            or self.assignments
            or self.heard
            or self.changes_made
            or self.team_paces
            or self.decisions
        )
