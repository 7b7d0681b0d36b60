"""Two yardsticks for sockets: this stack's own edge that only echoes, and plain `websockets`.

Run as `python -m bench.echo_servers`; prints one line of JSON with both addresses, then serves
until its standard input closes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio import transports
from typing import Any, cast

import uvicorn
import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

HOST = "127.0.0.1"


class EchoEdge(asyncio.Protocol):
    """The chat socket's edge without a session behind it: parse a frame, send it back."""

    def __init__(self, *, server_state: Any, **_: Any) -> None:
        self._protocol = ServerProtocol()
        self._connections = server_state.connections

    def connection_made(self, transport: transports.BaseTransport) -> None:
        """Take the upgraded connection over from the HTTP protocol."""
        self._transport = cast("transports.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        """Leave the server's list."""
        self._connections.discard(self)

    def shutdown(self) -> None:
        """Close when the server stops."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Send every text frame back."""
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._protocol.send_response(self._protocol.accept(event))
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._protocol.send_text(bytes(event.data))
        for chunk in self._protocol.data_to_send():
            if chunk:
                self._transport.write(chunk)
            else:
                self._transport.close()


async def _no_pages(scope: Any, receive: Any, send: Any) -> None:
    """Answer nothing: these servers only take sockets."""


async def _echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    """Serve both until standard input closes."""
    config = uvicorn.Config(
        _no_pages,
        host=HOST,
        port=0,
        ws=EchoEdge,
        http="httptools",
        lifespan="off",
        log_level="warning",
    )
    config.load()
    edge = uvicorn.Server(config)
    async with serve(_echo, HOST, 0, compression=None) as plain, asyncio.TaskGroup() as group:
        group.create_task(edge.serve())
        while not edge.started:  # noqa: ASYNC110  uvicorn offers no event for it
            await asyncio.sleep(0.01)
        edge_port = edge.servers[0].sockets[0].getsockname()[1]
        plain_port = next(iter(plain.sockets)).getsockname()[1]
        addresses = {"edge": f"ws://{HOST}:{edge_port}/", "plain": f"ws://{HOST}:{plain_port}/"}
        print(json.dumps(addresses), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        edge.should_exit = True


if __name__ == "__main__":
    uvloop.run(main())
