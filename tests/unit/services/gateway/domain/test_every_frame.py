"""What holds of every frame a customer may send, read off the contracts: of new ones, too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.gateway.domain.answers import Found
from services.gateway.domain.effects import SendFrame
from services.gateway.domain.reading import Unreadable, read_frame
from services.gateway.domain.session import ChatSession
from shared.contracts.frames import ErrorFrame
from shared.kernel.errors import ErrorCode
from tests.support.clock import START
from tests.support.items import CONVERSATION
from tests.support.made_bodies import frames

PLANTED = "planted-7c1f"
NO_STRINGS: tuple[Any, ...] = ({"$ne": PLANTED}, [PLANTED], 4711, 0.5, True)
FOUND = Found(CONVERSATION, "fs_x", 1, CONVERSATION, 3, 3, ())
EVERY = {frame["type"]: frame for frame in frames()}


def spoilt(good: Any) -> Iterator[Any]:
    """Yield a frame again and again, each time with one string made into something else."""
    if isinstance(good, str):
        yield from NO_STRINGS
    elif isinstance(good, dict):
        for name, value in good.items():
            yield from (good | {name: bad} for bad in spoilt(value) if name != "type")
    elif isinstance(good, list):
        for place, value in enumerate(good):
            for bad in spoilt(value):
                yield [*good[:place], bad, *good[place + 1 :]]


def said(session: ChatSession, frame: Any) -> ErrorFrame:
    text = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
    (effect,) = session.receive(text, START)
    assert isinstance(effect, SendFrame)
    assert isinstance(effect.frame, ErrorFrame)
    return effect.frame


@pytest.mark.parametrize("name", EVERY)
class TestEvery:
    def test_a_made_one_is_read(self, name: str) -> None:
        assert not isinstance(read_frame(json.dumps(EVERY[name]).encode()), Unreadable)

    def test_a_string_that_is_none_is_refused_the_same_way_everywhere(self, name: str) -> None:
        """LESSONS 30: Rocket.Chat CVE-2021-22911, CVE-2026-30833, LHC CVE-2022-1176."""
        for bad in spoilt(EVERY[name]):
            is_its_name = any(bad.get("client_id") == one for one in NO_STRINGS)
            expected = ErrorCode.BAD_CLIENT_ID if is_its_name else ErrorCode.BAD_FRAME
            early, late = ChatSession(START), ChatSession.open_for(FOUND, START)
            assert said(early, bad) == said(late, bad)
            refusal = said(ChatSession(START), bad)
            assert (refusal.code, refusal.client_id) == (expected, None), bad
            assert PLANTED not in refusal.detail

    def test_a_bare_0e1_is_no_string(self, name: str) -> None:
        for field, value in EVERY[name].items():
            if isinstance(value, str) and field != "type":
                text = json.dumps(EVERY[name] | {field: PLANTED}).replace(f'"{PLANTED}"', "0e1")
                assert isinstance(read_frame(text.encode()), Unreadable)

    def test_a_field_that_nobody_knows_is_refused_without_an_echo(self, name: str) -> None:
        refusal = said(ChatSession(START), EVERY[name] | {PLANTED: PLANTED})
        assert refusal.code is ErrorCode.BAD_FRAME
        assert PLANTED not in refusal.model_dump_json()

    def test_one_before_the_hello_is_told_to_say_hello(self, name: str) -> None:
        assert said(ChatSession(START), EVERY[name]).code is ErrorCode.HELLO_FIRST


@pytest.mark.parametrize(
    "type_", ["welcome", "accepted", "bye", "admin", "", "SEND", "send ", f"<b>{PLANTED}</b>"]
)
def test_an_unknown_type_gets_one_fixed_error_before_and_after_login(type_: str) -> None:
    """LESSONS 27: Zammad CVE-2026-102489; nothing of the frame and nothing of ours is in it."""
    early, late = ChatSession(START), ChatSession.open_for(FOUND, START)
    frame = {"type": type_, "text": PLANTED}

    assert said(early, frame) == said(late, frame)
    fixed = said(ChatSession(START), {"type": "nobody knows this"})
    assert said(ChatSession(START), frame) == fixed
    assert fixed.code is ErrorCode.UNKNOWN_FRAME
