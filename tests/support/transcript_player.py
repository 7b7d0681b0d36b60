"""Plays a transcript against a running gateway, over a real socket, with the tests' own client.

What the client does by itself (its hello, its messages, its resends) is held against the
transcript; any other frame is sent for it.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any, cast

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.support.chat_client import ChatClient, raw_chat, told_until_closed
from tests.support.patience import WAIT_S
from tests.support.transcript_stage import Stage
from tests.support.transcripts import Line, Transcript

NARROW = 65_536
"""Receive buffer of a client that will stop reading."""
LATEST_VALUES = {
    *("beat", "queue.position", "agent.typing", "message.delivered", "message.read"),
}
"""They come when they like: one that the transcript does not name there is passed over."""
BY_ITSELF = {"hello", "send"}
"""What the tests' client sends by itself."""


class Wire:
    """The client's way out: every frame is held against the next client line."""

    def __init__(self, socket: ClientConnection, player: Player) -> None:
        self.socket = socket
        self.silent = False
        self._player = player

    async def send(self, text: str) -> None:
        line = self._player.own_lines.pop(0)
        self._player.hold(line, json.loads(text))
        self._player.sent.add(line.number)
        if not self.silent and not line.details.get("lost"):
            await self.socket.send(text)


class Player:
    """One playing of one transcript."""

    def __init__(self, transcript: Transcript, stage: Stage) -> None:
        self.transcript = transcript
        self.stage = stage
        self.values = stage.values
        self.sent: set[int] = set()
        self.own_lines = [
            line
            for line in transcript.lines
            if (line.who, line.verb) == ("client", "sends") and line.what["type"] in BY_ITSELF
        ]
        self.client = self._new_client()
        self._wire: Wire | None = None
        self._ahead: list[dict[str, Any]] = []
        self._stack = AsyncExitStack()

    def _new_client(self) -> ChatClient:
        given, served = self.transcript.given, self.stage.served
        site_key = given.get("site_key", served.stores.site.key)
        self.values.known["<site_key>"] = site_key
        session = given.get("session", {})
        return ChatClient(
            served.chat_url,
            site_key,
            customer_token=given.get("customer_token"),
            session_token=session.get("token"),
            epoch=session.get("epoch"),
            page={"cart": given["cart"]} if "cart" in given else {},
        )

    async def play(self) -> None:
        """Play every line; then nothing more may come."""
        async with self._stack:
            for line in self.transcript.lines:
                async with asyncio.timeout(WAIT_S):
                    await self._play(line)
            if self._wire is not None:
                await self._wire.socket.close()
                await self._nothing_more(self._wire.socket)

    async def _play(self, line: Line) -> None:
        parts = {
            "page": self._page,
            "client": self._client,
            "server": self._server,
            "network": self._network,
        }
        await parts.get(line.who, self.stage.play)(line)

    def hold(self, line: Line, heard: dict[str, Any]) -> None:
        """Hold what was heard against what is told."""
        difference = self.values.differs(line.what, heard)
        assert difference is None, f"{line}: {difference}; heard {heard}"

    # The page, and the client behind it.

    async def _page(self, line: Line) -> None:
        if line.verb == "writes":
            await self._write(self.values.fill(line.what), line.details["client_id"])
        elif line.verb == "sees" and "texts" in line.what:
            assert self._texts() == line.what["texts"], str(line)

    async def _write(self, text: str, client_id: str) -> None:
        goes_out = self.own_lines and self.own_lines[0].what.get("client_id") == client_id
        if goes_out:
            await self.client.post(text, client_id)
        else:  # a client that was told to wait keeps it
            self.client.sent[client_id] = text

    def _texts(self) -> list[str]:
        items = self.client.items.items()
        told = {place: item["text"] for place, item in items if item["kind"] == "message"}
        for client_id, ack in self.client.acks.items():
            place = (ack["conversation_id"], ack["seq"])
            told[place] = ack["text"] or self.client.sent[client_id]
        return [told[place] for place in sorted(told)]

    async def _client(self, line: Line) -> None:
        match line.verb:
            case "sends" if line.number not in self.sent:
                assert not self._should_have_come(line), f"{line}: the client did not send it"
                await self._send_for_it(line)
            case "sends_text":
                await self._open_wire.socket.send(self.values.fill(line.what))
            case "gives_up":
                self._break()
            case "stops_reading":
                self._open_wire.socket.transport.pause_reading()
            case _:
                pass  # connects: the socket opens by the network's line

    def _should_have_come(self, line: Line) -> bool:
        return self.transcript.own_client and line.what["type"] == "hello"

    async def _send_for_it(self, line: Line) -> None:
        filled = self.values.fill(line.what)
        text = json.dumps({key: value for key, value in filled.items() if value is not None})
        if line in self.own_lines:
            await self._open_wire.send(text)
        elif not line.details.get("lost"):
            await self._open_wire.socket.send(text)

    @property
    def _open_wire(self) -> Wire:
        assert self._wire is not None, "there is no connection"
        return self._wire

    # The server.

    async def _server(self, line: Line) -> None:
        wire = self._open_wire
        if line.verb == "closes":
            await self._nothing_more(wire.socket)
            assert wire.socket.close_code == line.what, str(line)
            self._wire = self.client._socket = None
            return
        frame = await self._next_frame(line)
        self.hold(line, frame)
        is_told = self.transcript.own_client and not line.details.get("lost")
        if is_told and frame["type"] not in LATEST_VALUES:
            await self.client._take(frame, cast(ClientConnection, wire))

    async def _next_frame(self, line: Line) -> dict[str, Any]:
        while True:
            frame = self._ahead.pop(0) if self._ahead else await self._read(line)
            if frame["type"] == line.what["type"] or frame["type"] not in LATEST_VALUES:
                return frame

    async def _read(self, line: Line) -> dict[str, Any]:
        try:
            frame: dict[str, Any] = json.loads(await self._open_wire.socket.recv())
        except ConnectionClosed as closed:
            raise AssertionError(f"{line}: closed instead, {closed}") from closed
        return frame

    async def _nothing_more(self, socket: ClientConnection) -> None:
        rest = [json.loads(text) async for text in told_until_closed(socket)]
        assert [frame for frame in rest if frame["type"] not in LATEST_VALUES] == []

    # What lies between them.

    async def _network(self, line: Line) -> None:
        match line.verb:
            case "opens":
                await self._open()
            case "breaks":
                self._break()
            case "falls_silent":
                self._open_wire.silent = True
            case _:  # loses_what_waits: all but the last word
                self._open_wire.socket.transport.resume_reading()
                while not self._ahead or self._ahead[-1]["type"] != "bye":
                    self._ahead = [await self._read(line)]

    async def _open(self) -> None:
        stops = any(line.verb == "stops_reading" for line in self.transcript.lines)
        origin = self.transcript.given.get("origin")
        url, buffer = self.stage.served.chat_url, NARROW if stops else None
        chat = raw_chat(url, origin=origin, receive_buffer=buffer)
        socket = await self._stack.enter_async_context(chat)
        self._wire = Wire(socket, self)
        if self.transcript.own_client:
            await self._wire.send(json.dumps(self.client._hello()))

    def _break(self) -> None:
        self._open_wire.socket.transport.abort()
        self._wire = self.client._socket = None
