"""A customer's connection lives as long as its end shows that it receives."""

from __future__ import annotations

import pytest

from services.gateway.domain.effects import Drop, Ping
from services.gateway.domain.heartbeat import CONNECTION_LIFE_MS, PING_EVERY_MS, UNANSWERED_MAX
from services.gateway.domain.session import ChatSession
from tests.support.chat_sessions import an_open_session, send
from tests.support.clock import START


def ping(session: ChatSession, number: int) -> bytes:
    """Ring the number-th ping's time; return the payload it goes out with."""
    effects = session.wake(START + number * PING_EVERY_MS)
    assert isinstance(effects[0], Ping)
    return effects[0].payload


class TestTheReceivePath:
    """LESSONS 13, Rocket.Chat #36023: of 0.019 % of customers it is true that they can send and
    cannot receive; whoever takes bytes that come in for a sign of life never finds them out."""

    def test_a_customer_who_sends_and_does_not_receive_is_dropped(self) -> None:
        """LESSONS 13, Rocket.Chat #36023."""
        session = an_open_session()

        for number in range(1, UNANSWERED_MAX + 1):
            ping(session, number)
            session.receive(send(f"m{number}"), START + number * PING_EVERY_MS)

        assert session.wake(START + 3 * PING_EVERY_MS) == [Drop()]
        assert session.wake(START + 4 * PING_EVERY_MS) == []

    def test_a_customer_who_carries_each_ping_back_stays(self) -> None:
        session = an_open_session()

        for number in range(1, CONNECTION_LIFE_MS // PING_EVERY_MS):
            session.pong(ping(session, number))

    @pytest.mark.parametrize("payload", [b"", b"0", b"2", b"3", b"x"])
    def test_a_pong_that_answers_no_open_ping_proves_nothing(self, payload: bytes) -> None:
        """Some libraries send pongs that nobody asked for."""
        session = an_open_session()
        session.pong(payload)
        first = ping(session, 1)
        assert payload != first
        session.pong(payload)
        ping(session, 2)
        session.pong(b"" if payload == b"2" else payload)

        assert session.wake(START + 3 * PING_EVERY_MS) == [Drop()]

    def test_a_ping_carried_back_twice_counts_once(self) -> None:
        session = an_open_session()
        first = ping(session, 1)
        session.pong(first)
        ping(session, 2)
        session.pong(first)
        ping(session, 3)
        session.pong(first)

        assert session.wake(START + 4 * PING_EVERY_MS) == [Drop()]

    def test_a_pong_that_comes_late_counts_while_its_ping_is_open(self) -> None:
        session = an_open_session()
        first = ping(session, 1)
        ping(session, 2)
        session.pong(first)

        ping(session, 3)

        assert session.wake(START + 4 * PING_EVERY_MS) == [Drop()]

    def test_a_pings_payload_is_not_the_next_connections(self) -> None:
        one, other = ChatSession(START, nonce=1), ChatSession(START, nonce=500)

        assert ping(one, 1) != ping(other, 1)

    def test_a_ping_goes_out_at_least_each_twenty_seconds(self) -> None:
        """LESSONS, conventions: ping each 15-20 s."""
        assert PING_EVERY_MS <= 20_000

    def test_a_node_that_stood_still_drops_nobody_for_it(self) -> None:
        session = an_open_session()

        assert isinstance(session.wake(START + 10 * PING_EVERY_MS)[0], Ping)
