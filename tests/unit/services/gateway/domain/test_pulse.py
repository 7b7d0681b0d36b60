"""A console that answers its pings is there; one that is silent for 15 s is gone."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.gateway.domain.pulse import (
    GONE_AFTER_MS,
    PING_EVERY_MS,
    Nonce,
    Pulse,
    read_nonce,
)
from tests.support.clock import START

NODE, STREAM = UUID(int=1), UUID(int=2)


class TestPulse:
    def test_a_stream_that_opens_is_asked_five_seconds_later(self) -> None:
        pulse = Pulse(START)

        assert pulse.next_deadline() == START + PING_EVERY_MS
        assert not pulse.ping_due(START + PING_EVERY_MS - 1)
        assert pulse.ping_due(START + PING_EVERY_MS)

    def test_a_console_that_answers_each_ping_is_never_gone(self) -> None:
        pulse, now = Pulse(START), START

        for number in range(1, 100):
            now = pulse.next_deadline()
            assert not pulse.is_gone(now)
            assert pulse.ping(now) == number
            assert pulse.answered(number, now + 1)

    def test_a_console_that_never_answers_is_gone_after_fifteen_seconds(self) -> None:
        """LESSONS 3: "gone" is known in seconds."""
        pulse, now = Pulse(START), START
        while pulse.ping_due(now := pulse.next_deadline()):
            pulse.ping(now)

        assert now == START + GONE_AFTER_MS
        assert pulse.is_gone(now)
        assert not pulse.is_gone(now - 1)

    def test_an_answer_that_comes_late_but_in_time_counts_from_its_coming(self) -> None:
        pulse = Pulse(START)
        pulse.ping(START + PING_EVERY_MS)
        pulse.ping(START + 2 * PING_EVERY_MS)
        late = START + GONE_AFTER_MS - 1

        assert pulse.answered(1, late)

        assert not pulse.is_gone(late + GONE_AFTER_MS - 1)
        assert pulse.is_gone(late + GONE_AFTER_MS)

    @pytest.mark.parametrize("number", [0, 2, 3, -1])
    def test_an_answer_to_what_was_not_asked_counts_for_nothing(self, number: int) -> None:
        pulse = Pulse(START)
        pulse.ping(START + PING_EVERY_MS)

        assert not pulse.answered(number, START + PING_EVERY_MS)
        assert pulse.is_gone(START + GONE_AFTER_MS)

    def test_an_answer_said_again_counts_once(self) -> None:
        pulse = Pulse(START)
        pulse.ping(START + PING_EVERY_MS)
        assert pulse.answered(1, START + PING_EVERY_MS)

        assert not pulse.answered(1, START + GONE_AFTER_MS)

        assert pulse.is_gone(START + PING_EVERY_MS + GONE_AFTER_MS)


class TestNonce:
    def test_a_nonce_names_its_node_its_stream_and_its_ping(self) -> None:
        nonce = Nonce(NODE, STREAM, 7)

        assert read_nonce(str(nonce)) == nonce

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "nonsense",
            f"{NODE.hex}.{STREAM.hex}",
            f"{NODE.hex}.{STREAM.hex}.x",
            f"{NODE.hex}.{STREAM.hex}.1.1",
            f"{NODE.hex}.*.1",
            f">.{STREAM.hex}.1",
            f"{NODE}.{STREAM.hex}.1",
        ],
    )
    def test_what_is_no_nonce_is_none(self, text: str) -> None:
        assert read_nonce(text) is None
