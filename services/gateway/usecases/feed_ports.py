"""What carries live news to the customers and agents who are connected to this node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol
from uuid import UUID

from services.gateway.domain.standing import News
from shared.contracts.items import Item
from shared.contracts.signs import LiveSign


class Follower(Protocol):
    """Hears what is said in a conversation."""

    def lacks(self, conversation_id: UUID, seq: int) -> bool:
        """Return whether a message at this seq may be news; if not, it need not be heard."""
        ...

    def hear(self, item: Item) -> None:
        """Take an item that was just committed; may come doubled, in any order, or not at all."""
        ...

    def sign(self, sign: LiveSign) -> None:
        """Take an agent's latest value; one that is lost is not missed."""
        ...

    def learn(self, conversation_id: UUID, last_seq: int) -> None:
        """Take the healing sweep's word on how far the conversation reaches."""
        ...


class ConversationFeed(Protocol):
    """Carries live items to the followers on this node."""

    async def follow(self, shop_id: UUID, conversation_id: UUID, follower: Follower) -> None:
        """Hear everything that is published from the moment this returns."""
        ...

    def unfollow(self, conversation_id: UUID, follower: Follower) -> None:
        """Hear no more; does nothing when not followed."""
        ...

    def followed(self) -> Mapping[UUID, UUID]:
        """Return conversation -> shop of all that is followed here."""
        ...

    def reached(self, conversation_id: UUID, last_seq: int) -> None:
        """Tell the followers how far a conversation reaches."""
        ...


class RawEvent(NamedTuple):
    """A live event for an agent: its type, its body as JSON, and what it makes known."""

    type: str
    data: bytes
    news: News | None = None


class AgentFeed(Protocol):
    """Carries live events to the agents' streams on this node."""

    async def join(self, agent_id: UUID, sink: Callable[[RawEvent], None]) -> None:
        """Hear everything that is published from the moment this returns."""
        ...

    def leave(self, agent_id: UUID, sink: Callable[[RawEvent], None]) -> None:
        """Hear no more."""
        ...
