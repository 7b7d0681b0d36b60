"""Webhooks of shops on a real PostgreSQL: signed, replayed, re-ordered, unreadable."""

from __future__ import annotations

import asyncio
import json
import random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from services.history.storage.connections import SqlConnectionStore
from services.history.usecases.take_webhook import TakeWebhook
from shared.contracts.cards import CardRequest
from shared.contracts.connections import NewConnection
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import OrderStatus, Scope
from shared.kit.new_ids import new_id
from tests.support import generic, shopify
from tests.support.clock import VirtualClock
from tests.support.history import OTHER_SHOP, SHOP, URL
from tests.support.patience import WAIT_S

if TYPE_CHECKING:
    from tests.support.history import RunningService, Stores

CONNECTIONS = "/v1/orders/connections"
NEW = {"platform": "shopify", "store": shopify.STORE, "webhook_secret": shopify.SECRET}
NEW_GENERIC = {
    "platform": "generic",
    "store": generic.STORE,
    "webhook_secret": generic.SECRET,
}
ROWS = """
SELECT to_jsonb(o) - 'id' - 'customer_id' AS doc, i.value AS customer
FROM history.orders o JOIN history.identities i
    ON i.customer_id = o.customer_id AND i.kind = 'shop_customer' ORDER BY o.reference
"""
CARTS = "SELECT to_jsonb(c) - 'customer_id' AS doc FROM history.carts c ORDER BY reference"
PEOPLE = """
SELECT to_jsonb(c) - 'id' AS doc, i.kind, i.value, i.verified
FROM history.customers c JOIN history.identities i ON i.customer_id = c.id ORDER BY i.kind, i.value
"""


