"""Conversations as the gateway lists them, for agents and supervisors."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import Field

from shared.contracts.items import CustomerRef
from shared.contracts.wire import AgentId, Contract, ConversationId, SiteId, WireInstant
from shared.kernel.vocabulary import Channel

QUERY_MAX: Final = 200
"""Characters of a search."""
PREVIEW_MAX: Final = 200
"""Code points of the customer's first message that a list shows."""


class Openness(StrEnum):
    """Whether a conversation goes on."""

    OPEN = "open"
    ENDED = "ended"


class ListedAgent(Contract):
    """Who serves a conversation, or did last."""

    id: AgentId
    name: str


class ListedConversation(Contract):
    """One conversation; `routing_version` is that of the router's state copied here.

    `preview` is how the customer began.
    """

    id: ConversationId
    site_id: SiteId
    channel: Channel
    status: Openness
    customer: CustomerRef | None
    agent: ListedAgent | None
    started_at: WireInstant
    ended_at: WireInstant | None
    last_seq: int = Field(ge=0)
    epoch: int
    routing_version: int
    preview: str


class ConversationPage(Contract):
    """Conversations, newest first; `next_cursor` is null after the oldest."""

    conversations: tuple[ListedConversation, ...]
    next_cursor: str | None
