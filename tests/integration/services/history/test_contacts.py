"""Contacts that a shop brings from another system: over HTTP, and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from shared.contracts.cards import ContactBatch
from shared.contracts.orders import Ingested
from shared.kernel.vocabulary import Scope
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import contact, order, person

if TYPE_CHECKING:
    from tests.support.history import RunningService, Stores

BATCHES = "/v1/contacts/batches"


def body(**changes: Any) -> dict[str, Any]:
    """A batch of one good contact, as JSON, with the contact's fields changed."""
    batch: dict[str, Any] = json.loads(ContactBatch(contacts=(contact(),)).to_json())
    batch["contacts"][0] |= changes
    return batch


class TestBatches:
    async def test_shop_sends_contacts_and_hears_what_changed(
        self, service: RunningService
    ) -> None:
        async with service.client(Scope.CONTACTS_WRITE) as client:
            first = await client.post(BATCHES, json=body())
            again = await client.post(BATCHES, json=body())
            other = await client.post(BATCHES, json=body(last_words="Today."))
        assert first.json() == {"created": 1, "updated": 0, "unchanged": 0, "outdated": 0}
        assert again.json() == {"created": 0, "updated": 0, "unchanged": 1, "outdated": 0}
        assert other.json() == {"created": 0, "updated": 1, "unchanged": 0, "outdated": 0}

    @pytest.mark.parametrize("scope", [Scope.AGENT, Scope.ORDERS_WRITE])
    async def test_caller_without_the_scope_is_refused(
        self, service: RunningService, scope: Scope
    ) -> None:
        async with service.client(scope) as client:
            refused = await client.post(BATCHES, json=body())
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"message_count": -1}, "contacts.1.message_count"),
            ({"message_count": "7"}, "contacts.1.message_count"),
            ({"first_response_ms": -1}, "contacts.1.first_response_ms"),
            ({"channel": "pigeon"}, "contacts.1.channel"),
            ({"started_at": "yesterday"}, "contacts.1.started_at"),
            ({"ended_at": "1970-01-01T00:00:00.000Z"}, "contacts.1"),
            ({"first_words": "x" * 201}, "contacts.1.first_words"),
            ({"last_words": ["Tomorrow."]}, "contacts.1.last_words"),
            ({"shop_ref": ""}, "contacts.1.shop_ref"),
            ({"mood": "bad"}, "contacts.1"),
        ],
        ids=str,
    )
    async def test_bad_contact_is_pointed_at_and_nothing_is_kept(
        self, service: RunningService, changes: dict[str, Any], field: str
    ) -> None:
        batch = body()
        batch["contacts"].append(body(reference="T-2")["contacts"][0] | changes)
        async with service.client(Scope.CONTACTS_WRITE) as client:
            refused = await client.post(BATCHES, json=batch)
            good = await client.post(BATCHES, json=body())
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
        assert [one["field"] for one in refused.json()["fields"]] == [field]
        assert good.json()["created"] == 1

    async def test_batch_that_names_a_contact_twice_is_refused(
        self, service: RunningService
    ) -> None:
        batch = body()
        batch["contacts"] *= 2
        async with service.client(Scope.CONTACTS_WRITE) as client:
            assert (await client.post(BATCHES, json=batch)).status_code == 422


class TestIngest:
    async def test_changed_contact_is_updated_and_keeps_its_ids(self, stores: Stores) -> None:
        await stores.contacts.ingest(SHOP, [contact()])
        (before,) = (await stores.card_of()).contacts
        changed = contact(started_at=1, last_words="Today.")
        assert (await stores.contacts.ingest(SHOP, [changed])).updated == 1
        (after,) = (await stores.card_of()).contacts
        assert after == {**before, "started_at": 1, "last_words": "Today."}

    async def test_contact_of_an_unknown_customer_makes_one_whom_orders_find(
        self, stores: Stores
    ) -> None:
        await stores.contacts.ingest(SHOP, [contact(shop_ref="bob")])
        await stores.orders.ingest(SHOP, [order(customer=person("bob", name="Bob"))], None)
        card = await stores.card_of("bob")
        assert (card.customer["name"], card.customer["contact_count"]) == ("Bob", 1)
        assert card.customer["order_count"] == 1

    async def test_same_reference_elsewhere_is_another_contact(self, stores: Stores) -> None:
        batch = [contact(platform="one"), contact(platform="two")]
        assert (await stores.contacts.ingest(SHOP, batch)).created == 2
        assert (await stores.contacts.ingest(OTHER_SHOP, batch)).created == 2

    async def test_batches_that_meet_count_each_contact_once(self, stores: Stores) -> None:
        """Orders of the same customers come in beside them: nobody deadlocks."""
        refs = [f"p{number % 7}" for number in range(40)]
        batch = [contact(f"T-{n}", shop_ref=ref) for n, ref in enumerate(refs)]
        orders = [order(f"A-{n}", customer=person(ref)) for n, ref in enumerate(refs)]
        found = await asyncio.gather(
            *(stores.contacts.ingest(SHOP, turned) for turned in (batch, batch[::-1]) * 3),
            *(stores.orders.ingest(SHOP, turned, None) for turned in (orders, orders[::-1])),
        )
        contacts: list[Ingested] = found[:6]
        assert sum(one.created for one in contacts) == 40
        assert sum(one.updated for one in contacts) == 0
