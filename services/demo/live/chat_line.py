"""A customer's end of the chat socket: comes back with its session, resends what has no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from pydantic import Field, TypeAdapter
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from services.demo.live.faults import Faults
from shared.contracts.frames import (
    Accepted,
    Bye,
    Created,
    ErrorFrame,
    Hello,
    Send,
    ServerFrame,
    Welcome,
)
from shared.contracts.items import Item
from shared.kernel.vocabulary import AuthorKind, ItemKind
from shared.kit.new_ids import new_id

FRAMES: TypeAdapter[ServerFrame] = TypeAdapter(Annotated[ServerFrame, Field(discriminator="type")])
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Before each further connection: eight seconds cover a restart, and a node that died."""
OPEN_WITHIN_S = 10.0
MS_PER_S = 1_000


class LineLostError(Exception):
    """The server said not to come back, or did not answer any more."""


class ChatLine:
    """One customer's session, over however many connections.

    Attributes:
        conversation_id: known from the first acknowledgement on.
        answers: what agents said, in the order of the conversation.
    """

    def __init__(self, url: str, site_key: str, customer_token: str | None, faults: Faults) -> None:
        self._url = url
        self._site_key = site_key
        self._customer_token = customer_token
        self._faults = faults
        self._session_token: str | None = None
        self._last_seq = 0
        self._unacknowledged: dict[str, str] = {}
        self._socket: ClientConnection | None = None
        self._changed = asyncio.Condition()
        self.conversation_id: UUID | None = None
        self.answers: dict[int, Item] = {}

    async def run(self) -> None:
        """Keep a connection until cancelled.

        Raises:
            LineLostError: it cannot be kept.
        """
        pauses = iter(PAUSES_S)
        while True:
            try:
                async with connect(
                    self._url, compression=None, proxy=None, open_timeout=OPEN_WITHIN_S
                ) as socket:
                    pauses = iter(PAUSES_S)
                    await self._serve(socket)
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError) as fault:
                self._faults.count("chat socket", type(fault).__name__)
            finally:
                self._socket = None
            pause_s = next(pauses, None)
            if pause_s is None:
                raise LineLostError("no answer")
            await asyncio.sleep(pause_s)

    async def say(self, text: str) -> None:
        """Send a message and wait until it is committed."""
        client_id = new_id().hex
        self._unacknowledged[client_id] = text
        await self._send(client_id)
        await self._until(lambda: client_id not in self._unacknowledged)

    async def answered(self, times: int, timeout_s: float) -> bool:
        """Wait until agents have answered so often; return whether they did in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._until(lambda: len(self.answers) >= times)
        except TimeoutError:
            return False
        return True

    async def _until(self, true: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(true)

    async def _serve(self, socket: ClientConnection) -> None:
        hello = Hello(
            type="hello",
            site_key=self._site_key,
            session_token=self._session_token,
            customer_token=self._customer_token,
            conversation_id=self.conversation_id,
            last_seq=self._last_seq,
        )
        await socket.send(hello.to_json(), text=True)
        async for raw in socket:
            frame = FRAMES.validate_json(raw)
            await self._take(frame, socket)
            async with self._changed:
                self._changed.notify_all()

    async def _take(self, frame: ServerFrame, socket: ClientConnection) -> None:
        match frame:
            case Welcome():
                self._session_token, self._socket = frame.session_token, socket
                for item in frame.items:
                    self._hear(item)
                for client_id in list(self._unacknowledged):
                    await self._send(client_id)
            case Accepted():
                self._unacknowledged.pop(frame.client_id, None)
                self.conversation_id = frame.conversation_id
                self._last_seq = max(self._last_seq, frame.seq)
            case Created():
                self._hear(frame.item)
            case ErrorFrame():
                self._faults.count("chat frame", frame.code)
                self._unacknowledged.pop(frame.client_id or "", None)
            case Bye():
                await self._part(frame)
            case _:
                pass  # beats and latest values mean nothing to a simulated customer

    async def _part(self, bye: Bye) -> None:
        if bye.retry_in_ms is None:
            raise LineLostError(bye.code)
        await asyncio.sleep(bye.retry_in_ms / MS_PER_S)

    def _hear(self, item: Item) -> None:
        self._last_seq = max(self._last_seq, item.seq)
        if item.kind is ItemKind.MESSAGE and item.author.kind is AuthorKind.AGENT:
            self.answers[item.seq] = item

    async def _send(self, client_id: str) -> None:
        """Send while the connection holds; when it does not, the next welcome sends again."""
        frame = Send(type="send", client_id=client_id, text=self._unacknowledged[client_id])
        if self._socket is None:
            return
        try:
            await self._socket.send(frame.to_json(), text=True)
        except ConnectionClosed:
            self._socket = None
