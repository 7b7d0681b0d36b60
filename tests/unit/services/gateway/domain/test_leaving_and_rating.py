"""A customer ends a conversation, and says what they think of it."""

from __future__ import annotations

import json

import pytest

from services.gateway.domain.effects import Append, EndConversation
from services.gateway.domain.session import HELD_MAX, ChatSession
from shared.contracts.frames import Accepted, ErrorFrame
from shared.kernel.errors import ErrorCode
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import ItemKind
from tests.support.chat_sessions import (
    HELLO,
    NEXT_CONVERSATION,
    an_open_session,
    found,
    frames,
    landed,
    refusal,
)
from tests.support.clock import START
from tests.support.items import CONVERSATION, an_item

LEAVE = b'{"type":"leave"}'


def rate(rating: object = 5, comment: object = None, client_id: str = "r1") -> bytes:
    place = encode(IdKind.CONVERSATION, CONVERSATION)
    frame = {"type": "rate", "client_id": client_id, "conversation_id": place}
    return json.dumps(frame | {"rating": rating, "comment": comment}).encode()


class TestLeaving:
    def test_a_customer_who_leaves_has_the_conversation_ended(self) -> None:
        assert an_open_session().receive(LEAVE, START) == [EndConversation(CONVERSATION)]

    def test_a_customer_who_leaves_twice_is_passed_on_once_until_it_is_answered(self) -> None:
        session = an_open_session()
        session.receive(LEAVE, START)
        assert session.receive(LEAVE, START) == []

        assert session.left(None) == []
        assert session.receive(LEAVE, START) == [EndConversation(CONVERSATION)]

    def test_a_customer_who_cannot_leave_yet_is_told_when_to_try_again(self) -> None:
        session = an_open_session()
        session.receive(LEAVE, START)

        (error,) = frames(session.left(ErrorCode.TRY_AGAIN, 1_000))

        assert isinstance(error, ErrorFrame)
        assert (error.code, error.retry_after_ms) == (ErrorCode.TRY_AGAIN, 1_000)

    def test_whoever_never_wrote_has_nothing_to_leave(self) -> None:
        assert an_open_session(found(conversation_id=None)).receive(LEAVE, START) == []

    def test_an_answer_after_the_connections_end_is_nothing(self) -> None:
        session = an_open_session()
        session.receive(LEAVE, START)
        session.lost()

        assert session.left(ErrorCode.TRY_AGAIN) == []


class TestRating:
    @pytest.mark.parametrize(("comment", "text"), [(None, ""), ("Quick!", "Quick!")])
    def test_a_rating_is_kept_with_its_comment_and_accepted(
        self, comment: str | None, text: str
    ) -> None:
        session = an_open_session(found(an_item(1)))

        effects = session.receive(rate(5, comment), START)
        assert effects == [Append("r1", text, START, CONVERSATION, 5, kind=ItemKind.SURVEY)]

        (accepted,) = frames(session.appended("r1", landed(2, current=False), START))
        assert isinstance(accepted, Accepted)

    def test_a_rating_of_an_earlier_conversation_moves_nobody_back(self) -> None:
        session = an_open_session(found(conversation_id=NEXT_CONVERSATION))
        session.receive(rate(), START)

        effects = session.appended("r1", landed(7, current=False), START)

        assert len(effects) == len(frames(effects)) == 1

    @pytest.mark.parametrize("rating", [0, 6, "5", 4.5, None, True])
    def test_a_rating_that_is_none_is_a_bad_frame(self, rating: object) -> None:
        assert refusal(an_open_session().receive(rate(rating), START)) is ErrorCode.BAD_FRAME

    @pytest.mark.parametrize("comment", ["x" * 5_001, {"$ne": 1}, "a\0b"])
    def test_a_comment_that_cannot_be_kept_is_refused(self, comment: object) -> None:
        effects = an_open_session().receive(rate(5, comment), START)

        assert refusal(effects) is ErrorCode.BAD_FRAME

    def test_ratings_right_behind_the_hello_are_held_like_messages(self) -> None:
        session = ChatSession(START)
        session.receive(HELLO, START)
        for number in range(HELD_MAX):
            session.receive(rate(client_id=f"r{number}"), START)

        assert refusal(session.receive(rate(), START)) is ErrorCode.RATE_LIMITED
