"""A customer's chat client for tests and benches: resumes, resends, and keeps a ledger.

It does by itself what the widget does: after any loss of the connection it comes back with its
session, asks for what it missed, and sends again whatever was not acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from shared.kit.new_ids import new_id
from tests.support.patience import WAIT_S

BACKOFF_S = 0.05
BACKOFF_MAX_S = 1.0
FINAL = frozenset({"bad_frame", "unknown_site", "origin_refused", "bad_customer_token", "replaced"})
"""Last words after which a good client does not come back by itself."""

SIGNS = frozenset(
    {
        *("agent.typing", "message.delivered", "message.read", "queue.position"),
        *("hours.changed", "invitation.opened"),
    }
)
"""Latest values."""

Frame: TypeAlias = dict[str, Any]


@asynccontextmanager
async def raw_chat(
    url: str, *, origin: str | None = None, receive_buffer: int | None = None
) -> AsyncIterator[ClientConnection]:
    """Open a bare socket, for frames that no good client would send."""
    options: dict[str, Any] = {"compression": None, "proxy": None}
    if origin is not None:
        options["additional_headers"] = {"Origin": origin}
    if receive_buffer is not None:
        options["sock"] = await _narrow_socket(url, receive_buffer)
    async with connect(url, **options) as connection:
        yield connection


async def _narrow_socket(url: str, receive_buffer: int) -> socket.socket:
    """Connect with a small receive buffer, as a phone far out has."""
    place = urlsplit(url)
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, (place.hostname, place.port))
    return narrow


async def last_words(socket: ClientConnection) -> tuple[dict[str, Any], int]:
    """Return the last frame and the close code."""
    async with asyncio.timeout(WAIT_S):
        messages = [message async for message in told_until_closed(socket)]
    assert socket.close_code is not None
    return json.loads(messages[-1]) if messages else {}, socket.close_code


async def told_until_closed(socket: ClientConnection) -> AsyncIterator[str | bytes]:
    """Yield messages until the other end closes, however it does."""
    with suppress(ConnectionClosed):
        while True:
            yield await socket.recv()


@dataclass
class ChatClient:
    """One customer's session, over however many connections.

    Attributes:
        sent: text of every message handed over, by client_id.
        files: ids of the files sent with a message, by client_id.
        acks: the `accepted` frame of every message acknowledged, by client_id.
        items: everything received of others or found in a welcome, by (conversation, seq).
        refusals: `error` frames, in order.
        signs: agents' latest values, in order.
        page: what the hello tells of the page: page_url, locale, cart.
        byes: last words of the server, in order.
        doubles: items or acknowledgements that contradict an earlier one.
    """

    url: str
    site_key: str
    customer_token: str | None = None
    origin: str | None = None
    session_token: str | None = None
    conversation_id: str | None = None
    epoch: int | None = None
    last_seq: int = 0
    sent: dict[str, str] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    acks: dict[str, Frame] = field(default_factory=dict)
    items: dict[tuple[str, int], Frame] = field(default_factory=dict)
    refusals: list[Frame] = field(default_factory=list)
    byes: list[Frame] = field(default_factory=list)
    signs: list[Frame] = field(default_factory=list)
    page: Frame = field(default_factory=dict)
    doubles: list[Frame] = field(default_factory=list)
    welcomes: list[Frame] = field(default_factory=list)
    connections: int = 0
    _socket: ClientConnection | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    # What a test does with it.

    async def post(self, text: str, client_id: str | None = None) -> str:
        """Send a message without waiting; it is sent again until it is acknowledged."""
        client_id = client_id or new_id().hex
        self.sent[client_id] = text
        if self._socket is not None and self.session_token is not None:
            await self._try_send(client_id)
        return client_id

    async def tell(self, kind: str, **fields: Any) -> None:
        """Send a latest value; the connection must hold."""
        assert self._socket is not None
        await self._socket.send(json.dumps({"type": kind, **fields}))

    async def send_files(self, *file_ids: str, text: str = "", client_id: str = "f1") -> None:
        """Send a message with files without waiting."""
        self.files[client_id] = list(file_ids)
        await self.post(text, client_id)

    async def say(self, text: str, client_id: str | None = None) -> Frame:
        """Send a message and return its acknowledgement."""
        posted = await self.post(text, client_id)
        await self.until(lambda: posted in self.acks)
        return self.acks[posted]

    async def until(self, true: Callable[[], bool], timeout_s: float = WAIT_S) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(true)

    async def hears(self, text: str) -> Frame:
        """Wait for an item with this text and return it."""

        def found() -> list[Frame]:
            return [item for item in self.items.values() if item["text"] == text]

        await self.until(lambda: bool(found()))
        return found()[0]

    async def drop(self) -> None:
        """Cut the connection as a tunnel does; it comes back by itself."""
        if self._socket is not None:
            self._socket.transport.abort()

    @property
    def is_over(self) -> bool:
        """Return whether the server's last word was not to come back."""
        return bool(self.byes) and self.byes[-1]["code"] in FINAL

    @property
    def connected(self) -> bool:
        """Return whether a connection is welcome now."""
        return self._socket is not None

    @property
    def unacknowledged(self) -> set[str]:
        """Return the client_ids still without an acknowledgement."""
        return set(self.sent) - set(self.acks)

    def seqs(self, conversation_id: str) -> list[int]:
        """Return every seq known of a conversation, own messages included."""
        own = {
            ack["seq"] for ack in self.acks.values() if ack["conversation_id"] == conversation_id
        }
        return sorted(own | {seq for conv, seq in self.items if conv == conversation_id})

    # What it does by itself.

    async def run(self, *, forever: bool = True) -> None:
        """Keep a connection until cancelled, told not to come back, or the first one ends."""
        backoff_s = BACKOFF_S
        while True:
            try:
                headers = {"Origin": self.origin} if self.origin else None
                async with connect(
                    self.url, additional_headers=headers, compression=None, proxy=None
                ) as connection:
                    backoff_s = BACKOFF_S
                    await self._serve(connection)
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                pass
            if not forever or self.is_over:
                return
            await asyncio.sleep(backoff_s)
            backoff_s = min(backoff_s * 2, BACKOFF_MAX_S)

    async def _serve(self, connection: ClientConnection) -> None:
        self.connections += 1
        await connection.send(json.dumps(self._hello()))
        try:
            async for message in connection:
                frame = json.loads(message)
                if frame["type"] != "beat":  # websockets pings by itself, and drops the silent
                    await self._take(frame, connection)
        finally:
            self._socket = None

    def _hello(self) -> Frame:
        hello = {
            "type": "hello",
            "site_key": self.site_key,
            "session_token": self.session_token,
            "customer_token": self.customer_token,
            "epoch": self.epoch,
            "conversation_id": self.conversation_id,
            "last_seq": self.last_seq,
            **self.page,
        }
        return {key: value for key, value in hello.items() if value is not None}

    async def _take(self, frame: Frame, connection: ClientConnection) -> None:
        match frame["type"]:
            case "welcome":
                self._take_welcome(frame)
                self._socket = connection
                waiting = self.unacknowledged
                for client_id in [one for one in self.sent if one in waiting]:
                    await self._try_send(client_id)
            case "accepted":
                self._take_ack(frame)
            case "message.created":
                self._take_item(frame["item"])
            case "error":
                self.refusals.append(frame)
            case "bye":
                self.byes.append(frame)
                if frame["code"] == "unknown_session":
                    self.session_token, self.conversation_id, self.last_seq = None, None, 0
            case other:
                assert other in SIGNS, f"a frame nobody knows: {other}"
                self.signs.append(frame)
        async with self._changed:
            self._changed.notify_all()

    def _take_welcome(self, frame: Frame) -> None:
        self.welcomes.append(frame)
        told_of = (frame["session_token"], frame["epoch"])
        if frame["reset"] or told_of != (self.session_token, self.epoch):
            self.conversation_id, self.last_seq = None, 0
        self.session_token, self.epoch = frame["session_token"], frame["epoch"]
        for item in frame["items"]:
            self._take_item(item)

    def _take_item(self, item: Frame) -> None:
        place = (item["conversation_id"], item["seq"])
        if self.items.setdefault(place, item) != item:
            self.doubles.append(item)
        self._reach(*place)

    def _take_ack(self, frame: Frame) -> None:
        known = self.acks.setdefault(frame["client_id"], frame)
        if known != frame:
            self.doubles.append(frame)
        self._reach(frame["conversation_id"], frame["seq"])

    def _reach(self, conversation_id: str, seq: int) -> None:
        """Keep the last seq of the newest conversation; ids sort by the time they were made."""
        if self.conversation_id is None or conversation_id > self.conversation_id:
            self.conversation_id, self.last_seq = conversation_id, 0
        if conversation_id == self.conversation_id:
            self.last_seq = max(self.last_seq, seq)

    async def _try_send(self, client_id: str) -> None:
        """Send if the connection holds; when it does not, the next welcome sends again."""
        frame: Frame = {"type": "send", "client_id": client_id, "text": self.sent[client_id]}
        if client_id in self.files:
            frame["file_ids"] = self.files[client_id]
        if self._socket is None:
            return
        try:
            await self._socket.send(json.dumps(frame))
        except (ConnectionClosed, OSError):
            self._socket = None


@asynccontextmanager
async def chat_client(url: str, site_key: str, **options: Any) -> AsyncIterator[ChatClient]:
    """Run a client that is welcome already; it keeps coming back until the block ends."""
    client = ChatClient(url, site_key, **options)
    async with asyncio.TaskGroup() as group:
        runner = group.create_task(client.run())
        try:
            await client.until(lambda: bool(client.welcomes))
            yield client
        finally:
            runner.cancel()
