"""A customer of a closed shop is told when it opens, and may leave an address."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from services.gateway.domain.addresses import read_address
from services.gateway.domain.effects import Append, AskHours, SendFrame
from services.gateway.domain.opening import ASK_AGAIN_MS
from services.gateway.domain.session import ChatSession
from shared.contracts.frames import ErrorFrame, Welcome
from shared.contracts.hours import HoursChanged, ShopHours
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import ItemKind
from tests.support.chat_sessions import HELLO, an_open_session, found, frames, refusal
from tests.support.clock import START
from tests.support.items import CONVERSATION

OPENING = START + 4_000
CLOSED = ShopHours(open=False, opens_at=OPENING, time_zone="Europe/Berlin")
OPEN = ShopHours(open=True, closes_at=START + 9_000, time_zone="Europe/Berlin")


def address(text: str) -> bytes:
    frame = {"type": "leave_address", "client_id": "a1", "address": text}
    return json.dumps(frame).encode()


def a_session(hours: ShopHours | None) -> ChatSession:
    return an_open_session(replace(found(), hours=hours))


class TestHours:
    def test_the_welcome_says_that_the_shop_is_closed_and_when_it_opens(self) -> None:
        session = ChatSession(START)
        session.receive(HELLO, START)

        (welcome,) = frames(session.welcomed(replace(found(), hours=CLOSED), START))

        assert isinstance(welcome, Welcome)
        assert welcome.hours == CLOSED

    def test_whoever_is_there_when_it_opens_is_told_in_that_instant(self) -> None:
        session = a_session(CLOSED)
        assert session.next_deadline() == OPENING

        assert session.wake(OPENING) == [AskHours()]
        assert session.hours_learned(OPEN) == [SendFrame(HoursChanged(hours=OPEN))]

        assert session.next_deadline() == OPEN.closes_at

    @pytest.mark.parametrize("answer", [None, CLOSED])
    def test_an_answer_that_is_no_news_is_not_told_and_asked_for_again(
        self, answer: ShopHours | None
    ) -> None:
        session = a_session(CLOSED)
        session.wake(OPENING)

        assert session.hours_learned(answer) == []
        assert session.wake(OPENING + ASK_AGAIN_MS) == [AskHours()]

    def test_where_nobody_knows_the_hours_nothing_is_asked(self) -> None:
        session = a_session(None)
        assert AskHours() not in session.wake(OPENING)
        assert session.hours_learned(OPEN) == []

    def test_a_connection_that_is_gone_hears_of_no_hours(self) -> None:
        session = a_session(CLOSED)
        session.lost()
        assert session.hours_learned(OPEN) == []


class TestAddresses:
    def test_an_address_becomes_an_item_of_the_present_conversation(self) -> None:
        session = a_session(CLOSED)

        effects = session.receive(address(" Rui@Loja.PT "), START)

        assert effects == [Append("a1", "Rui@loja.pt", START, CONVERSATION, kind=ItemKind.ADDRESS)]

    def test_one_that_nobody_can_be_reached_at_is_refused(self) -> None:
        assert refusal(a_session(None).receive(address("at home"), START)) is ErrorCode.BAD_ADDRESS

    def test_without_a_conversation_there_is_nothing_to_answer(self) -> None:
        session = an_open_session(found(conversation_id=None))

        (frame,) = frames(session.receive(address("rui@loja.pt"), START))

        assert isinstance(frame, ErrorFrame)
        assert (frame.code, frame.client_id) == (ErrorCode.NOT_FOUND, "a1")

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("anna@shop.example", "anna@shop.example"),
            ("+48 22 123 45 67", "+48221234567"),
            ("+359 2 987 6543", "+35929876543"),
            ("00 48 22 123 45 67", None),
            ("+48 1", None),
            ("+1 000 000 0000", None),
            ("anna@shop", None),
            ("anna@-shop.example", None),
            ("a" * 65 + "@shop.example", None),
            ("@shop.example", None),
            ("an na@shop.example", None),
            ("x" * 250 + "@a.bc", None),
        ],
    )
    def test_only_what_can_be_reached_is_an_address(self, text: str, kept: str | None) -> None:
        assert read_address(text) == kept
