"""The chat session: what a customer's frames and the passing of time lead to."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from services.gateway.domain.effects import (
    Append,
    Follow,
    LookUp,
    Ping,
    ReadItems,
    SendFrame,
    Unfollow,
)
from services.gateway.domain.heartbeat import CONNECTION_LIFE_MS, HELLO_WITHIN_MS, PING_EVERY_MS
from services.gateway.domain.phases import Phase
from services.gateway.domain.sending import IN_FLIGHT_MAX
from services.gateway.domain.session import BAD_FRAMES_MAX, FRAMES, HELD_MAX, ChatSession
from shared.contracts.frames import (
    Accepted,
    CloseCode,
    Created,
    ErrorFrame,
    Hello,
    Welcome,
)
from shared.kernel.errors import ErrorCode
from shared.kernel.rates import Rate
from tests.support.chat_sessions import (
    HELLO,
    NEXT_CONVERSATION,
    an_open_session,
    found,
    frames,
    landed,
    last_word,
    refusal,
    send,
)
from tests.support.clock import START
from tests.support.items import CONVERSATION, an_item


class TestHello:
    def test_a_customer_is_looked_up(self) -> None:
        effects = ChatSession(START).receive(HELLO, START)

        assert effects == [LookUp(Hello(type="hello", site_key="fk_x"))]

    def test_a_customer_is_welcomed_with_what_was_missed(self) -> None:
        session = ChatSession(START)
        session.receive(HELLO, START)

        (welcome,) = frames(session.welcomed(found(an_item(1)), START))

        assert isinstance(welcome, Welcome)
        assert welcome.items == (an_item(1),)
        assert welcome.server_time == START

    def test_a_customer_who_says_nothing_is_sent_away_after_thirty_seconds(self) -> None:
        session = ChatSession(START)
        assert session.wake(START + PING_EVERY_MS) == [Ping(b"1")]
        assert session.next_deadline() == START + HELLO_WITHIN_MS

        effects = session.wake(START + HELLO_WITHIN_MS)

        assert last_word(effects) == (ErrorCode.HELLO_FIRST, CloseCode.HELLO_TIMEOUT)
        assert session.next_deadline() is None

    def test_a_customer_who_came_in_time_is_not_sent_away(self) -> None:
        session = an_open_session()

        assert session.wake(START + HELLO_WITHIN_MS)[0] == Ping(b"1")
        assert session.phase is Phase.OPEN

    @pytest.mark.parametrize(
        ("code", "close"),
        [
            (ErrorCode.UNKNOWN_SITE, CloseCode.UNKNOWN_SITE),
            (ErrorCode.UNKNOWN_SESSION, CloseCode.UNKNOWN_SESSION),
            (ErrorCode.BAD_CUSTOMER_TOKEN, CloseCode.BAD_CUSTOMER_TOKEN),
            (ErrorCode.ORIGIN_REFUSED, CloseCode.ORIGIN_REFUSED),
            (ErrorCode.INTERNAL, CloseCode.TRY_AGAIN),
        ],
    )
    def test_a_refused_customer_is_told_why_and_whether_to_come_back(
        self, code: ErrorCode, close: CloseCode
    ) -> None:
        session = ChatSession(START)
        session.receive(HELLO, START)

        assert last_word(session.refused(code)) == (code, close)
        assert session.phase is Phase.CLOSED

    @pytest.mark.parametrize("key", [None, "", {}, [], 7])
    def test_a_missing_site_key_is_an_unknown_site(self, key: object) -> None:
        """LESSONS 30: whatever type it is given, it is refused the same way."""
        frame = {"type": "hello"} | ({} if key is None else {"site_key": key})

        effects = ChatSession(START).receive(json.dumps(frame).encode(), START)

        assert last_word(effects) == (ErrorCode.UNKNOWN_SITE, CloseCode.UNKNOWN_SITE)

    def test_messages_right_behind_the_hello_are_appended_after_the_welcome(self) -> None:
        session = ChatSession(START)
        session.receive(HELLO, START)
        assert session.receive(send("m1"), START) == []

        effects = session.welcomed(found(), START + 5)

        assert isinstance(frames(effects)[0], Welcome)
        assert effects[1:] == [Append("m1", "Hello?", START + 5)]

    def test_only_so_many_messages_wait_for_the_welcome(self) -> None:
        session = ChatSession(START)
        session.receive(HELLO, START)
        for number in range(HELD_MAX):
            session.receive(send(f"m{number}"), START)

        assert refusal(session.receive(send("more"), START)) is ErrorCode.RATE_LIMITED

    def test_an_item_that_outran_the_welcome_is_read_from_the_store(self) -> None:
        session = ChatSession(START)
        session.receive(HELLO, START)
        assert session.lacks(CONVERSATION, 2)
        assert session.heard(an_item(2), START) == []

        effects = session.welcomed(found(an_item(1)), START)

        assert effects[-1] == ReadItems(CONVERSATION, 1)

    def test_the_rest_of_a_long_conversation_follows_the_welcome(self) -> None:
        session = ChatSession(START)
        session.receive(HELLO, START)

        effects = session.welcomed(found(an_item(1), last_seq=3), START)
        assert effects[-1] == ReadItems(CONVERSATION, 1)

        more = session.read(CONVERSATION, [an_item(2)], 2, 3, START)
        assert more == [SendFrame(Created(item=an_item(2))), ReadItems(CONVERSATION, 2)]

    def test_an_answer_that_comes_too_late_does_nothing(self) -> None:
        session = an_open_session()

        assert session.welcomed(found(), START) == []
        assert session.refused(ErrorCode.UNKNOWN_SITE) == []


class TestBadFrames:
    @pytest.mark.parametrize(
        ("frame", "code"),
        [
            (b"", ErrorCode.BAD_FRAME),
            (b"{", ErrorCode.BAD_FRAME),
            (b"\xff\xfe", ErrorCode.BAD_FRAME),
            (b"[]", ErrorCode.BAD_FRAME),
            (b"null", ErrorCode.BAD_FRAME),
            (b'{"text":"no type"}', ErrorCode.BAD_FRAME),
            (b"[" * 5_000, ErrorCode.BAD_FRAME),
            (b'{"type":"shout"}', ErrorCode.UNKNOWN_FRAME),
            (b'{"type":{"$ne":1}}', ErrorCode.UNKNOWN_FRAME),
            (send(text=5), ErrorCode.BAD_FRAME),
            (send(text={}), ErrorCode.BAD_FRAME),
            (send(text=["a"]), ErrorCode.BAD_FRAME),
            (send(client_id=""), ErrorCode.BAD_CLIENT_ID),
            (send(client_id="a b"), ErrorCode.BAD_CLIENT_ID),
            (send(client_id="a" * 65), ErrorCode.BAD_CLIENT_ID),
            (b'{"type":"send","client_id":5,"text":"x"}', ErrorCode.BAD_CLIENT_ID),
            (b'{"type":"send","client_id":"a","text":"\\ud800"}', ErrorCode.BAD_FRAME),
            (b'{"type":"send","client_id":"a","text":"x","shop":"y"}', ErrorCode.BAD_FRAME),
            (
                b'{"type":"hello","site_key":"k","last_seq":9223372036854775808}',
                ErrorCode.BAD_FRAME,
            ),
        ],
    )
    @pytest.mark.parametrize("welcome", [False, True])
    def test_a_bad_frame_gets_one_fixed_error_before_and_after_hello(
        self, frame: bytes, code: ErrorCode, welcome: bool
    ) -> None:
        """LESSONS 27: no reflection, no internals, the same at any time."""
        session = an_open_session() if welcome else ChatSession(START)

        effects = session.receive(frame, START)

        assert refusal(effects) is code
        (error,) = frames(effects)
        assert isinstance(error, ErrorFrame)
        assert error.client_id is None

    def test_a_message_before_the_hello_is_refused(self) -> None:
        assert refusal(ChatSession(START).receive(send(), START)) is ErrorCode.HELLO_FIRST

    def test_a_second_hello_is_refused(self) -> None:
        session = an_open_session()

        assert refusal(session.receive(HELLO, START)) is ErrorCode.ALREADY_WELCOME

    def test_a_second_hello_without_a_site_key_is_a_bad_frame(self) -> None:
        session = an_open_session()

        assert refusal(session.receive(b'{"type":"hello"}', START)) is ErrorCode.BAD_FRAME

    def test_ten_bad_frames_close_the_connection(self) -> None:
        session = ChatSession(START)
        for _ in range(BAD_FRAMES_MAX - 1):
            assert len(session.receive(b"{", START)) == 1

        effects = session.receive(b"{", START)

        assert last_word(effects) == (ErrorCode.BAD_FRAME, CloseCode.BAD_FRAMES)
        assert session.receive(HELLO, START) == []


class TestTooManyFrames:
    def test_whoever_says_more_than_anybody_does_is_asked_to_come_again(self) -> None:
        session = an_open_session()
        told = [session.receive(b'{"type":"typing"}', START) for _ in range(FRAMES.burst)]

        *before, too_many = told  # the hello was one, too
        assert last_word(too_many) == (ErrorCode.RATE_LIMITED, CloseCode.TRY_AGAIN)
        assert not any(frames(effects) for effects in before)
        assert session.receive(b'{"type":"typing"}', START) == []

    def test_whoever_says_as_much_as_may_be_said_stays(self) -> None:
        session = an_open_session()
        for number in range(20 * FRAMES.burst):
            session.receive(b'{"type":"typing"}', START + 2 * number)

        assert session.phase is Phase.OPEN


class TestSending:
    def test_a_message_is_appended_and_acknowledged_only_once_committed(self) -> None:
        session = an_open_session()

        assert session.receive(send(), START + 7) == [Append("m1", "Hello?", START + 7)]
        (accepted,) = frames(session.appended("m1", landed(1), START + 9))

        assert isinstance(accepted, Accepted)
        assert (accepted.client_id, accepted.seq) == ("m1", 1)

    @pytest.mark.parametrize("length", [0, 5_001])
    def test_a_text_of_a_wrong_length_is_refused_by_name(self, length: int) -> None:
        session = an_open_session()

        (error,) = frames(session.receive(send(text="é" * length), START))

        assert isinstance(error, ErrorFrame)
        assert (error.code, error.client_id) == (ErrorCode.TEXT_LENGTH, "m1")

    @pytest.mark.parametrize("text", ["", " \n", "\u200b\u200d", "x" * 5_001])
    def test_a_text_that_shows_nothing_is_refused_like_an_empty_one(self, text: str) -> None:
        session = an_open_session()

        assert refusal(session.receive(send(text=text), START)) is ErrorCode.TEXT_LENGTH

    def test_a_text_is_measured_in_code_points(self) -> None:
        session = an_open_session()

        assert isinstance(session.receive(send(text="😀" * 5_000), START)[0], Append)

    def test_a_text_the_store_cannot_hold_is_refused(self) -> None:
        session = an_open_session()

        assert refusal(session.receive(send(text="a\0b"), START)) is ErrorCode.BAD_FRAME

    def test_only_so_many_messages_are_under_way_at_once(self) -> None:
        session = an_open_session(sends=Rate(burst=2 * IN_FLIGHT_MAX, per_s=1))
        for number in range(IN_FLIGHT_MAX):
            session.receive(send(f"m{number}"), START)

        assert refusal(session.receive(send("more"), START)) is ErrorCode.RATE_LIMITED
        session.appended("m0", landed(1), START)
        assert isinstance(session.receive(send("more"), START)[0], Append)

    def test_a_script_is_slowed_to_its_rate_and_told_when_to_send_again(self) -> None:
        session = an_open_session(sends=Rate(burst=2, per_s=1))
        for number in (1, 2):
            session.receive(send(f"m{number}"), START)
            session.appended(f"m{number}", landed(number), START)

        (error,) = frames(session.receive(send("m3"), START))
        assert isinstance(error, ErrorFrame)
        assert (error.code, error.client_id) == (ErrorCode.RATE_LIMITED, "m3")
        assert error.retry_after_ms is not None
        assert 0 < error.retry_after_ms <= 1_001

        again = session.receive(send("m3"), START + error.retry_after_ms)
        assert isinstance(again[0], Append)

    def test_a_person_who_types_fast_is_never_slowed(self) -> None:
        session = an_open_session()
        for number in range(1_000):
            now = START + number * 200
            assert isinstance(session.receive(send(f"m{number}"), now)[0], Append)
            session.appended(f"m{number}", landed(number + 1), now)

    def test_a_refused_message_is_told_by_its_client_id(self) -> None:
        session = an_open_session()
        session.receive(send(), START)

        (error,) = frames(session.append_refused("m1", ErrorCode.CLIENT_ID_CONFLICT))

        assert isinstance(error, ErrorFrame)
        assert (error.code, error.client_id) == (ErrorCode.CLIENT_ID_CONFLICT, "m1")

    def test_the_first_message_makes_the_conversation_followed(self) -> None:
        session = an_open_session(found(conversation_id=None))
        session.receive(send(), START)

        effects = session.appended("m1", landed(1), START)

        assert effects[0] == Follow(CONVERSATION, 0)
        assert isinstance(frames(effects)[0], Accepted)

    def test_a_resend_of_an_ended_conversations_message_is_acknowledged_where_it_stands(
        self,
    ) -> None:
        session = an_open_session(found(conversation_id=None))
        session.receive(send(), START)

        effects = session.appended("m1", landed(4, current=False), START)

        assert [type(frame) for frame in frames(effects)] == [Accepted]
        assert len(effects) == 1

    def test_a_new_conversation_takes_over_once_the_last_is_told_to_its_end(self) -> None:
        session = an_open_session(found(an_item(1)))
        session.receive(send(), START)

        effects = session.appended("m1", landed(1, NEXT_CONVERSATION), START)
        assert effects[:2] == [ReadItems(CONVERSATION, 1), Follow(NEXT_CONVERSATION, 0)]

        ended = session.read(CONVERSATION, [an_item(2)], 2, 2, START)
        assert ended[:2] == [SendFrame(Created(item=an_item(2))), Unfollow(CONVERSATION)]
        assert session.heard(an_item(3), START) == []

        session.receive(send("m2"), START)
        session.appended("m2", landed(1, UUID(int=0xC2)), START)

    def test_a_conversation_left_twice_is_read_to_its_end_once(self) -> None:
        session = an_open_session(found(an_item(1)))
        session.receive(send("m0"), START)
        session.appended("m0", landed(1, NEXT_CONVERSATION), START)
        session.receive(send("m0"), START)

        effects = session.appended("m0", landed(1, UUID(int=0xC2)), START)

        assert [e for e in effects if isinstance(e, ReadItems)] == [ReadItems(NEXT_CONVERSATION, 1)]

    def test_a_connection_of_half_a_day_is_asked_to_come_again(self) -> None:
        session = an_open_session()

        effects = session.wake(START + CONNECTION_LIFE_MS)

        assert last_word(effects) == (ErrorCode.TRY_AGAIN, CloseCode.TRY_AGAIN)
        assert session.next_deadline() is None
