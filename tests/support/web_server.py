"""A small app on a real port, and bare connections to it for what no good client would send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from shared.kit.web.app import create_app
from shared.kit.web.server import bind_port, serve
from shared.kit.web.sse import encode_comment, encode_event

HOST = "127.0.0.1"


def streams(stopping: asyncio.Event) -> APIRouter:
    routes = APIRouter()

    async def polite() -> AsyncIterator[bytes]:
        yield encode_event("snapshot", b"{}")
        await stopping.wait()
        yield encode_comment("bye")

    async def rude() -> AsyncIterator[bytes]:
        yield encode_event("snapshot", b"{}")
        await asyncio.Event().wait()

    @routes.get("/polite")
    async def get_polite() -> StreamingResponse:
        return StreamingResponse(polite(), media_type="text/event-stream")

    @routes.post("/read")
    async def read(request: Request) -> list[str]:
        await request.body()
        return [*request.headers, "{}"]

    @routes.get("/rude")
    async def get_rude() -> StreamingResponse:
        return StreamingResponse(rude(), media_type="text/event-stream")

    return routes


@asynccontextmanager
async def running(
    stopping: asyncio.Event, *, ws: type[asyncio.Protocol] | None = None
) -> AsyncIterator[int]:
    app = create_app(title="t", routers=[streams(stopping)], statuses={}, checks=[])
    listener, ready = bind_port(HOST, 0), asyncio.Event()
    port: int = listener.getsockname()[1]
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(app, listener, stopping=stopping, ws=ws, on_ready=ready.set))
        await ready.wait()
        try:
            yield port
        finally:
            stopping.set()


@asynccontextmanager
async def connection(
    port: int,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    """What came until the server closed or cut the connection."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""
