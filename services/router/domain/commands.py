"""What an engine is told, as data; who may tell it is judged at the edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from shared.contracts.items import CustomerRef
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import (
    AgentStatus,
    AuthorKind,
    Channel,
    ItemKind,
    Presence,
    Visibility,
)


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """The gateway committed an item; `version` is the event's place in the stream."""

    conversation_id: UUID
    version: int
    channel: Channel
    customer: CustomerRef | None
    kind: ItemKind
    visibility: Visibility
    author: AuthorKind
    preview: str
    received_at: Instant
    created_at: Instant

    @property
    def is_human_answer(self) -> bool:
        """Tell whether this stops the first-response clock: only an agent's public message does."""
        return (
            self.author is AuthorKind.AGENT
            and self.kind is ItemKind.MESSAGE
            and self.visibility is Visibility.EVERYONE
        )


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """A gateway node began or ceased to hold a stream of an agent."""

    agent_id: UUID
    node_id: UUID
    presence: Presence


@dataclass(frozen=True, slots=True)
class StatusSet:
    """An agent says available, away, draining or offline."""

    agent_id: UUID
    status: AgentStatus


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """An agent's console has shown an offer."""

    offer_id: UUID
    agent_id: UUID


@dataclass(frozen=True, slots=True)
class OfferAccepted:
    """An agent takes an offered conversation."""

    offer_id: UUID
    agent_id: UUID


@dataclass(frozen=True, slots=True)
class OfferDeclined:
    """An agent passes an offered conversation on."""

    offer_id: UUID
    agent_id: UUID


@dataclass(frozen=True, slots=True)
class ConversationClosed:
    """The serving agent ends a conversation; without an agent: a supervisor does."""

    conversation_id: UUID
    agent_id: UUID | None


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: whatever is due happens."""


Command: TypeAlias = (
    MessageArrived
    | PresenceChanged
    | StatusSet
    | OfferSeen
    | OfferAccepted
    | OfferDeclined
    | ConversationClosed
    | Tick
)
