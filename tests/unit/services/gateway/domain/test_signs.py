"""What a customer's end says again and again costs little, and only the latest counts."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from services.gateway.domain.effects import Effect, SendFrame, Sign
from services.gateway.domain.session import HELD_MAX, ChatSession
from services.gateway.domain.signs import RECEIPTS_EVERY_MS, TYPING_EVERY_MS, TYPING_FOR_MS
from shared.contracts.signs import AgentTyping, MessageDelivered, MessageRead, QueuePosition
from shared.kernel.ids import IdKind, encode
from tests.support.chat_sessions import (
    HELLO,
    NEXT_CONVERSATION,
    an_open_session,
    found,
    landed,
    send,
)
from tests.support.clock import START
from tests.support.items import CONVERSATION, an_item

TYPING = b'{"type":"typing"}'


def receipt(kind: str, through_seq: int, conversation_id: UUID = CONVERSATION) -> bytes:
    place = encode(IdKind.CONVERSATION, conversation_id)
    frame = {"type": kind, "conversation_id": place, "through_seq": through_seq}
    return json.dumps(frame).encode()


def signs(effects: list[Effect]) -> list[Sign]:
    return [effect for effect in effects if isinstance(effect, Sign)]


class TestTyping:
    def test_a_customer_who_types_is_passed_on(self) -> None:
        assert an_open_session().receive(TYPING, START) == [Sign(CONVERSATION, typing=True)]

    def test_a_customer_who_types_on_is_passed_on_now_and_then_and_never_refused(self) -> None:
        session = an_open_session()
        told = [session.receive(TYPING, START + at) for at in range(0, 10_000, 10)]

        assert len([effects for effects in told if effects]) == 10_000 // TYPING_EVERY_MS

    def test_a_sign_of_typing_outlasts_one_that_is_lost(self) -> None:
        assert TYPING_FOR_MS > 2 * TYPING_EVERY_MS

    def test_typing_before_there_is_a_conversation_is_nobodys_business(self) -> None:
        assert an_open_session(found(conversation_id=None)).receive(TYPING, START) == []


class TestReceipts:
    def test_what_a_customer_received_and_read_is_passed_on(self) -> None:
        session = an_open_session(found(an_item(1), an_item(2)))

        assert session.receive(receipt("received", 1), START) == [
            Sign(CONVERSATION, received_seq=1)
        ]
        assert session.receive(receipt("read", 2), START + RECEIPTS_EVERY_MS) == [
            Sign(CONVERSATION, received_seq=2, read_seq=2)
        ]

    def test_a_customer_who_scrolls_fast_is_passed_on_as_one_latest_value(self) -> None:
        session = an_open_session()
        session.receive(receipt("read", 1), START)
        for seq in range(2, 100):
            assert session.receive(receipt("read", seq), START + 1) == []

        assert session.next_deadline() == START + RECEIPTS_EVERY_MS
        assert session.wake(START + RECEIPTS_EVERY_MS) == [
            Sign(CONVERSATION, received_seq=99, read_seq=99)
        ]
        assert session.wake(START + 2 * RECEIPTS_EVERY_MS) == []

    def test_a_receipt_never_goes_back(self) -> None:
        session = an_open_session()
        session.receive(receipt("read", 5), START)

        assert session.receive(receipt("read", 3), START + 5_000) == []
        assert session.receive(receipt("received", 5), START + 5_000) == []

    def test_what_is_left_of_one_conversation_is_passed_on_before_the_nexts(self) -> None:
        session = an_open_session(found(an_item(1)))
        session.receive(receipt("received", 1), START)
        session.receive(receipt("read", 1), START + 1)
        session.receive(send(), START + 2)
        session.appended("m1", landed(1, NEXT_CONVERSATION), START + 3)

        effects = session.receive(receipt("received", 1, NEXT_CONVERSATION), START + 4)

        assert effects == [Sign(CONVERSATION, received_seq=1, read_seq=1)]
        assert signs(session.wake(START + RECEIPTS_EVERY_MS)) == [
            Sign(NEXT_CONVERSATION, received_seq=1)
        ]

    def test_anothers_conversation_looks_like_one_that_does_not_exist(self) -> None:
        """LESSONS 25."""
        session = an_open_session()

        assert session.receive(receipt("read", 1, NEXT_CONVERSATION), START) == []

    @pytest.mark.parametrize("seq", [0, -1, 2**63])
    def test_a_seq_that_no_item_has_is_a_bad_frame(self, seq: int) -> None:
        (error,) = an_open_session().receive(receipt("read", seq), START)

        assert isinstance(error, SendFrame)

    def test_signs_right_behind_the_hello_wait_for_the_welcome_and_are_no_trouble(self) -> None:
        session = ChatSession(START)
        session.receive(HELLO, START)
        for _ in range(HELD_MAX + 1):
            assert session.receive(TYPING, START) == []

        assert signs(session.welcomed(found(), START)) == [Sign(CONVERSATION, typing=True)]


class TestAnAgentsSigns:
    SIGNS = (
        AgentTyping(conversation_id=CONVERSATION, for_ms=6_000),
        MessageDelivered(conversation_id=CONVERSATION, through_seq=1),
        MessageRead(conversation_id=CONVERSATION, through_seq=1),
    )

    def test_a_place_in_the_line_is_told_when_it_is_another(self) -> None:
        session = an_open_session()
        second, first = (
            QueuePosition(conversation_id=CONVERSATION, position=place, waiting=2)
            for place in (2, 1)
        )

        told = [session.signed(sign) for sign in (second, second, first, first)]

        assert told == [[SendFrame(second)], [], [SendFrame(first)], []]

    @pytest.mark.parametrize("sign", SIGNS)
    def test_a_customer_is_told(self, sign: AgentTyping | MessageDelivered | MessageRead) -> None:
        assert an_open_session().signed(sign) == [SendFrame(sign)]

    def test_a_sign_of_another_conversation_is_not_told(self) -> None:
        sign = AgentTyping(conversation_id=NEXT_CONVERSATION, for_ms=1)

        assert an_open_session().signed(sign) == []

    def test_a_sign_is_left_out_while_the_buffer_is_full_or_nobody_is_welcome(self) -> None:
        slow, early = an_open_session(), ChatSession(START)
        slow.pause()

        assert slow.signed(self.SIGNS[0]) == early.signed(self.SIGNS[0]) == []
