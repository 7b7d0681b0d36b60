"""Commands between two routers, over a bus: what one sends is what the other's lane gets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from services.router.background.commands import taking_commands
from services.router.clients.other_routers import BusRouters
from services.router.domain.commands import Command, StatusSet
from services.router.domain.effects import Answer, Noted
from services.router.usecases.ownership import NotOwnedError, Order, UnheardError
from shared.contracts import subjects
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import AgentStatus
from shared.kit.bus.in_process import InProcessBus
from tests.support.routing import agent_id

ROUTER, MINE, THEIRS = UUID(int=0xA), UUID(int=1), UUID(int=2)
BUSY = RefusedError(ErrorCode.TRY_AGAIN, "Busy.", retry_after_ms=250)


def says(shop_id: UUID, status: AgentStatus) -> Order:
    return Order(shop_id, StatusSet(agent_id(1), status))


@dataclass
class Lane:
    """Notes everything; refuses who wants to be away."""

    posted: list[Order] = field(default_factory=list)

    def post(self, shop_id: UUID, command: Command) -> Awaitable[Answer]:
        self.posted.append(Order(shop_id, command))
        if self.posted[-1] == says(MINE, AgentStatus.AWAY):
            raise BUSY
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        future.set_result(Noted())
        return future


@pytest.fixture
async def bus() -> AsyncIterator[InProcessBus]:
    async with InProcessBus() as bus:
        yield bus


async def test_each_command_of_a_batch_has_its_own_outcome(bus: InProcessBus) -> None:
    lane = Lane()
    orders = [
        says(MINE, AgentStatus.AVAILABLE),
        says(THEIRS, AgentStatus.AVAILABLE),
        says(MINE, AgentStatus.AWAY),
        says(MINE, AgentStatus.DRAINING),
    ]
    async with taking_commands(bus, ROUTER, lane, lambda shop_id: shop_id == MINE):
        done, foreign, refused, after = await BusRouters(bus).ask(ROUTER, orders, 1_000)
    assert (done, after) == (Noted(), Noted())
    assert isinstance(foreign, NotOwnedError)
    assert isinstance(refused, RefusedError)
    assert (refused.code, refused.retry_after_ms) == (BUSY.code, BUSY.retry_after_ms)
    assert lane.posted == [order for order in orders if order.shop_id == MINE]


async def test_a_router_that_is_gone_has_certainly_done_nothing(bus: InProcessBus) -> None:
    with pytest.raises(UnheardError) as silence:
        await BusRouters(bus).ask(ROUTER, [says(MINE, AgentStatus.AWAY)], 1_000)
    assert not silence.value.sent


@pytest.mark.parametrize("answer", [b"not JSON", None])
async def test_a_router_without_a_readable_answer_may_have_done_it(
    bus: InProcessBus, answer: bytes | None
) -> None:
    async def take(_: bytes) -> bytes:
        if answer is None:
            await asyncio.sleep(1)
        return answer or b""

    server = await bus.serve(subjects.router_commands(ROUTER), take)
    with pytest.raises(UnheardError) as silence:
        await BusRouters(bus).ask(ROUTER, [says(MINE, AgentStatus.AWAY)], 20)
    assert silence.value.sent
    await server.close()


async def test_a_command_of_a_newer_release_is_called_unreadable_and_the_others_are_done(
    bus: InProcessBus,
) -> None:
    lane = Lane()
    shop = "shop_00000000000000000000000001"
    batch = {
        "commands": [
            {"shop_id": shop, "kind": "agent_renamed", "body": {"name": "Bert"}},
            {
                "shop_id": shop,
                "kind": "status_set",
                "body": {"agent_id": f"agent_{'0' * 25}1", "status": "available"},
            },
        ]
    }
    async with taking_commands(bus, ROUTER, lane, lambda shop_id: shop_id == MINE):
        raw = await bus.request(
            subjects.router_commands(ROUTER), json.dumps(batch).encode(), timeout_ms=1_000
        )
    verdicts = [one["verdict"] for one in json.loads(raw)["outcomes"]]
    assert verdicts == ["unreadable", "answered"]
    assert len(lane.posted) == 1
