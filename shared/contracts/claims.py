"""What signed tokens say."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from shared.contracts.wire import (
    AgentId,
    ApiKeyId,
    AssignmentId,
    ConversationId,
    Readable,
    ShopId,
    SignInId,
    WireInstant,
)
from shared.kernel.vocabulary import Scope

NO_SHOP: Final = UUID(int=0)
"""Whose an operator's token is that is for the installation and for no shop of it."""


class Principal(Readable):
    """Who calls: an agent, a program of the shop by its API key, or the installation's operator.

    `sign_in_id` and `token_epoch` are what an agent's tokens are revoked by: one sign-in, or all of
    a smaller epoch than the agent's.
    """

    shop_id: ShopId
    scopes: tuple[Scope, ...]
    agent_id: AgentId | None = None
    api_key_id: ApiKeyId | None = None
    name: str = ""
    sign_in_id: SignInId | None = None
    token_epoch: int = 0
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

    `may_read` is true for whoever was offered the conversation once; then `taken_by` names the
    colleague who serves it.
    """

    grant: Grant | None
    may_read: bool = False
    taken_by: str | None = None
