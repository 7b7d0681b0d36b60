"""A change takes effect in its shop's engine, whichever router has that now or later."""

from __future__ import annotations

from shared.kernel.clock import from_iso
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import EventType
from shared.kit.new_ids import new_id
from tests.support.admin import Admin, operator
from tests.support.routers import Cluster


async def test_an_admin_may_ask_any_router(cluster: Cluster) -> None:
    first = (await cluster.router()).rig
    shop = await first.shop()
    anna = await first.console(shop, capacity=1)
    for _ in range(2):
        await cluster.message(shop, new_id())
    await anna.accept(await anna.wait_for(EventType.OFFER_CREATED))
    owner = await cluster.owner(shop)
    second = (await cluster.router()).rig
    admin = Admin(second.http, operator(second, shop).token)
    path = f"/v1/agents/{encode(IdKind.AGENT, anna.agent_id)}"
    await admin.change(path, {"capacity": 2})
    await anna.wait_for(EventType.OFFER_CREATED, 2)
    (queue,) = (await admin.get("/v1/queues"))["queues"]
    await admin.change(f"/v1/queues/{queue['id']}", {"first_response_target_ms": 20_000})
    ended = await admin.change(path, {"active": False})
    assert (ended["active"], ended["load"]) == (False, 0)
    changes = await admin.get(f"/v1/shops/{encode(IdKind.SHOP, shop)}/changes")
    assert [one["action"] for one in changes["changes"]] == [
        "agent.changed",
        "queue.changed",
        "agent.changed",
    ]
    assert await cluster.owner(shop) == owner


async def test_the_router_that_comes_next_routes_by_what_was_changed(cluster: Cluster) -> None:
    first = await cluster.router()
    shop = await first.rig.shop()
    anna, bert = [await first.rig.console(shop) for _ in range(2)]
    admin = operator(first.rig, shop)
    (queue,) = (await admin.get("/v1/queues"))["queues"]
    await admin.change(f"/v1/queues/{queue['id']}", {"first_response_target_ms": 30_000})
    path = f"/v1/agents/{encode(IdKind.AGENT, anna.agent_id)}"
    await admin.change(path, {"active": False, "capacity": 9})
    second = await cluster.router()
    await first.stop()
    await cluster.message(shop, new_id())
    offer = await bert.wait_for(EventType.OFFER_CREATED)
    assert from_iso(offer["respond_by"]) - cluster.clock.now() == 30_000
    again = await operator(second.rig, shop).change(path, {"active": True})
    assert (again["active"], again["capacity"], again["status"]) == (True, 9, "offline")
    assert anna.of(EventType.OFFER_CREATED) == []
