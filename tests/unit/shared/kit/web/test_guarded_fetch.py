"""Fetching from an address that a stranger chose (LESSONS 28, Rocket.Chat CVE-2024-39713)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.kit.web.guarded_fetch import DOCUMENT_MAX_BYTES, FetchRefusedError, GuardedFetch


class Server:
    """Answers every request on this machine with the same bytes."""

    def __init__(self) -> None:
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        self.port = 0
        self.calls = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self.answer)
        await writer.drain()
        writer.close()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/jwks"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    served = Server()
    listener = await asyncio.start_server(served.serve, "localhost", 0)
    served.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield served


HERE = GuardedFetch(allows=lambda _: True, schemes=("http",))


class TestFetch:
    async def test_a_document_is_fetched(self, server: Server) -> None:
        assert await HERE(server.url) == b"{}"

    async def test_a_name_that_stands_for_a_private_address_is_not_connected_to(
        self, server: Server
    ) -> None:
        guarded = GuardedFetch(schemes=("http",))
        for url in (server.url, f"http://127.0.0.1:{server.port}/"):
            with pytest.raises(FetchRefusedError, match="public internet"):
                await guarded(url)
        with pytest.raises(FetchRefusedError, match="no https address"):
            await GuardedFetch()(server.url)
        assert server.calls == 0

    @pytest.mark.parametrize(
        ("head", "why"),
        [
            (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", "answered 302"),
            (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404"),
            (b"nonsense\r\n\r\n", "reached"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", "too large"),
        ],
    )
    async def test_what_is_no_small_document_is_refused(
        self, server: Server, head: bytes, why: str
    ) -> None:
        server.answer = head + b"x" * (DOCUMENT_MAX_BYTES + 1)
        with pytest.raises(FetchRefusedError, match=why):
            await HERE(server.url)

    async def test_nobody_there_is_said_in_words(self) -> None:
        with pytest.raises(FetchRefusedError, match="reached"):
            await HERE("http://localhost:1/")
