"""The gateway around one chat connection, with ten-line fakes on both sides of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.gateway.api.chat_connection import ChatConnection
from services.gateway.api.chat_parts import ChatParts
from services.gateway.api.connections import Connections
from services.gateway.api.errands import Errands
from services.gateway.domain.answers import Found
from services.gateway.domain.customer_rates import REQUESTS, SESSIONS_MAX, CustomerRates
from services.gateway.domain.sending import SENDS
from services.gateway.usecases.cut_off import Guests, SiteStanding
from services.gateway.usecases.feed_ports import Follower
from services.gateway.usecases.greet import Greeting
from services.gateway.usecases.note_context import ContextRow
from services.gateway.usecases.pass_signs import SignRow
from services.gateway.usecases.ports import AppendResult, AppendRow, OpenedSession, StoredPage
from shared.contracts.frames import CloseCode, Hello
from shared.contracts.hours import ShopHours
from shared.contracts.items import Attachment, Content
from shared.kernel.clock import Instant
from shared.kernel.rates import Buckets
from shared.kit.web.hosts import Hosts
from tests.support.clock import VirtualClock
from tests.support.invitations import KeptInvitations
from tests.support.items import CONVERSATION

SHOP, SESSION = UUID(int=1), UUID(int=2)


class Socket:
    """A Wire that remembers; `waiting` is what the other end has not read."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.pings: list[bytes] = []
        self.closed: CloseCode | None = None
        self.dropped = False
        self.waiting = 0

    def send(self, text: bytes) -> None:
        self.frames.append(json.loads(text))

    def ping(self, payload: bytes) -> None:
        self.pings.append(payload)

    def close(self, code: CloseCode) -> None:
        self.closed = code

    def drop(self) -> None:
        self.dropped = True

    def waiting_bytes(self) -> int:
        return self.waiting

    @property
    def types(self) -> list[str]:
        return [frame["type"] for frame in self.frames]


class Node:
    """The rest of the gateway, as one connection sees it."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self.clock = VirtualClock()
        self.followers: set[tuple[UUID, Follower]] = set()
        self.posted: list[tuple[AppendRow, asyncio.Future[AppendResult]]] = []
        self.failure: Exception | None = None
        self.conversation_id: UUID | None = CONVERSATION
        self.connection_no = 1
        self.page = StoredPage((), 0, 0, 1)
        self.reads, self.told, self.left = 0, list[int](), list[UUID]()
        self.signs: list[SignRow] = []
        self.contexts, self.invitations = list[ContextRow](), KeptInvitations()
        self.greeting_may_end = asyncio.Event()
        self.greeting_may_end.set()
        self.files_may_be_found = asyncio.Event()
        self.files_may_be_found.set()
        self.parts = ChatParts(
            clock=self.clock,
            greet=self.greet,
            catch_up=self.catch_up,
            hours=self.hours,
            read=self.read,
            post=self.post,
            sign=self.signs.append,
            leave=self.leave,
            note_context=self.contexts.append,
            invitations=self.invitations.desk(self.clock, hours=self.hours),
            attach=self.attach,
            tell_newest=self.tell_newest,
            feed=self,
            connections=Connections(),
            guests=Guests(self, lambda _: (), self.clock),
            errands=Errands(group),
            retry_in_ms=lambda: 7,
            rates=CustomerRates(SENDS),
            requests=Buckets(REQUESTS, SESSIONS_MAX),
            hosts=Hosts(),
            arrive=lambda _peer, _forwarded: 0,
            page_refused=self.page_refused,
        )

    async def hours(self, shop_id: UUID) -> ShopHours | None:
        return None

    async def standings(
        self, shop_of: Mapping[UUID, UUID], since: Instant
    ) -> Sequence[SiteStanding]:
        return ()

    async def under_way(self, shop_id: UUID, session_ids: Sequence[UUID]) -> Collection[UUID]:
        return ()

    async def page_refused(self, site_key: str, origin: str) -> bool:
        return False

    async def greet(self, hello: Hello, origin: str | None) -> Greeting:
        await self.greeting_may_end.wait()
        if self.failure is not None:
            raise self.failure
        opened = OpenedSession(SESSION, False, 1, self.connection_no, self.conversation_id, 0)
        return Greeting(SHOP, opened, "fs_x", 0)

    async def catch_up(self, greeting: Greeting) -> Found:
        return Found(SESSION, "fs_x", 1, self.conversation_id, 0, 0, ())

    async def read(self, shop_id: UUID, conversation_id: UUID, after_seq: int) -> StoredPage:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return self.page

    def post(self, row: AppendRow) -> asyncio.Future[AppendResult]:
        if self.failure is not None:
            raise self.failure
        future: asyncio.Future[AppendResult] = asyncio.get_running_loop().create_future()
        self.posted.append((row, future))
        return future

    async def leave(self, shop_id: UUID, conversation_id: UUID) -> None:
        if self.failure is not None:
            raise self.failure
        self.left.append(conversation_id)

    async def attach(
        self, shop_id: UUID, sender_id: UUID, client_id: str, file_ids: Sequence[UUID]
    ) -> Content:
        await self.files_may_be_found.wait()
        if self.failure is not None:
            raise self.failure
        found = (
            Attachment(file_id=one, name="a.png", media_type="image/png", size_bytes=1)
            for one in file_ids
        )
        return Content(attachments=tuple(found))

    async def tell_newest(self, session_id: UUID, connection_no: int) -> None:
        self.told.append(connection_no)

    async def follow(self, shop_id: UUID, conversation_id: UUID, follower: Follower) -> None:
        self.followers.add((conversation_id, follower))

    def unfollow(self, conversation_id: UUID, follower: Follower) -> None:
        self.followers.discard((conversation_id, follower))

    def followed(self) -> Mapping[UUID, UUID]:
        raise NotImplementedError

    def reached(self, conversation_id: UUID, last_seq: int) -> None:
        raise NotImplementedError

    def connect(self) -> tuple[Socket, ChatConnection]:
        socket = Socket()
        return socket, ChatConnection(socket, None, self.parts)


async def settle() -> None:
    """Let everything that can run, run."""
    for _ in range(10):
        await asyncio.sleep(0)