async def connected(service: RunningService, **changes: Any) -> dict[str, Any]:
    async with service.client(Scope.ADMIN) as client:
        answer = await client.post(CONNECTIONS, json=NEW | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def send(
    service: RunningService, path: str, body: bytes, headers: dict[str, str]
) -> httpx.Response:
    async with httpx.AsyncClient(transport=service.transport(), base_url=URL) as platform:
        return await platform.post(path, content=body, headers=headers)


async def told(
    service: RunningService, path: str, topic: str, state: dict[str, Any]
) -> dict[str, Any]:
    """Send a webhook, again while it is told to try again, as its platform does."""
    body = shopify.raw(state)
    async with asyncio.timeout(WAIT_S):
        while True:
            answer = await send(service, path, body, shopify.signed(body, topic))
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestConnections:
    async def test_secret_goes_in_and_never_comes_out(self, service: RunningService) -> None:
        made = await connected(service)
        async with service.client(Scope.ADMIN) as client:
            listed = await client.get(CONNECTIONS)
            shown = await client.get(f"{CONNECTIONS}/{made['id']}")
        assert shown.json() == made
        assert listed.json() == {"connections": [made]}
        assert shopify.SECRET not in json.dumps(made) + listed.text + shown.text
        assert "orders/updated" in made["topics"]

    async def test_store_connected_again_keeps_its_path_and_has_the_new_secret(
        self, service: RunningService
    ) -> None:
        first = await connected(service)
        again = await connected(service, webhook_secret="another secret")
        assert again["webhook_path"] == first["webhook_path"]
        body = shopify.raw(shopify.order(1))
        old = await send(service, first["webhook_path"], body, shopify.signed(body, "orders/paid"))
        assert old.status_code == 401

    async def test_platform_that_nobody_reads_is_refused(self, service: RunningService) -> None:
        async with service.client(Scope.ADMIN) as client:
            answer = await client.post(CONNECTIONS, json=NEW | {"platform": "osc"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_another_shops_connection_looks_like_none(self, service: RunningService) -> None:
        """LESSONS 25."""
        made = await connected(service)
        async with service.client(Scope.ADMIN, shop_id=OTHER_SHOP) as client:
            for one in (made["id"], encode(IdKind.CONNECTION, new_id())):
                path = f"{CONNECTIONS}/{one}"
                kept = {"cursors": {"orders": "1"}}
                answers = [
                    await client.get(path),
                    await client.put(f"{path}/cursors", json=kept),
                    await client.delete(path),
                ]
                assert {answer.status_code for answer in answers} == {404}

    async def test_ended_connection_takes_nothing_more(self, service: RunningService) -> None:
        made = await connected(service)
        async with service.client(Scope.ADMIN) as client:
            assert (await client.delete(f"{CONNECTIONS}/{made['id']}")).status_code == 204
        body = shopify.raw(shopify.order(1))
        signed = shopify.signed(body, "orders/create")
        assert (await send(service, made["webhook_path"], body, signed)).status_code == 401

    async def test_only_who_administers_the_shop_may_connect(self, service: RunningService) -> None:
        async with service.client(Scope.ORDERS_WRITE) as client:
            assert (await client.post(CONNECTIONS, json=NEW)).status_code == 403


class TestSignatures:
    async def test_bad_signature_and_unknown_path_are_one_answer(
        self, service: RunningService
    ) -> None:
        path = (await connected(service))["webhook_path"]
        body = shopify.raw(shopify.order(1))
        good = shopify.signed(body, "orders/create")
        nowhere = path[:-26] + encode(IdKind.SHOP, new_id()).rpartition("_")[2]
        answers = [
            await send(service, path, body, {}),
            await send(service, path, body + b" ", good),
            await send(service, path, body, shopify.signed(body, "x", store="b.example")),
            await send(service, nowhere, body, good),
            await send(service, "/v1/orders/webhooks/nothing", body, good),
        ]
        assert {(one.status_code, one.json()["code"]) for one in answers} == {
            (401, "bad_signature")
        }
        assert len({one.json()["detail"] for one in answers}) == 1
        assert (await send(service, path, body, good)).json()["outcome"] == "taken"


class TestBodies:
    async def test_order_is_on_the_card(self, service: RunningService) -> None:
        path = (await connected(service))["webhook_path"]
        for topic, state in shopify.life(3):
            await told(service, path, topic, state)
        ref = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="7003", verified=True)
        card = await service.card(CardRequest(shop_id=SHOP, customer=ref))
        assert card is not None
        (order,) = card.orders
        assert (order.number, order.status) == ("#1003", OrderStatus.DELIVERED)
        assert (order.refunded_minor, order.parts.shipments[0].tracking_number) == (2_995, "3S3")
        assert order.returned_at is not None

    async def test_signed_body_that_cannot_be_kept_is_answered_well_and_told_of(
        self, service: RunningService
    ) -> None:
        """A platform that hears a refusal sends again for hours, and then stops for good."""
        made = await connected(service)
        bad = shopify.order(1, total_price="-5.00")
        answer = await told(service, made["webhook_path"], "orders/create", bad)
        assert answer == {"outcome": "rejected", "reason": "has an amount that is negative"}
        async with service.client(Scope.ADMIN) as client:
            shown = (await client.get(f"{CONNECTIONS}/{made['id']}")).json()
        assert (shown["rejected"], shown["rejected_reason"]) == (1, answer["reason"])
        assert shown["rejected_at"] is not None

    async def test_topic_of_no_use_is_answered_well(self, service: RunningService) -> None:
        path = (await connected(service))["webhook_path"]
        assert (await told(service, path, "app/uninstalled", {}))["outcome"] == "ignored"

    async def test_older_state_is_told_to_be_outdated(self, service: RunningService) -> None:
        path = (await connected(service))["webhook_path"]
        await told(service, path, "orders/paid", shopify.order(1, minutes=5))
        old = await told(service, path, "orders/create", shopify.order(1))
        assert old["outcome"] == "outdated"

    async def test_order_without_a_customer_is_kept(self, service: RunningService) -> None:
        path = (await connected(service))["webhook_path"]
        answer = await told(service, path, "orders/create", shopify.order(1, customer=None))
        assert answer["outcome"] == "taken"


class TestGeneric:
    async def test_replayed_and_older_states_change_nothing(self, stores: Stores) -> None:
        deliveries = Deliveries(stores, "generic")
        key = await deliveries.connect(SHOP)
        (_, newest), (_, older) = generic.life(1)[4], generic.life(1)[2]
        outcomes = [
            await deliveries.send(key, "order.updated", state) for state in (newest, newest, older)
        ]
        assert outcomes == ["taken", "taken", "outdated"]
        async with stores.db.read(SHOP) as tx:
            (row,) = await tx.rows(ROWS)
        assert row["doc"]["status"] == "delivered"

    async def test_state_without_an_instant_is_told_to_the_shop(self, stores: Stores) -> None:
        deliveries = Deliveries(stores, "generic")
        key = await deliveries.connect(SHOP)
        assert await deliveries.send(key, "order.updated", generic.order(1, updated_at=None)) == (
            "rejected"
        )


class Deliveries:
    """Webhooks of a hundred orders, sent to a shop of their own."""

    def __init__(self, stores: Stores, platform: str) -> None:
        self._new = NEW if platform == "shopify" else NEW_GENERIC
        self._stores = stores
        self._connections = SqlConnectionStore(stores.db)
        self._take = TakeWebhook(self._connections, stores.orders, VirtualClock())

    async def end(self, webhooks: list[tuple[str, dict[str, Any]]], *, at_once: int) -> list[Any]:
        """Send them to a new shop; return every row they end in."""
        shop = new_id()
        key = await self.connect(shop)
        for start in range(0, len(webhooks), at_once):
            some = webhooks[start : start + at_once]
            await asyncio.gather(*(self.send(key, topic, state) for topic, state in some))
        async with self._stores.db.read(shop) as tx:
            found = [await tx.rows(sql) for sql in (ROWS, CARTS, PEOPLE)]
        without_shop = [
            [{**row, "doc": {**row["doc"], "shop_id": ""}} for row in rows] for rows in found
        ]
        assert [len(rows) for rows in without_shop[:2]] == [100, 100]
        return without_shop

    async def connect(self, shop: UUID) -> str:
        connection = new_id()
        await self._connections.connect(shop, connection, NewConnection(**self._new), 0)
        return f"fw_{_bare(shop)}{_bare(connection)}"

    async def send(self, key: str, topic: str, state: dict[str, Any]) -> str:
        if self._new is NEW:
            body = shopify.raw(state)
            signed = shopify.signed(body, topic)
        else:
            body = generic.raw(topic, state)
            signed = generic.signed(body)
        return (await self._take.take(key, signed, body)).outcome


def _bare(value: UUID) -> str:
    return encode(IdKind.SHOP, value).rpartition("_")[2]


LIVES = {"shopify": shopify.life, "generic": generic.life}


@pytest.mark.timeout(240)  # three thousand webhooks a test: a minute on a crowded machine
class TestShuffled:
    @pytest.mark.parametrize("platform", LIVES)
    async def test_shuffled_and_doubled_webhooks_end_in_the_same_rows_as_the_ordered_ones(
        self, stores: Stores, platform: str
    ) -> None:
        """A thousand of a hundred orders; the draws are printed by their seed when one differs."""
        webhooks = [one for number in range(100) for one in LIVES[platform](number)]
        deliveries = Deliveries(stores, platform)
        ordered = await deliveries.end(webhooks, at_once=1)
        for seed in range(2):
            draw = random.Random(seed)  # noqa: S311  a test's draw
            shuffled = webhooks + draw.choices(webhooks, k=1_000 - len(webhooks))
            draw.shuffle(shuffled)
            assert len(shuffled) == 1_000
            assert await deliveries.end(shuffled, at_once=8) == ordered, f"seed {seed}"
