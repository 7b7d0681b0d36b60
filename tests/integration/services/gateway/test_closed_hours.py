"""A closed shop over the socket: said in the welcome, told at the opening, an address left."""

from __future__ import annotations

import json

from shared.contracts.hours import ShopHours
from shared.kernel.ids import IdKind, decode
from tests.support.gateway import ANNA
from tests.support.running_gateway import ServedGateway

SOON_MS = 1_500
"""To the opening: the welcome must come before it, on a busy machine too."""


def closed_for(served: ServedGateway, span_ms: int) -> ShopHours:
    opening = served.clock.now() + span_ms
    return ShopHours(open=False, opens_at=opening, time_zone="Europe/Berlin")


async def test_a_customer_of_a_closed_shop_is_told_when_it_opens_and_when_it_has(
    served: ServedGateway,
) -> None:
    served.router.hours = closed_for(served, SOON_MS)
    async with served.customer() as customer:
        told = customer.welcomes[0]["hours"]
        assert (told["open"], told["time_zone"]) == (False, "Europe/Berlin")

        served.router.hours = ShopHours(open=True, time_zone="Europe/Berlin")
        await customer.until(lambda: bool(customer.signs))

    assert [(one["type"], one["hours"]["open"]) for one in customer.signs] == [
        ("hours.changed", True)
    ]


async def test_an_address_is_kept_once_for_agents_alone(served: ServedGateway) -> None:
    """LESSONS 24 and 31: it opens nothing, and is on no customer's wire."""
    served.router.hours = closed_for(served, 3_600_000)
    async with served.customer() as customer:
        place = (await customer.say("Hello?"))["conversation_id"]
        for _ in range(2):
            await customer.tell("leave_address", client_id="a1", address="Rui@Loja.example")
        await customer.until(lambda: "a1" in customer.acks)
        await customer.tell("leave_address", client_id="a2", address="nowhere")
        await customer.until(lambda: bool(customer.refusals))
        token = customer.session_token
        async with served.customer(session_token=token) as elsewhere:
            told = json.dumps([elsewhere.welcomes, customer.signs, list(customer.items.values())])
            assert "loja" not in told.lower()

    assert [one["code"] for one in customer.refusals] == ["bad_address"]
    served.router.readers.add((ANNA, decode(IdKind.CONVERSATION, place)))
    page = await served.http.get(f"/v1/conversations/{place}/items", headers=served.headers())
    kinds = [(one["kind"], one["visibility"], one["text"]) for one in page.json()["items"]]
    assert kinds == [
        ("message", "everyone", "Hello?"),
        ("address", "agents", "Rui@loja.example"),
    ]
