"""Who is here is known in seconds (LESSONS 3)."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.commands import PresenceChanged
from services.router.domain.presence import BEAT_LAG_MS, NODE_SILENT_MS, PresenceBook, PresenceNews
from shared.kernel.vocabulary import Presence
from tests.support.routing import NODE, OTHER_NODE, agent_id

SHOP = UUID(int=1)
OTHER_SHOP = UUID(int=2)
ANNA, BERT = (SHOP, agent_id(1)), (SHOP, agent_id(2))
CARL = (OTHER_SHOP, agent_id(3))


def said(news: list[PresenceNews]) -> list[tuple[UUID, UUID, Presence]]:
    return [(one.shop_id, one.command.agent_id, one.command.presence) for one in news]


def test_a_beat_tells_who_came_and_who_left_since_the_last_one() -> None:
    book = PresenceBook()
    assert said(book.beat(NODE, [ANNA, CARL], 0)) == [
        (*ANNA, Presence.CONNECTED),
        (*CARL, Presence.CONNECTED),
    ]
    assert said(book.beat(NODE, [CARL, BERT], 1_000)) == [
        (*BERT, Presence.CONNECTED),
        (*ANNA, Presence.DISCONNECTED),
    ]
    assert book.beat(NODE, [BERT, CARL], 2_000) == []


def test_a_node_silent_for_three_seconds_has_lost_its_agents() -> None:
    book = PresenceBook()
    book.beat(NODE, [ANNA], 0)
    book.beat(OTHER_NODE, [BERT], 500)
    assert book.silent(NODE_SILENT_MS - 1) == []
    assert said(book.silent(NODE_SILENT_MS)) == [(*ANNA, Presence.DISCONNECTED)]
    assert book.silent(NODE_SILENT_MS) == []


def test_while_nobody_is_heard_nobody_is_gone() -> None:
    """The bus is away for half a minute: agents keep the customers they are writing to."""
    book = PresenceBook()
    back_at = 30_000
    book.beat(NODE, [ANNA], 0)
    book.beat(OTHER_NODE, [BERT], 500)
    assert said(book.silent(back_at)) == []

    assert book.beat(OTHER_NODE, [BERT], back_at) == []
    assert book.silent(back_at + NODE_SILENT_MS - 1) == []
    book.beat(OTHER_NODE, [BERT], back_at + 1_000)
    assert said(book.silent(back_at + NODE_SILENT_MS)) == [(*ANNA, Presence.DISCONNECTED)]


def test_a_beat_that_left_before_a_change_does_not_undo_it() -> None:
    book = PresenceBook()
    book.beat(NODE, [BERT], 0)
    book.change(NODE, ANNA, Presence.CONNECTED, 1_000)
    book.change(NODE, BERT, Presence.DISCONNECTED, 1_000)
    assert book.beat(NODE, [BERT], 1_000 + BEAT_LAG_MS) == []
    assert said(book.beat(NODE, [BERT], 1_001 + BEAT_LAG_MS)) == [
        (*BERT, Presence.CONNECTED),
        (*ANNA, Presence.DISCONNECTED),
    ]


def test_a_rebuilt_engine_hears_again_what_its_rows_lack() -> None:
    book = PresenceBook()
    book.beat(NODE, [ANNA, CARL], 0)
    book.adopt(SHOP, [(agent_id(2), NODE), (agent_id(2), OTHER_NODE)], 1_000)
    assert said(book.beat(NODE, [ANNA, CARL], 2_000)) == [
        (*ANNA, Presence.CONNECTED),
        (*BERT, Presence.DISCONNECTED),
    ]
    assert said(book.silent(1_000 + NODE_SILENT_MS)) == [(*BERT, Presence.DISCONNECTED)]


def test_a_change_that_a_freshly_built_engine_took_is_known_when_its_node_falls_silent() -> None:
    """The engine was built from tables that did not hold the change yet."""
    book = PresenceBook()
    for person in (ANNA, BERT):
        book.change(NODE, person, Presence.CONNECTED, 0)
    book.adopt(SHOP, [(BERT[1], NODE)], 0)
    book.beat(OTHER_NODE, [], 1_000)
    book.told(PresenceNews(SHOP, PresenceChanged(ANNA[1], NODE, Presence.CONNECTED)))
    book.told(PresenceNews(SHOP, PresenceChanged(BERT[1], NODE, Presence.DISCONNECTED)))
    assert said(book.silent(NODE_SILENT_MS)) == [(*ANNA, Presence.DISCONNECTED)]
    book.told(PresenceNews(SHOP, PresenceChanged(ANNA[1], NODE, Presence.DISCONNECTED)))
    assert book.silent(NODE_SILENT_MS) == []
