"""Which conversations this node follows: all that somebody hears, and no other."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from services.gateway.clients.feeds import BusAgentFeed, BusConversationFeed
from services.gateway.clients.news import ITEM_TOLD
from services.gateway.clients.topics import Topics
from services.gateway.domain.standing import Mark, News
from services.gateway.usecases.feed_ports import RawEvent
from shared.contracts.items import Item
from shared.contracts.signs import AgentTyping, LiveSign, MessageRead
from shared.contracts.stream import StreamEvent
from shared.contracts.subjects import live_agent, live_conversation
from shared.kernel.vocabulary import EventType, ItemKind
from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import Handler, Subscription
from tests.support.items import AGENT, CONVERSATION, an_item

SHOP = UUID(int=1)


class Ear:
    """A Follower that remembers."""

    def __init__(self) -> None:
        self.reached = 0
        self.items: list[Item] = []
        self.signs: list[LiveSign] = []
        self.told = 0

    def lacks(self, conversation_id: UUID, seq: int) -> bool:
        return seq > self.told

    def hear(self, item: Item) -> None:
        self.items.append(item)

    def sign(self, sign: LiveSign) -> None:
        self.signs.append(sign)

    def learn(self, conversation_id: UUID, last_seq: int) -> None:
        self.reached = last_seq


class SlowBus(InProcessBus):
    """Subscribes once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()

    async def subscribe(self, subject: str, handler: Handler) -> Subscription:
        await self.let.wait()
        return await super().subscribe(subject, handler)


async def test_a_conversation_that_nobody_follows_any_more_is_not_healed() -> None:
    async with InProcessBus() as bus:
        feed, one, two = BusConversationFeed(Topics(bus)), Ear(), Ear()
        await feed.follow(SHOP, CONVERSATION, one)
        await feed.follow(SHOP, CONVERSATION, two)

        feed.unfollow(CONVERSATION, one)
        assert feed.followed() == {CONVERSATION: SHOP}
        feed.reached(CONVERSATION, 7)
        feed.unfollow(CONVERSATION, two)

        assert feed.followed() == {}
        assert (one.reached, two.reached) == (0, 7)


async def test_who_comes_while_another_leaves_is_healed_all_the_same() -> None:
    async with SlowBus() as bus:
        feed, leaving, coming = BusConversationFeed(Topics(bus)), Ear(), Ear()
        async with asyncio.TaskGroup() as group:
            group.create_task(feed.follow(SHOP, CONVERSATION, leaving))
            group.create_task(feed.follow(SHOP, CONVERSATION, coming))
            await asyncio.sleep(0)  # one has the topic's lock, the other waits for it
            feed.unfollow(CONVERSATION, leaving)
            bus.let.set()

        assert feed.followed() == {CONVERSATION: SHOP}


async def test_a_follower_hears_items_and_an_agents_latest_values_and_nothing_unreadable() -> None:
    typing = AgentTyping(conversation_id=CONVERSATION, for_ms=5)
    read = MessageRead(conversation_id=CONVERSATION, through_seq=2)
    item = StreamEvent(
        type=EventType.MESSAGE_CREATED, body=an_item(1).model_dump(mode="json")
    ).to_json()
    async with InProcessBus() as bus:
        feed, ear = BusConversationFeed(Topics(bus)), Ear()
        await feed.follow(SHOP, CONVERSATION, ear)
        for payload in (typing.to_json(), b'{"type":"agent.dancing"}', item, read.to_json()):
            await bus.publish(live_conversation(CONVERSATION), payload)
        for _ in range(10):
            await asyncio.sleep(0)

    assert (ear.items, ear.signs) == ([an_item(1)], [typing, read])


@pytest.mark.parametrize(("kind", "heard"), [(ItemKind.MESSAGE, [3]), (ItemKind.ENDED, [2, 3])])
async def test_a_follower_hears_no_message_twice_and_every_other_item(
    kind: ItemKind, heard: list[int]
) -> None:
    """What it would do with an item that ends a conversation is the session's to say."""
    async with InProcessBus() as bus:
        feed, ear = BusConversationFeed(Topics(bus)), Ear()
        ear.told = 2
        await feed.follow(SHOP, CONVERSATION, ear)
        for seq in (2, 3):
            item = an_item(seq).model_copy(update={"kind": kind}).to_json()
            await bus.publish(live_conversation(CONVERSATION), ITEM_TOLD + item + b"}")
        await bus.publish(live_conversation(CONVERSATION), ITEM_TOLD + b'{"seq":"?"}}')
        for _ in range(10):
            await asyncio.sleep(0)

    assert [item.seq for item in ear.items] == heard


async def test_a_stream_is_given_an_item_as_it_was_published() -> None:
    item, heard = an_item(3, text='"},{"'), list[RawEvent]()
    told = StreamEvent(type=EventType.MESSAGE_CREATED, body=item.model_dump(mode="json"))
    async with InProcessBus() as bus:
        await BusAgentFeed(Topics(bus)).join(AGENT, heard.append)
        await bus.publish(live_agent(AGENT), told.to_json())
        await bus.publish(live_agent(AGENT), b'{"type":"message.created","body":{"seq":0}}')
        await bus.publish(live_agent(AGENT), b'{"body":{},"type":"message.created"}')
        await asyncio.sleep(0)

    first, spaced = heard
    assert Item.model_validate_json(first.data) == item
    assert first.news == News(Mark.ITEMS, CONVERSATION, 3)
    assert (spaced.type, spaced.data, spaced.news) == ("message.created", b"{}", None)


async def test_a_stream_is_told_what_follows_an_event_of_a_newer_release() -> None:
    """A router that is newer tells of what this gateway does not know: left out, and logged."""
    heard = list[RawEvent]()
    known = StreamEvent(type=EventType.AGENT_UPDATED, body={})
    with capture_logs() as logged:
        async with InProcessBus() as bus:
            await BusAgentFeed(Topics(bus)).join(AGENT, heard.append)
            for payload in (b'{"type":"a.novelty","body":{"id":"x"}}', known.to_json()):
                await bus.publish(live_agent(AGENT), payload)
            await asyncio.sleep(0)

    assert [event.type for event in heard] == ["agent.updated"]
    assert [line["event"] for line in logged] == ["feed.unreadable"]
