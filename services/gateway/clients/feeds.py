"""Live items for the customers and live events for the agents who are connected to this node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, cast
from uuid import UUID

import structlog
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from services.gateway.clients.news import ITEM_TOLD, item_news, message_place, read_news
from services.gateway.clients.topics import Topics
from services.gateway.usecases.feed_ports import Follower, RawEvent
from shared.contracts.items import Item
from shared.contracts.signs import LiveSign
from shared.contracts.stream import StreamEvent
from shared.contracts.subjects import live_agent, live_conversation
from shared.contracts.wire import Readable
from shared.kernel.vocabulary import EventType
from shared.kit.bus.interface import Handler

log = structlog.get_logger()


class _LiveItem(Readable):
    """A StreamEvent whose body is an Item."""

    type: Literal[EventType.MESSAGE_CREATED]
    body: Item


_LIVE: TypeAdapter[_LiveItem | LiveSign] = TypeAdapter(
    Annotated[_LiveItem | LiveSign, Field(discriminator="type")]
)
"""What comes on a conversation's subject: items, and an agent's latest values as frames."""


class BusConversationFeed:
    """The ConversationFeed over the bus."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._shop_of: dict[UUID, UUID] = {}

    async def follow(self, shop_id: UUID, conversation_id: UUID, follower: Follower) -> None:
        """See `ConversationFeed.follow`."""
        subject = live_conversation(conversation_id)
        await self._topics.join(subject, follower, self._handler(subject))
        # Not before: until then it may be another's leaving that ends what is followed.
        self._shop_of[conversation_id] = shop_id

    def unfollow(self, conversation_id: UUID, follower: Follower) -> None:
        """See `ConversationFeed.unfollow`."""
        subject = live_conversation(conversation_id)
        self._topics.leave(subject, follower)
        if not self._topics.members(subject):
            self._shop_of.pop(conversation_id, None)

    def followed(self) -> Mapping[UUID, UUID]:
        """See `ConversationFeed.followed`."""
        return dict(self._shop_of)

    def reached(self, conversation_id: UUID, last_seq: int) -> None:
        """See `ConversationFeed.reached`."""
        for follower in self._followers(live_conversation(conversation_id)):
            follower.learn(conversation_id, last_seq)

    def tell(self, sign: LiveSign) -> None:
        """Tell the followers on this node a latest value that came another way."""
        for follower in self._followers(live_conversation(sign.conversation_id)):
            follower.sign(sign)

    def _followers(self, subject: str) -> tuple[Follower, ...]:
        return cast("tuple[Follower, ...]", self._topics.members(subject))

    def _handler(self, subject: str) -> Handler:
        def hear(payload: bytes) -> None:
            followers = self._followers(subject)
            place = message_place(payload)
            if place is not None and not any(one.lacks(*place) for one in followers):
                return  # mostly: whoever wrote it is alone here, and has its acknowledgement
            try:
                told = _LIVE.validate_json(payload)
            except ValidationError:
                log.warning("feed.unreadable", subject=subject)
                return
            for follower in followers:
                if isinstance(told, _LiveItem):
                    follower.hear(told.body)
                else:
                    follower.sign(told)

        return hear


class BusAgentFeed:
    """The AgentFeed over the bus."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics

    async def join(self, agent_id: UUID, sink: Callable[[RawEvent], None]) -> None:
        """See `AgentFeed.join`."""
        subject = live_agent(agent_id)
        await self._topics.join(subject, sink, self._handler(subject))

    def leave(self, agent_id: UUID, sink: Callable[[RawEvent], None]) -> None:
        """See `AgentFeed.leave`."""
        self._topics.leave(live_agent(agent_id), sink)

    def _handler(self, subject: str) -> Handler:
        def hear(payload: bytes) -> None:
            try:
                raw = _raw_event(payload)
            except ValidationError:
                log.warning("feed.unreadable", subject=subject)
                return
            for sink in self._topics.members(subject):
                cast("Callable[[RawEvent], None]", sink)(raw)

        return hear


def _raw_event(payload: bytes) -> RawEvent:
    """Return a StreamEvent as streams take it; items, which are most, are passed on unread.

    Raises:
        pydantic.ValidationError: it is none.
    """
    if payload.startswith(ITEM_TOLD):
        return RawEvent(
            EventType.MESSAGE_CREATED.value, payload[len(ITEM_TOLD) : -1], item_news(payload)
        )
    event = StreamEvent.model_validate_json(payload)
    return RawEvent(event.type.value, to_json(event.body), read_news(event))
