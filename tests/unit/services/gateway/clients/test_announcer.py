"""What is published of a committed item, and to whom."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from services.gateway.clients.announcer import Announcer, events_of
from services.gateway.usecases.ports import Announcement
from shared.contracts.events import Envelope
from shared.contracts.items import Item
from shared.contracts.subjects import live_agent, live_conversation
from shared.kernel.vocabulary import EventType, Service, Visibility
from shared.kit.bus.in_process import InProcessBus
from shared.kit.tasks import background
from tests.support.bus import Heard
from tests.support.clock import START
from tests.support.items import AGENT, CONVERSATION, an_item

SHOP = UUID(int=0x51)


class NoRelay:
    def offer(self, events: object) -> None:
        """Durable events are another test's."""


def told(item: Item) -> Announcement:
    return Announcement(
        shop_id=SHOP,
        conversation_id=CONVERSATION,
        stream="conv_1",
        version=item.seq,
        event_id=item.id,
        occurred_at=START,
        body=json.dumps({"item": item.model_dump(mode="json")}),
        item=item.model_dump(mode="json"),
        agent_id=AGENT,
    )


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_a_customers_node_gets_a_notes_place_and_no_word_of_it(
    visibility: Visibility,
) -> None:
    """LESSONS 31: what a client may not see is not even on the way to it."""
    customers_node, agents_node = Heard(), Heard()
    async with InProcessBus() as bus:
        await bus.subscribe(live_conversation(CONVERSATION), customers_node)
        await bus.subscribe(live_agent(AGENT), agents_node)
        announcer = Announcer(NoRelay(), bus)
        async with background(announce=announcer.run):
            announcer.announce([told(an_item(1, visibility=visibility, text="Be kind."))])
            (to_agent,) = await agents_node.wait_for(1)
            (to_customer,) = await customers_node.wait_for(1)

    assert b"Be kind." in to_agent
    assert (b"Be kind." in to_customer) is (visibility is Visibility.EVERYONE)
    assert json.loads(to_customer)["body"]["seq"] == 1


@pytest.mark.parametrize("text", ["Be kind.", '"},{"', "\u2028 ünï \\ \n"])
def test_an_event_put_together_as_text_is_the_envelope(text: str) -> None:
    announcement = told(an_item(1, text=text))

    events = events_of(announcement)

    assert [Envelope.model_validate_json(event.to_json()) for event in events] == [
        Envelope(
            event_id=announcement.event_id,
            type=EventType.MESSAGE_CREATED,
            emitter=Service.GATEWAY,
            receiver=receiver,
            shop_id=SHOP,
            stream="conv_1",
            version=1,
            occurred_at=START,
            body=json.loads(announcement.body),
        )
        for receiver in (Service.ROUTER, Service.HISTORY)
    ]
