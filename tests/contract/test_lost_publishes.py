"""A publish to an agent's stream is lost, nothing follows, and the console learns of it anyway.

Gateways, router and their tables are real; one gateway node misses what the test says it misses,
and nobody notices: no reconnect, no resync.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client import REGISTRY

from shared.kernel.vocabulary import EventType, Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.weather import Weather
from shared.kit.system_clock import SystemClock
from tests.support.agent_client import AgentClient, StreamedEvent
from tests.support.bus import DeafBus
from tests.support.chat_client import ChatClient
from tests.support.gateway import SHOP
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase
from tests.support.router import Rig, running_router
from tests.support.running_gateway import ServedGateway, StandIn, served_gateway

QUIET_S = 2.5
"""Two looks of the healing sweep and some."""


@dataclass
class Desk:
    """An agent whose stream is on one node; the customer's socket is on another."""

    bus: DeafBus
    node: ServedGateway
    other: ServedGateway
    rig: Rig
    agent: AgentClient

    def loses(self, event_type: EventType) -> None:
        """Lose, at the agent's node, the next publish of a type."""
        self.bus.lost.clear()
        self.bus.loses = lambda subject, payload: (
            subject.startswith("live.agent.")
            and not self.bus.lost
            and json.loads(payload)["type"] == event_type.value
        )

    async def until_lost(self) -> None:
        await self.until(lambda: bool(self.bus.lost))

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def of(self, event_type: str) -> list[dict[str, Any]]:
        return [event.body for event in self.agent.events if event.type == event_type]

    @property
    def snapshots(self) -> list[dict[str, Any]]:
        return self.of("snapshot")

    async def healed(self) -> dict[str, Any]:
        """Return the snapshot that healed the stream: its second."""
        await self.until(lambda: len(self.snapshots) > 1)
        return self.snapshots[1]

    async def routing(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = await self.rig.http.request(
            method, f"/v1/{path}", json=body, headers=self.agent.headers
        )
        answer.raise_for_status()
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told

    async def offered(self, customer: ChatClient) -> tuple[str, str]:
        """Have the customer write; return the conversation and the offer the agent gets."""
        ack = await customer.say("Where is my order?")
        offer = await self.agent.wait_for("offer.created")
        return ack["conversation_id"], offer.body["id"]

    async def accepted(self, customer: ChatClient) -> str:
        """Have the agent accept what a customer writes, and the gateway hear of it."""
        conversation_id, offer_id = await self.offered(customer)
        await self.routing("POST", f"routing/offers/{offer_id}/accept")
        await self.agent.wait_for("conversation.assigned")
        await self.agent.wait_for("message.created", lambda item: item["kind"] == "joined")
        return conversation_id


@asynccontextmanager
async def a_desk(database: TestDatabase, weather: Weather | None = None) -> AsyncIterator[Desk]:
    keys, clock = Keyring.ephemeral(), SystemClock()
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(InProcessBus(weather))
        deaf = DeafBus(bus)
        rig = await stack.enter_async_context(
            running_router(database, clock, bus=bus, keys=keys, events={})
        )
        await rig.router.set_up.create_shop(SHOP, "Fern")
        nodes = [
            await stack.enter_async_context(
                served_gateway(database, place, StandIn(bus), keys, clock)
            )
            for place in (deaf, bus)
        ]
        agent_id = await rig.agent(SHOP, capacity=20)
        agent = AgentClient(nodes[0].http, nodes[0].token(agent_id), {})
        group = await stack.enter_async_context(asyncio.TaskGroup())
        reading = group.create_task(agent.read_stream())
        stack.callback(reading.cancel)
        desk = Desk(deaf, nodes[0], nodes[1], rig, agent)
        await agent.wait_for("snapshot")
        await desk.routing("PUT", "agents/me/status", {"status": "available"})
        await agent.wait_for("agent.updated", lambda state: state["status"] == "available")
        yield desk


@pytest.fixture
async def desk(database: TestDatabase) -> AsyncIterator[Desk]:
    async with a_desk(database) as opened:
        yield opened


async def test_an_item_that_was_lost_reaches_the_agent_though_nothing_follows(desk: Desk) -> None:
    async with desk.other.customer() as customer:
        conversation_id = await desk.accepted(customer)
        desk.loses(EventType.MESSAGE_CREATED)
        await customer.say("Are you there?")
        await desk.until_lost()

        healed = await desk.healed()

    items = [one for one in healed["items"] if one["conversation_id"] == conversation_id]
    assert items[-1]["text"] == "Are you there?"


async def test_an_item_that_was_lost_reaches_the_agent_though_others_follow(desk: Desk) -> None:
    """A later one hides an earlier one from whoever looks at the last seq only."""
    async with desk.other.customer() as customer:
        await desk.accepted(customer)
        desk.loses(EventType.MESSAGE_CREATED)
        await customer.say("The first")
        await desk.until_lost()
        await customer.say("The second")

        healed = await desk.healed()

    assert [one["text"] for one in healed["items"]][-2:] == ["The first", "The second"]


async def test_an_offer_that_was_lost_reaches_the_agent(desk: Desk) -> None:
    async with desk.other.customer() as customer:
        desk.bus.loses = lambda subject, payload: b'"offer.created"' in payload  # reminders too
        await customer.say("Hello?")

        healed = await desk.healed()

    assert [offer["preview"] for offer in healed["offers"]] == ["Hello?"]


async def test_an_offer_that_is_gone_does_not_stay_with_the_agent(desk: Desk) -> None:
    async with desk.other.customer() as customer:
        _, offer_id = await desk.offered(customer)
        desk.loses(EventType.OFFER_ENDED)
        await desk.routing("POST", f"routing/offers/{offer_id}/decline")
        await desk.until_lost()

        healed = await desk.healed()

    assert offer_id not in [offer["id"] for offer in healed["offers"]]


async def test_an_assignment_that_was_lost_reaches_the_agent(desk: Desk) -> None:
    """Neither load nor status of the agent changes with it."""
    async with desk.other.customer() as customer:
        conversation_id, offer_id = await desk.offered(customer)
        desk.loses(EventType.CONVERSATION_ASSIGNED)
        await desk.routing("POST", f"routing/offers/{offer_id}/accept")
        await desk.until_lost()

        healed = await desk.healed()

    assert [one["conversation_id"] for one in healed["conversations"]] == [conversation_id]


async def test_an_end_that_was_lost_reaches_the_agent(desk: Desk) -> None:
    async with desk.other.customer() as customer:
        conversation_id = await desk.accepted(customer)
        desk.loses(EventType.CONVERSATION_ENDED)
        token = desk.rig.token(SHOP, None, Scope.SUPERVISOR)
        closed = await desk.rig.http.post(
            f"/v1/routing/conversations/{conversation_id}/close",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert closed.status_code == 200
        await desk.until_lost()

        healed = await desk.healed()

    assert healed["conversations"] == []


async def test_a_state_that_was_lost_reaches_the_agent(desk: Desk) -> None:
    desk.loses(EventType.AGENT_UPDATED)
    await desk.routing("PUT", "agents/me/status", {"status": "away"})
    await desk.until_lost()

    healed = await desk.healed()

    assert healed["agent"]["status"] == "away"


async def test_a_stream_that_lost_nothing_gets_no_second_snapshot_under_load(
    database: TestDatabase,
) -> None:
    """What crosses and what comes late is not lost: half of all that is carried is held up."""
    healed_before = _healed()
    async with a_desk(database, Weather(seed=7, delay=0.5, max_delay_ms=40)) as desk:
        async with asyncio.TaskGroup() as group:
            for number in range(8):
                group.create_task(_served_by(desk, number))
        await asyncio.sleep(QUIET_S)

        assert len(desk.of("conversation.ended")) == 8
        assert len(desk.of("message.created")) > 8 * 10
        assert len(desk.snapshots) == 1
    assert _healed() == healed_before


async def _served_by(desk: Desk, number: int) -> None:
    """One customer's whole conversation, over some seconds."""
    async with desk.other.customer() as customer:
        await asyncio.sleep(number * 0.15)
        ack = await customer.say("Hello?")
        mine = ack["conversation_id"]
        offer = await desk.agent.wait_for("offer.created", lambda o: o["conversation_id"] == mine)
        taken = await desk.routing("POST", f"routing/offers/{offer.body['id']}/accept")
        for line in range(12):
            await customer.say(f"Line {line}")
            await desk.agent.say(mine, f"Answer {line}", taken["grant"])
            await asyncio.sleep(0.2)
        await desk.routing("POST", f"routing/conversations/{mine}/close")
        await desk.agent.wait_for("conversation.ended", lambda c: c["conversation_id"] == mine)


async def test_a_node_that_loses_much_tells_every_agent_everything_in_the_end(
    database: TestDatabase,
) -> None:
    """A third of what goes to the agent's node is lost, by seed; then it is quiet."""
    weather = Weather(seed=11, drop=0.33)
    async with a_desk(database) as desk, desk.other.customer() as customer:
        await desk.accepted(customer)
        desk.bus.loses = lambda subject, _: (
            subject.startswith("live.agent.") and not weather.copies()
        )
        for line in range(30):
            await customer.say(f"Line {line}")
            await desk.routing(
                "PUT", "agents/me/status", {"status": ("away", "available")[line % 2]}
            )
            await asyncio.sleep(0.1)
        weather.drop = 0.0
        assert desk.bus.lost

        await desk.until(
            lambda: _texts(desk.agent.events)[-30:] == [f"Line {n}" for n in range(30)]
        )
        await desk.until(lambda: _status(desk.agent.events) == "available")


def _texts(events: list[StreamedEvent]) -> list[str]:
    """Return what a console shows that starts over with each snapshot, in the order of seq."""
    shown: dict[int, str] = {}
    for event in events:
        if event.type == "snapshot":
            shown = {item["seq"]: item["text"] for item in event.body["items"]}
        elif event.type == "message.created":
            shown[event.body["seq"]] = event.body["text"]
    return [shown[seq] for seq in sorted(shown)]


def _status(events: list[StreamedEvent]) -> str:
    told = [
        event.body["agent"] if event.type == "snapshot" else event.body
        for event in events
        if event.type in ("snapshot", "agent.updated")
    ]
    status: str = told[-1]["status"]
    return status


def _healed() -> float:
    return REGISTRY.get_sample_value("firstreply_agent_streams_healed_total") or 0.0
