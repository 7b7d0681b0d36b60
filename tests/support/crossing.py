"""Gateway and router on one database, with the test as the post between them.

Both are real; what each has to tell the other waits until the test carries it, so every order of
arrival can be tried. Within a stream the order is kept, as the services themselves keep it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.gateway.usecases.ports import AppendResult, Verdict
from shared.contracts.events import Envelope
from shared.contracts.routing import RoutingState
from shared.kernel.clock import Clock
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import ConversationStatus, Scope, Service
from shared.kit.auth.tokens import read_grant
from shared.kit.database import open_database
from shared.kit.outbox import OutboxRows
from tests.support.gateway import SHOP, Stores, a_message, an_answer, open_stores
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase
from tests.support.router import Console, Rig, running_router

EVENTS_MAX = 1_000


@dataclass
class Crossing:
    """One customer's session and one agent, between two services that hear of each other late."""

    stores: Stores
    rig: Rig
    outbox: OutboxRows
    session_id: UUID
    agent: Console
    conversations: list[UUID] = field(default_factory=list)
    said: dict[UUID, list[str]] = field(default_factory=dict)
    _grants: dict[UUID, str] = field(default_factory=dict)
    _carried: dict[UUID, int] = field(default_factory=dict)
    _count: int = 0

    # What people do.

    async def customer_writes(self) -> UUID:
        """Commit a customer's message; return the conversation it landed in."""
        self._count += 1
        text = f"Message {self._count}"
        row = a_message(self.session_id, f"m{self._count}", text)
        (result,) = await self.stores.appends.append([row])
        assert result.verdict is Verdict.NEW
        assert result.conversation_id is not None
        if result.conversation_id not in self.conversations:
            self.conversations.append(result.conversation_id)
        self.said.setdefault(result.conversation_id, []).append(text)
        return result.conversation_id

    async def agent_accepts(self) -> bool:
        """Accept the oldest pending offer, if there is one."""
        offers = (await self.agent.call("GET", "/v1/routing/offers")).json()
        if not offers:
            return False
        answer = await self.agent.accept(offers[0])
        assert answer.status_code == 200, answer.text
        conversation_id = decode(IdKind.CONVERSATION, offers[0]["conversation_id"])
        self._grants[conversation_id] = answer.json()["grant"]
        await self._until_told(conversation_id)
        return True

    async def serves(self) -> list[UUID]:
        """Return what the router says is the agent's."""
        mine = (await self.agent.call("GET", "/v1/routing/assignments")).json()
        return [decode(IdKind.CONVERSATION, one["conversation_id"]) for one in mine]

    async def agent_answers(self, conversation_id: UUID) -> AppendResult:
        """Commit an agent's message on the newest grant."""
        self._count += 1
        token = self._grants[conversation_id]
        grant = read_grant(self.rig.keys, token, self.rig.clock.now())
        assert grant is not None
        row = an_answer(
            conversation_id, f"a{self._count}", agent_id=self.agent.agent_id, grant=grant
        )
        (result,) = await self.stores.appends.append([row])
        return result

    async def agent_closes(self, conversation_id: UUID) -> None:
        answer = await self.agent.close(encode(IdKind.CONVERSATION, conversation_id))
        assert answer.status_code == 200, answer.text
        await self._until_told(conversation_id)

    # What the post does.

    async def to_router(self, conversation_id: UUID) -> bool:
        """Carry the next item's event of a conversation, if one waits."""
        waiting = await self.outbox.after(
            Service.ROUTER, {(SHOP, encode(IdKind.CONVERSATION, conversation_id)): 0}, limit=1
        )
        for event in waiting:
            await self.rig.send(event)
            await self.outbox.delete({(Service.ROUTER, SHOP, event.stream): event.version})
            await self._until_told(conversation_id)
        return bool(waiting)

    async def to_gateway(self, conversation_id: UUID) -> bool:
        """Carry the next routing event of a conversation, if one waits."""
        version = self._carried.get(conversation_id, 0) + 1
        event = self._told(conversation_id).get(version)
        if event is None:
            return False
        positions, _ = await self.stores.routing.take([event])
        assert positions[SHOP, event.stream] == version
        self._carried[conversation_id] = version
        return True

    async def settle(self) -> None:
        """Carry everything, in both directions, until nothing waits."""
        moved = True
        while moved:
            moved = False
            for conversation_id in self.conversations:
                moved |= await self.to_router(conversation_id)
                moved |= await self.to_gateway(conversation_id)

    # What each service holds.

    async def routing_state(self, conversation_id: UUID) -> RoutingState:
        token = self.rig.token(SHOP, None, Scope.SUPERVISOR)
        answer = await self.rig.http.get(
            f"/v1/routing/conversations/{encode(IdKind.CONVERSATION, conversation_id)}",
            headers={"Authorization": f"Bearer {token}"},
        )
        return RoutingState.model_validate_json(answer.text)

    async def live_at_router(self, conversation_id: UUID) -> bool:
        state = await self.routing_state(conversation_id)
        return state.status is not ConversationStatus.ENDED

    async def open_at_gateway(self) -> list[UUID]:
        async with self.stores.database.read(SHOP) as tx:
            rows = await tx.rows(
                "SELECT id FROM gateway.conversations WHERE session_id = :id AND status = 'open'",
                {"id": self.session_id},
            )
        return [row["id"] for row in rows]

    async def items(self, conversation_id: UUID) -> list[Any]:
        page = await self.stores.items.page(SHOP, conversation_id, 0, EVENTS_MAX)
        assert page is not None
        return list(page.items)

    def _told(self, conversation_id: UUID) -> dict[int, Envelope]:
        stream = encode(IdKind.CONVERSATION, conversation_id)
        told = self.rig.events[Service.GATEWAY]
        return {event.version: event for event in told if event.stream == stream}

    async def _until_told(self, conversation_id: UUID) -> None:
        """Wait until the router's relay has brought all that its tables hold of a conversation."""
        version = (await self.routing_state(conversation_id)).version
        async with asyncio.timeout(WAIT_S):
            while version not in self._told(conversation_id):  # noqa: ASYNC110
                await asyncio.sleep(0.002)


@asynccontextmanager
async def crossing(database: TestDatabase, clock: Clock) -> AsyncIterator[Crossing]:
    """Run a router and a gateway's tables that hear of each other only what the test carries."""
    async with (
        open_stores(database) as stores,
        open_database(database.sweep_url(Service.GATEWAY)) as sweep,
        running_router(database, clock) as rig,
    ):
        await rig.router.set_up.create_shop(SHOP, "Fern")
        agent = await rig.console(SHOP)
        yield Crossing(
            stores=stores,
            rig=rig,
            outbox=OutboxRows(sweep, "gateway", Service.GATEWAY),
            session_id=await stores.session(),
            agent=agent,
        )
