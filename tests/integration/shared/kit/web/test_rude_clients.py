"""What the server does with requests that are too slow, too large, or none."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import httpx
import pytest
from prometheus_client import REGISTRY

from shared.kit.web import guarded_http
from shared.kit.web.guarded_http import HEAD_MAX_BYTES, REQUEST_MAX_BYTES
from tests.support.patience import WAIT_S
from tests.support.web_server import HOST, connection, read_to_end, running

KERNEL_BUFFERS = 16 << 20
"""What both ends' kernels hold between a writer and a reader who has left."""
ENDLESS = 64 << 20


async def write_in(writes: int, data: bytes, writer: asyncio.StreamWriter) -> None:
    """Write in so many parts, each of which the server sees alone."""
    size = -(-len(data) // writes)
    with suppress(ConnectionError):
        for at in range(0, len(data), size):
            writer.write(data[at : at + size])
            await writer.drain()
            await asyncio.sleep(0.001)


async def write_until_cut(data: bytes, writer: asyncio.StreamWriter) -> int:
    """Write the same again and again, as much as the server takes."""
    sent = 0
    with suppress(ConnectionError):
        while sent < ENDLESS:
            writer.write(data)
            await writer.drain()
            sent += len(data)
    return sent


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


class TestRudeClients:
    """LESSONS 32: malformed and slow requests are refused early, the others served meanwhile."""

    async def test_a_client_with_half_a_head_is_cut_off_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guarded_http, "HEAD_DEADLINE_S", 0.2)
        async with (
            running(asyncio.Event()) as port,
            connection(port) as (silent, _),
            connection(port) as (half, half_writer),
        ):
            half_writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n")
            async with httpx.AsyncClient(
                base_url=f"http://{HOST}:{port}", timeout=WAIT_S
            ) as client:
                assert (await client.get("/health")).status_code == 200
            assert await read_to_end(silent) == b""
            assert await read_to_end(half) == b""

    async def test_a_second_request_with_half_a_head_is_cut_off(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guarded_http, "HEAD_DEADLINE_S", 0.2)
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await reader.readuntil(b"}")
            writer.write(b"GET /health HT")
            assert await read_to_end(reader) == b""

    @pytest.mark.parametrize("writes", [1, 40])
    async def test_a_head_beyond_the_limit_is_cut_off_however_it_comes(self, writes: int) -> None:
        head = b"GET /health HTTP/1.1\r\nX-Long: " + b"x" * HEAD_MAX_BYTES + b"\r\n\r\n"
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            await write_in(writes, head, writer)
            assert await read_to_end(reader) == b""

    @pytest.mark.parametrize("writes", [1, 40])
    async def test_a_head_just_within_the_limit_is_answered(self, writes: int) -> None:
        long = b"x" * (HEAD_MAX_BYTES - 100)
        head = b"GET /health HTTP/1.1\r\nHost: x\r\nX-Long: " + long + b"\r\n\r\n"
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            await write_in(writes, head, writer)
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 ")

    @pytest.mark.parametrize(
        "endless",
        [
            pytest.param(b"0\r\n" + b"a: b\r\n" * 8_000, id="trailers"),
            pytest.param(b"1;" + b"x" * 50_000, id="a chunk's extension"),
        ],
    )
    async def test_a_request_without_end_is_cut_off(self, endless: bytes) -> None:
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            writer.write(b"POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            sent = await write_until_cut(endless, writer)
            assert sent < REQUEST_MAX_BYTES + KERNEL_BUFFERS
            assert await read_to_end(reader) == b""

    async def test_a_trailer_is_read_past_and_kept_nowhere(self) -> None:
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            writer.write(b"POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            writer.write(b"2\r\n{}\r\n0\r\nX-Trailer: kept?\r\n\r\n")
            answer = await reader.readuntil(b"}")
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"x-trailer" not in answer.lower()

    async def test_a_stranger_writes_no_line_into_the_log(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            before = metric("firstreply_http_refused_connections_total", reason="not_http")
            writer.write(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
            await reader.read()
            after = metric("firstreply_http_refused_connections_total", reason="not_http")
        assert (caplog.records, after - before) == ([], 1)

    async def test_what_is_not_http_is_refused(self) -> None:
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            writer.write(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 400 ")

    async def test_a_large_body_is_refused_before_it_is_sent(self) -> None:
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            head = b"POST /polite HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n"
            writer.write(head + b"Expect: 100-continue\r\n\r\n")
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 413 ")
            assert b"body_too_large" in answer


class TestAnswers:
    async def test_head_and_body_come_in_one_piece(self) -> None:
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            for _ in range(20):
                writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                assert (await reader.read(1 << 16)).endswith(b'{"alive":true}')

    async def test_head_of_a_stream_comes_before_there_is_anything_to_stream(self) -> None:
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            writer.write(b"GET /rude HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")

    async def test_answer_is_whole_before_the_connection_is_closed_behind_it(self) -> None:
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert (await read_to_end(reader)).endswith(b'{"alive":true}')
