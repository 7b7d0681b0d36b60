"""What happens around a transcript's client: time, agents, the node, another window."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from websockets.asyncio.client import ClientConnection

from shared.contracts import subjects
from shared.contracts.hours import FreeAgents, ShopHours
from shared.contracts.invitations import InvitationRule
from shared.contracts.signs import WaitingLine, WaitRange
from shared.kernel.clock import Clock, Instant
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import EventType, ItemKind, Visibility
from shared.kit.new_ids import new_id
from tests.support.chat_client import raw_chat
from tests.support.gateway import SHOP, a_routing_event, an_answer, looking_inside
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway
from tests.support.transcripts import Line, Values

SETTLES_S = 0.01
"""What is under way should not see its time jump."""


class MovableClock:
    """A clock that runs with another one and can be moved on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._loop_time: Callable[[], float] = asyncio.get_running_loop().time
        self._ahead_ms = 0

    def now(self) -> Instant:
        return self._clock.now() + self._ahead_ms

    async def move(self, passes_ms: int) -> None:
        """Let time pass, for timers too."""
        await asyncio.sleep(SETTLES_S)
        self._ahead_ms += passes_ms
        ahead_s = self._ahead_ms / 1000
        loop: Any = asyncio.get_running_loop()
        loop.time = lambda: self._loop_time() + ahead_s
        await asyncio.sleep(0)


@dataclass
class Stage:
    """Everything but the client, as one transcript tells it."""

    served: ServedGateway
    database: TestDatabase
    clock: MovableClock
    values: Values
    _other: ClientConnection | None = None
    _versions: dict[UUID, int] = field(default_factory=dict)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def prepare(self, given: Mapping[str, Any]) -> None:
        """Set up what a transcript says that there is."""
        rules = [InvitationRule(**rule) for rule in given.get("invitations", ())]
        kept = json.dumps([rule.model_dump(mode="json") for rule in rules])
        async with looking_inside(self.database) as admin:
            await admin.execute(
                "UPDATE gateway.sites SET invitations = $1 WHERE shop_id = $2", kept, SHOP
            )

    async def play(self, line: Line) -> None:
        """Do what a line tells of somebody who is not the client."""
        parts: dict[str, Callable[[Line, Any], Awaitable[None]]] = {
            "time": self._time,
            "agent": self._agent,
            "router": self._router,
            "node": self._node,
            "other window": self._other_window,
        }
        await parts[line.who](line, self.values.fill(line.what))

    async def close(self) -> None:
        await self._stack.aclose()

    async def _time(self, line: Line, passes_ms: int) -> None:
        await self.clock.move(passes_ms)

    async def _agent(self, line: Line, what: str) -> None:
        match line.verb:
            case "joins":
                await self._route(what, EventType.CONVERSATION_ASSIGNED)
            case "ends":
                await self._route(what, EventType.CONVERSATION_ENDED)
            case "types":
                await self._post(what, "typing", None)
            case "received" | "read":
                await self._post(line.details["in"], line.verb, {"through_seq": what})
            case "notes":
                await self._note(self._conversation(line), what)
            case _:  # writes
                await self._answer(self._conversation(line), what, line.details.get("times", 1))

    async def _router(self, line: Line, what: Any) -> None:
        match line.verb:
            case "closes_for_ms":
                opening = self.clock.now() + what
                self.served.router.hours = ShopHours(open=False, opens_at=opening)
            case "has_somebody_free":
                told = FreeAgents(free=what, shops=(SHOP,))
                await self.served.router.bus.publish(subjects.FREE_AGENTS, told.to_json())
            case "opens":
                self.served.router.hours = ShopHours(open=True)
            case _:
                await self._line_up(what)

    async def _line_up(self, conversations: list[str]) -> None:
        ids = tuple(decode(IdKind.CONVERSATION, one) for one in conversations)
        waits = tuple(WaitRange(low_ms=4_000 * n, high_ms=20_000 * n) for n, _ in enumerate(ids, 1))
        waiting = WaitingLine(shop_id=SHOP, conversations=ids, waiting=len(ids), waits=waits)
        await self.served.router.bus.publish(subjects.WAITING_LINE, waiting.to_json())

    async def _node(self, line: Line, what: bool) -> None:
        if line.verb == "stops":
            self.served.stopping.set()
            return
        async with looking_inside(self.database) as admin:  # is_restored
            place = (line.details["epoch"], SHOP)
            await admin.execute("UPDATE gateway.sessions SET epoch = $1 WHERE shop_id = $2", *place)

    async def _other_window(self, line: Line, frame: dict[str, Any]) -> None:
        if self._other is None or frame["type"] == "hello":
            chat = raw_chat(self.served.chat_url)
            self._other = await self._stack.enter_async_context(chat)
        await self._other.send(json.dumps(frame))
        answer = {"type": ""}
        while answer["type"] not in {"welcome", "accepted"}:
            answer = json.loads(await self._other.recv())

    def _conversation(self, line: Line) -> UUID:
        return decode(IdKind.CONVERSATION, self.values.fill(line.details["in"]))

    async def _route(self, conversation: str, type_: EventType) -> None:
        conversation_id = decode(IdKind.CONVERSATION, conversation)
        version = self._versions[conversation_id] = self._versions.get(conversation_id, 0) + 1
        await self.served.router.tell(a_routing_event(conversation_id, version, type_))

    async def _note(self, conversation_id: UUID, text: str) -> None:
        note = an_answer(conversation_id, new_id().hex, text)
        note = replace(note, kind=ItemKind.NOTE, visibility=Visibility.AGENTS)
        await self.served.stores.appends.append([note])

    async def _answer(self, conversation_id: UUID, text: str, times: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(times):
                group.create_task(self._answer_once(conversation_id, text))

    async def _answer_once(self, conversation_id: UUID, text: str) -> None:
        conversation = encode(IdKind.CONVERSATION, conversation_id)
        body = {"text": text, "grant": self.served.grant(conversation_id)}
        await self._post(conversation, "items", body)

    async def _post(self, conversation: str, what: str, body: dict[str, Any] | None) -> None:
        response = await self.served.http.post(
            f"/v1/conversations/{self.values.fill(conversation)}/{what}",
            json=body,
            headers={**self.served.headers(), "Idempotency-Key": new_id().hex},
        )
        assert response.is_success, response.text
