"""Who writes to a closed shop is told so, is offered to nobody, and comes first at the opening."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.kernel.clock import from_iso
from shared.kit.system_clock import SystemClock
from tests.support.chat_client import chat_client
from tests.support.patience import WAIT_S
from tests.support.shop_people import at_work, offered, program_token, until_hours_told
from tests.support.shop_server import ServedShop, ShopServer

QUIET_S = 0.5
"""Five times as long as an offer takes at most."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours_of_the_day_after_tomorrow() -> dict[str, Any]:
    """Closed now, at whatever moment this test runs."""
    later = datetime.fromtimestamp(SystemClock().now() / 1_000, UTC) + timedelta(days=2)
    span = {"day": DAYS[later.weekday()], "opens": "09:00", "closes": "17:00"}
    return {"time_zone": "UTC", "spans": [span]}


async def set_hours(server: ShopServer, shop: ServedShop, hours: dict[str, Any] | None) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=WAIT_S) as http:
        token = await program_token(http, shop.admin_key)
        head = {"Authorization": f"Bearer {token}"}
        (queue,) = (await http.get("/v1/queues", headers=head)).json()["queues"]
        path, change = f"/v1/queues/{queue['id']}", {"hours": hours}
        answer = await http.patch(path, json=change, headers=head)
        assert answer.status_code == httpx.codes.OK, answer.text


async def test_a_customer_of_a_closed_shop_waits_for_the_opening_and_not_a_moment_longer(
    server: ShopServer,
) -> None:
    shop = server.new_shop(agents=1, capacity=3)
    await set_hours(server, shop, hours_of_the_day_after_tomorrow())
    await until_hours_told(server, shop)
    async with (
        at_work(server, shop) as agent,
        chat_client(server.socket_url, shop.site_key) as customer,
    ):
        hours = customer.welcomes[0]["hours"]
        assert (hours["open"], hours["time_zone"]) == (False, "UTC")
        conversation_id = (await customer.say("Is anybody there?"))["conversation_id"]
        await customer.tell("leave_address", client_id="a1", address="rui@loja.example")
        await customer.until(lambda: "a1" in customer.acks)
        await asyncio.sleep(QUIET_S)
        assert [event for event in agent.events if event.type == "offer.created"] == []

        await set_hours(server, shop, None)

        offer = await offered(agent, conversation_id)
        await agent.accept(offer["id"])
        opened_at = from_iso(offer["created_at"])
        assert from_iso(offer["respond_by"]) - opened_at <= 10_000, "the clock starts there"
        items = (await agent.get(f"/v1/conversations/{conversation_id}/items"))["items"]
        assert ("address", "rui@loja.example") in [(one["kind"], one["text"]) for one in items]
