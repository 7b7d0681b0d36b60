"""Where a customer is in the shop by now, as their page tells it."""

from __future__ import annotations

import json

from services.gateway.domain.effects import NoteContext
from services.gateway.domain.whereabouts import EVERY_MS
from shared.contracts.context import Cart, Context
from shared.kernel.errors import ErrorCode
from tests.support.chat_sessions import an_open_session, refusal
from tests.support.clock import START

CART = {"value_minor": 4_900, "currency": "EUR", "lines": ["A teapot"]}


def told(**fields: object) -> bytes:
    return json.dumps({"type": "context", **fields}).encode()


def kept(**fields: object) -> NoteContext:
    return NoteContext(Context.model_validate({"type": "context", **fields}, strict=False))


def test_a_page_that_changes_is_kept_at_once() -> None:
    effects = an_open_session().receive(told(page_url="https://fern.example/cart"), START)
    assert effects == [kept(page_url="https://fern.example/cart")]


def test_what_is_told_too_often_is_kept_once_with_the_last_word_on_each() -> None:
    session = an_open_session()
    session.receive(told(page_url="https://fern.example/1"), START)

    assert session.receive(told(page_url="https://fern.example/2", cart=CART), START + 10) == []
    assert session.receive(told(page_url="https://fern.example/3"), START + 20) == []
    assert session.next_deadline() == START + EVERY_MS

    cart = Cart.model_validate(CART, strict=False)
    assert session.wake(START + EVERY_MS) == [kept(page_url="https://fern.example/3", cart=cart)]
    assert session.wake(START + EVERY_MS + 1) == []


def test_a_cart_that_is_none_is_a_bad_frame() -> None:
    session = an_open_session()
    assert refusal(session.receive(told(cart={"value_minor": -1}), START)) is ErrorCode.BAD_FRAME
