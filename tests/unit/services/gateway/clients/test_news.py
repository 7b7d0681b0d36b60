"""What a live event makes known, read from exactly what the router and the gateway publish."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from services.gateway.clients.news import read_news
from services.gateway.domain.standing import Mark, News
from shared.contracts.stream import StreamEvent
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import ConversationStatus, EventType

ID = UUID(int=7)
CONVERSATION = encode(IdKind.CONVERSATION, ID)


@pytest.mark.parametrize(
    ("event_type", "body", "news"),
    [
        (
            EventType.AGENT_UPDATED,
            {"id": encode(IdKind.AGENT, ID), "agent_version": 3},
            News(Mark.AGENT, ID, 3),
        ),
        (EventType.OFFER_CREATED, {"id": encode(IdKind.OFFER, ID)}, News(Mark.OFFER, ID, 1)),
        (
            EventType.OFFER_ENDED,
            {"offer_id": encode(IdKind.OFFER, ID)},
            News(Mark.OFFER, ID, None),
        ),
        (
            EventType.MESSAGE_CREATED,
            {"conversation_id": CONVERSATION, "seq": 9},
            News(Mark.ITEMS, ID, 9),
        ),
        (EventType.CARD_READY, {"conversation_id": CONVERSATION}, None),
        (EventType.AGENT_UPDATED, {"load": 1}, None),
    ],
)
def test_an_event_tells_which_version_of_what_is_known(
    event_type: EventType, body: Any, news: News | None
) -> None:
    assert read_news(StreamEvent(type=event_type, body=body)) == news


@pytest.mark.parametrize("status", ConversationStatus)
def test_a_conversation_is_known_while_it_is_served(status: ConversationStatus) -> None:
    body: Any = {"conversation_id": CONVERSATION, "version": 4, "status": status.value}
    version = 4 if status is ConversationStatus.ASSIGNED else None

    for event_type in (EventType.CONVERSATION_ASSIGNED, EventType.CONVERSATION_ENDED):
        news = read_news(StreamEvent(type=event_type, body=body))

        assert news == News(Mark.CONVERSATION, ID, version)
