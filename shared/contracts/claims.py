"""What signed tokens say."""

from __future__ import annotations

from shared.contracts.wire import (
    AgentId,
    AssignmentId,
    ConversationId,
    Readable,
    ShopId,
    WireInstant,
)
from shared.kernel.vocabulary import Scope


class Principal(Readable):
    """Who calls: an agent, or another program of the shop (then without an agent id)."""

    shop_id: ShopId
    scopes: tuple[Scope, ...]
    agent_id: AgentId | None = None
    name: str = ""
    expires_at: WireInstant


class Grant(Readable):
    """Lets an agent write to a conversation before the assignment's event has arrived."""

    shop_id: ShopId
    conversation_id: ConversationId
    agent_id: AgentId
    agent_name: str
    assignment_id: AssignmentId
    assignment_version: int
    expires_at: WireInstant


class GrantRequest(Readable):
    """Asks the router whether a conversation is an agent's, by a gateway that knows of nothing."""

    shop_id: ShopId
    agent_id: AgentId
    conversation_id: ConversationId


class GrantAnswer(Readable):
    """What the agent may do there; nothing when the conversation is not that agent's.

    `may_read` is true for whoever was offered the conversation once.
    """

    grant: Grant | None
    may_read: bool = False
