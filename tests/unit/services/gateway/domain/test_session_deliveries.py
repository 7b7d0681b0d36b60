"""The chat session: what it hears of others, and how it ends."""

from __future__ import annotations

from uuid import UUID

from services.gateway.domain.effects import (
    Ping,
    ReadItems,
    SendFrame,
)
from services.gateway.domain.heartbeat import PING_EVERY_MS
from services.gateway.domain.ordering import CROSSING_MS
from services.gateway.domain.session import ChatSession
from shared.contracts.frames import (
    Beat,
    Bye,
    CloseCode,
    Created,
)
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import AuthorKind, Visibility
from tests.support.chat_sessions import (
    NEXT_CONVERSATION,
    an_open_session,
    found,
    frames,
    landed,
    last_word,
    send,
)
from tests.support.clock import START
from tests.support.items import CONVERSATION, an_item


class TestHearing:
    def test_an_agents_message_is_told(self) -> None:
        session = an_open_session()

        assert frames(session.heard(an_item(1), START)) == [Created(item=an_item(1))]

    def test_a_message_is_news_until_it_is_told_and_none_is_of_anothers_conversation(self) -> None:
        session = an_open_session()
        session.heard(an_item(1), START)

        assert [session.lacks(CONVERSATION, seq) for seq in (1, 2)] == [False, True]
        assert not session.lacks(UUID(int=9), 1)

    def test_a_note_for_agents_never_reaches_the_customer(self) -> None:
        """LESSONS 31."""
        session = an_open_session()

        assert session.heard(an_item(1, visibility=Visibility.AGENTS), START) == []
        assert len(frames(session.heard(an_item(2), START))) == 1

    def test_the_customers_own_message_is_told_by_its_acknowledgement_alone(self) -> None:
        session = an_open_session()
        session.receive(send(), START)
        own = an_item(1, author=AuthorKind.CUSTOMER, client_id="m1")

        assert session.heard(own, START) == []
        assert len(frames(session.appended("m1", landed(1), START))) == 1
        assert session.heard(own, START) == []

    def test_an_agent_who_takes_the_same_client_id_is_still_told(self) -> None:
        session = an_open_session()
        session.receive(send(), START)

        assert len(frames(session.heard(an_item(1, client_id="m1"), START))) == 1

    def test_a_gap_is_read_after_the_crossing_time(self) -> None:
        session = an_open_session()
        assert session.heard(an_item(2), START) == []
        assert session.next_deadline() == START + CROSSING_MS

        assert session.wake(START + CROSSING_MS) == [ReadItems(CONVERSATION, 0)]
        effects = session.read(CONVERSATION, [an_item(1)], 1, 2, START + 60)

        assert frames(effects) == [Created(item=an_item(1)), Created(item=an_item(2))]

    def test_a_lost_publish_is_read_when_the_sweep_says_so(self) -> None:
        session = an_open_session()

        session.learned(CONVERSATION, 1, START)
        session.learned(NEXT_CONVERSATION, 1, START)

        assert session.wake(START + CROSSING_MS) == [ReadItems(CONVERSATION, 0)]

    def test_a_failed_read_is_tried_again(self) -> None:
        session = an_open_session()
        session.learned(CONVERSATION, 1, START)
        session.wake(START + CROSSING_MS)

        session.read_failed(CONVERSATION, START + 100)
        session.read_failed(NEXT_CONVERSATION, START + 100)

        assert session.wake(START + 1_000) == [ReadItems(CONVERSATION, 0)]

    def test_an_answer_about_another_conversation_is_nothing(self) -> None:
        session = an_open_session()

        assert session.read(NEXT_CONVERSATION, [], 0, 0, START) == []
        assert session.heard(an_item(1, conversation_id=NEXT_CONVERSATION), START) == []

    def test_nothing_is_read_while_the_buffer_is_full(self) -> None:
        session = an_open_session()
        session.pause()
        session.learned(CONVERSATION, 1, START)

        assert session.wake(START + CROSSING_MS) == []
        assert session.next_deadline() == START + PING_EVERY_MS
        assert session.resume(START + 60) == [ReadItems(CONVERSATION, 0)]


class TestBeat:
    """LESSONS 13: a page sees no WebSocket ping, so silence must mean something to it."""

    @staticmethod
    def beat_of(session: ChatSession, now: int = START + PING_EVERY_MS) -> Beat:
        ping, sent = session.wake(now)
        assert isinstance(ping, Ping)
        assert isinstance(sent, SendFrame)
        assert isinstance(sent.frame, Beat)
        return sent.frame

    def test_a_customer_who_was_told_nothing_yet_hears_a_beat(self) -> None:
        session = an_open_session(found(conversation_id=None))

        assert self.beat_of(session) == Beat(conversation_id=None, last_seq=0)

    def test_a_beat_says_how_far_the_customer_was_told(self) -> None:
        session = an_open_session(found(an_item(1)))
        assert self.beat_of(session).last_seq == 1

        session.heard(an_item(2), START)
        session.receive(send("m1"), START)
        session.appended("m1", landed(3), START)

        assert self.beat_of(session, START + 2 * PING_EVERY_MS) == Beat(
            conversation_id=CONVERSATION, last_seq=3
        )

    def test_a_beat_names_no_item_that_the_customer_may_not_see(self) -> None:
        session = an_open_session(found(an_item(1)))
        session.heard(an_item(2, visibility=Visibility.AGENTS), START)

        assert self.beat_of(session).last_seq == 1

    def test_a_message_acknowledged_again_takes_no_beat_back(self) -> None:
        session = an_open_session(found(an_item(1), an_item(2)))
        session.receive(send("m1"), START)
        session.appended("m1", landed(1), START)

        assert self.beat_of(session).last_seq == 2


class TestEnding:
    def test_a_replaced_connection_is_told_so(self) -> None:
        effects = an_open_session().end(ErrorCode.REPLACED)

        assert last_word(effects) == (ErrorCode.REPLACED, CloseCode.REPLACED)

    def test_a_stopping_node_says_when_to_come_back(self) -> None:
        """LESSONS 18: a reconnect storm is spread by the server's own hint."""
        effects = an_open_session().stop(1_234)

        assert last_word(effects) == (ErrorCode.TRY_AGAIN, CloseCode.GOING_AWAY)
        (bye,) = frames(effects)
        assert isinstance(bye, Bye)
        assert bye.retry_in_ms == 1_234

    def test_a_lost_connection_hears_nothing_more(self) -> None:
        session = an_open_session()
        session.receive(send("m1"), START)
        session.receive(send("m2"), START)
        session.lost()

        assert session.appended("m1", landed(1), START) == []
        assert session.append_refused("m2", ErrorCode.TRY_AGAIN) == []
        assert session.read(CONVERSATION, [an_item(1)], 1, 1, START) == []
        assert session.end(ErrorCode.REPLACED) == []
        assert session.stop(0) == []
