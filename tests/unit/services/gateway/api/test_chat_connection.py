"""A connection between its socket and its session, with ten-line fakes on both sides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from services.gateway.api.chat_connection import OUT_MAX, ChatConnection
from services.gateway.domain.heartbeat import HELLO_WITHIN_MS, PING_EVERY_MS
from services.gateway.domain.session import BAD_FRAMES_MAX
from services.gateway.usecases.ports import (
    AppendResult,
    StoredPage,
    Verdict,
)
from shared.contracts.frames import CloseCode
from shared.contracts.items import Content
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import ItemKind
from tests.support.chat_node import SESSION, Node, Socket, settle
from tests.support.clock import START
from tests.support.items import CONVERSATION, an_item

EARLIER = UUID(int=0xB0)

HELLO = b'{"type":"hello","site_key":"fk_x"}'
SEND = b'{"type":"send","client_id":"m1","text":"Hello?"}'


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    async with asyncio.TaskGroup() as group:
        yield Node(group)


async def welcomed(node: Node) -> tuple[Socket, ChatConnection]:
    socket, connection = node.connect()
    connection.receive(HELLO)
    await settle()
    assert socket.types == ["welcome"]
    return socket, connection


class TestHello:
    async def test_a_customer_is_followed_before_being_welcomed(self, node: Node) -> None:
        _, connection = await welcomed(node)

        assert node.followers == {(CONVERSATION, connection)}
        connection.lost()
        assert node.followers == set()

    async def test_a_refusal_is_told_with_its_code(self, node: Node) -> None:
        node.failure = RefusedError(ErrorCode.UNKNOWN_SITE, "No.")
        socket, connection = node.connect()
        connection.receive(HELLO)
        await settle()

        assert socket.frames[-1]["code"] == "unknown_site"
        assert socket.closed is CloseCode.UNKNOWN_SITE
        connection.lost()

    async def test_a_failure_of_ours_says_when_to_come_back(self, node: Node) -> None:
        node.failure = OSError("the database is away")
        socket, connection = node.connect()
        connection.receive(HELLO)
        await settle()

        assert (socket.frames[-1]["code"], socket.frames[-1]["retry_in_ms"]) == ("try_again", 7)
        assert socket.closed is CloseCode.TRY_AGAIN
        connection.lost()

    async def test_a_customer_who_leaves_at_once_leaves_nothing_behind(self, node: Node) -> None:
        socket, connection = node.connect()
        connection.receive(HELLO)
        connection.lost()
        await settle()

        assert (socket.frames, node.followers, len(node.parts.connections)) == ([], set(), 0)

    async def test_a_newer_connection_replaces_the_older(self, node: Node) -> None:
        first, one = await welcomed(node)
        node.connection_no = 2
        second, two = await welcomed(node)

        assert first.closed is CloseCode.REPLACED
        assert second.closed is None
        one.lost()
        two.lost()

    async def test_an_older_connection_that_is_late_yields(self, node: Node) -> None:
        node.connection_no = 2
        first, one = await welcomed(node)
        node.connection_no = 1
        socket, two = node.connect()
        two.receive(HELLO)
        await settle()

        assert (first.closed, socket.closed) == (None, CloseCode.REPLACED)
        one.lost()
        two.lost()

    async def test_a_connection_closed_during_its_look_up_replaces_none(self, node: Node) -> None:
        good, one = await welcomed(node)
        node.connection_no = 2
        node.greeting_may_end.clear()
        bad, two = node.connect()
        two.receive(HELLO)
        await settle()
        for _ in range(BAD_FRAMES_MAX):
            two.receive(b"{")
        assert bad.closed is CloseCode.BAD_FRAMES

        node.greeting_may_end.set()
        await settle()

        assert (good.closed, node.told) == (None, [])
        one.lost()
        two.lost()

    async def test_a_newer_connection_on_another_node_replaces_it(self, node: Node) -> None:
        socket, connection = await welcomed(node)

        closed = []
        for connection_no in (1, 2):
            node.parts.connections.replace(SESSION, connection_no)
            closed.append(socket.closed)

        assert closed == [None, CloseCode.REPLACED]
        connection.lost()


class TestSending:
    async def test_a_message_is_acknowledged_after_its_commit(self, node: Node) -> None:
        socket, connection = await welcomed(node)
        connection.receive(SEND)
        await settle()
        assert socket.types == ["welcome"]
        ((row, future),) = node.posted
        assert (row.session_id, row.text, row.received_at) == (SESSION, "Hello?", START)

        future.set_result(
            AppendResult(Verdict.NEW, CONVERSATION, UUID(int=9), 1, START, current=True)
        )
        await settle()

        assert socket.types == ["welcome", "accepted"]
        connection.lost()

    @pytest.mark.parametrize(
        ("failure", "code"),
        [
            (RefusedError(ErrorCode.CLIENT_ID_CONFLICT, "No."), "client_id_conflict"),
            (OSError("away"), "try_again"),
            (None, "try_again"),
        ],
    )
    async def test_a_message_that_was_not_committed_is_told_so(
        self, node: Node, failure: Exception | None, code: str
    ) -> None:
        socket, connection = await welcomed(node)
        connection.receive(SEND)
        ((_, future),) = node.posted
        if failure is None:
            future.cancel()
        else:
            future.set_exception(failure)
        await settle()

        assert (socket.frames[-1]["code"], socket.frames[-1]["client_id"]) == (code, "m1")
        connection.lost()

    async def test_a_full_lane_refuses_at_once(self, node: Node) -> None:
        socket, connection = await welcomed(node)
        node.failure = RefusedError(ErrorCode.TRY_AGAIN, "Busy.", retry_after_ms=1_000)
        connection.receive(SEND)

        assert socket.frames[-1]["retry_after_ms"] == 1_000
        connection.lost()


class TestHearing:
    async def test_a_lost_item_is_read_from_the_store(self, node: Node) -> None:
        socket, connection = await welcomed(node)
        node.page = StoredPage((an_item(1),), 1, 1, 1)
        connection.learn(CONVERSATION, 1)
        node.clock.advance(50)
        connection.resume()
        await settle()

        assert socket.types == ["welcome", "message.created"]
        connection.lost()

    async def test_a_read_that_failed_is_tried_again(self, node: Node) -> None:
        _, connection = await welcomed(node)
        node.failure = OSError("away")
        connection.pause()
        connection.learn(CONVERSATION, 1)
        node.clock.advance(50)
        connection.resume()
        await settle()
        node.failure, node.page = None, StoredPage((an_item(1),), 1, 1, 1)
        node.clock.advance(1_000)
        connection.resume()
        await settle()

        assert node.reads == 2
        connection.lost()

    async def test_a_customer_who_reads_nothing_is_cut_off_and_told_why(self, node: Node) -> None:
        """LESSONS 14."""
        socket, connection = await welcomed(node)
        socket.waiting = OUT_MAX + 1
        connection.hear(an_item(1))

        assert socket.frames[-1]["code"] == "slow_consumer"
        assert socket.closed is CloseCode.SLOW_CONSUMER
        connection.hear(an_item(2))
        assert socket.types == ["welcome", "bye"]
        connection.lost()


class TestLeaving:
    async def test_the_router_is_asked_to_end_the_conversation(self, node: Node) -> None:
        socket, connection = await welcomed(node)
        connection.receive(b'{"type":"leave"}')
        await settle()

        assert (node.left, socket.types) == ([CONVERSATION], ["welcome"])
        connection.lost()

    async def test_a_customer_who_cannot_leave_yet_is_asked_to_try_again(self, node: Node) -> None:
        socket, connection = await welcomed(node)
        for failure in (
            RefusedError(ErrorCode.ROUTING_UNAVAILABLE, "No.", retry_after_ms=9),
            OSError(),
        ):
            node.failure = failure
            connection.receive(b'{"type":"leave"}')
            await settle()

        assert [frame["code"] for frame in socket.frames[1:]] == ["try_again"] * 2
        assert [frame["retry_after_ms"] for frame in socket.frames[1:]] == [9, None]
        connection.lost()


class TestRating:
    async def test_a_rating_is_a_survey_of_its_conversation_and_no_message(
        self, node: Node
    ) -> None:
        socket, connection = await welcomed(node)
        place = encode(IdKind.CONVERSATION, EARLIER)
        rate = {"type": "rate", "client_id": "r1", "conversation_id": place, "rating": 4}
        connection.receive(json.dumps(rate).encode())
        ((row, future),) = node.posted
        future.set_result(AppendResult(Verdict.NEW, EARLIER, UUID(int=9), 3, START, True))
        await settle()

        assert (row.kind, row.conversation_id, row.text) == (ItemKind.SURVEY, EARLIER, "")
        assert row.content == Content(rating=4)
        assert (socket.types, socket.frames[1]["seq"]) == (["welcome", "accepted"], 3)
        assert {one for one, _ in node.followers} == {CONVERSATION}
        connection.lost()


class TestTime:
    async def test_the_socket_is_pinged_and_dropped_when_no_ping_comes_back(
        self, node: Node
    ) -> None:
        """LESSONS 13. The loop's own timers are left out: the deadline is rung by hand."""
        socket, connection = await welcomed(node)

        for _ in range(4):
            node.clock.advance(PING_EVERY_MS)
            connection._wake()
            connection.pong(socket.pings[0])

        assert (len(socket.pings), socket.dropped) == (3, True)
        connection.lost()

    async def test_who_says_nothing_is_sent_away(self, node: Node) -> None:
        socket, connection = node.connect()
        node.clock.advance(HELLO_WITHIN_MS)
        connection._wake()

        assert socket.closed is CloseCode.HELLO_TIMEOUT
        connection.lost()

    async def test_a_stopping_node_says_goodbye(self, node: Node) -> None:
        socket, connection = await welcomed(node)
        connection.stop()

        assert (socket.frames[-1]["retry_in_ms"], socket.closed) == (7, CloseCode.GOING_AWAY)
        connection.lost()
