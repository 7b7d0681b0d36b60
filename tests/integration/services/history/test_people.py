"""One person behind several customers: what joins them, what undoes it, what only may be."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from shared.contracts.cards import Card, CardRequest
from shared.contracts.items import CustomerRef, IdentityKind
from shared.contracts.people import Merge, Person
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import MergeEvidence, Scope
from shared.kit.new_ids import new_id
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import contact, order, person

if TYPE_CHECKING:
    from tests.support.history import RunningService, Stores

MAIL, PHONE = "anna@example.org", "+31612345678"
SAME_PEOPLE = """
    SELECT string_agg(coalesce(merged_into::text, '-'), ' ' ORDER BY id) FROM history.customers
    """
EVERYTHING = """
    SELECT (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.id) FROM history.customers c)
        || (SELECT jsonb_agg(to_jsonb(i) ORDER BY i.kind, i.value) FROM history.identities i)
        || (SELECT jsonb_agg(to_jsonb(o) ORDER BY o.id) FROM history.orders o)
    """


def ref(value: str, kind: IdentityKind = IdentityKind.SHOP_CUSTOMER) -> CustomerRef:
    return CustomerRef(kind=kind, value=value, verified=True)


async def card_of(service: RunningService, who: CustomerRef) -> Card:
    card = await service.card(CardRequest(shop_id=SHOP, customer=who))
    assert card is not None
    return card


async def ids_of(service: RunningService, *names: str) -> list[UUID]:
    return [(await card_of(service, ref(name))).customer.id for name in names]


def wire(customer_id: UUID) -> str:
    return encode(IdKind.CUSTOMER, customer_id)


async def post(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    head = {"Idempotency-Key": new_id().hex}
    return await client.post(f"/v1/customers/{path}", json=body, headers=head)


async def person_of(client: httpx.AsyncClient, customer_id: UUID) -> Person:
    answer = await client.get(f"/v1/customers/{wire(customer_id)}/identities")
    return Person.model_validate_json(answer.raise_for_status().content)


class TestOnePersonAcrossChannels:
    async def test_orders_of_several_platforms_and_a_proven_address_make_one_customer(
        self, service: RunningService, stores: Stores
    ) -> None:
        """LESSONS 23 (chatwoot #4651, #3909, #11699): and the merge can be undone."""
        one = order("A-1", platform="shopify", customer=person("anna", email=MAIL))
        proven = person("a.kos", name=None, email=MAIL.upper(), email_verified=True)
        other = order("7", platform="woo", customer=proven)
        again = order("8", platform="woo", customer=person("b", email=MAIL, email_verified=True))
        await stores.orders.ingest(SHOP, [one, other], None)
        await stores.orders.ingest(SHOP, [again], None)
        await stores.contacts.ingest(SHOP, [contact("T-1", shop_ref="b")])
        card = await card_of(service, ref(MAIL, IdentityKind.EMAIL))
        assert {told.reference for told in card.orders} == {"7", "8"}
        assert (card.customer.order_count, card.customer.contact_count) == (2, 1)
        assert card == await card_of(service, ref("a.kos"))
        assert [one.same for one in card.may_be] == [(IdentityKind.EMAIL,)]
        async with service.client(Scope.AGENT) as client:
            known = await person_of(client, card.customer.id)
            (merge,) = known.merges
            assert (merge.evidence, merge.value) == (MergeEvidence.VERIFIED_ADDRESS, MAIL)
            assert merge.merged_by is None
            path = f"{wire(card.customer.id)}/merges/{encode(IdKind.MERGE, merge.id)}/undo"
            assert (await post(client, path)).status_code == 200
        assert [one.reference for one in (await card_of(service, ref("a.kos"))).orders] == ["7"]
        await stores.orders.ingest(SHOP, [again.model_copy(update={"note": "New"})], None)
        assert (await card_of(service, ref("b"))).customer.order_count == 1, "undone stays undone"

    async def test_writer_with_the_buyers_phone_and_order_number_is_the_buyer(
        self, service: RunningService, stores: Stores
    ) -> None:
        caller = person("caller", phone="0031 6 1234 5678", phone_verified=True)
        buyer = person("buyer", phone="06-12345678", country="NL")
        await stores.orders.ingest(
            SHOP, [order("A-1", customer=caller), order("A-2", customer=buyer)], None
        )
        one, other = await ids_of(service, "caller", "buyer")
        async with service.client(Scope.AGENT) as client:
            path, wanted = f"{wire(one)}/merges", wire(other)
            for reference in ({}, {"order_reference": "A-1"}, {"order_reference": "A-9"}):
                refused = await post(client, path, other_id=wanted, **reference)
                assert (refused.status_code, refused.json()["code"]) == (409, "no_evidence")
            made = await post(client, path, other_id=wanted, order_reference="A-2")
            again = await post(client, path, other_id=wanted, order_reference="A-2")
        assert made.status_code == 201
        merge = Merge.model_validate_json(made.content)
        assert (merge.evidence, merge.value, merge.order_reference) == (
            MergeEvidence.ORDER_AND_PHONE,
            PHONE,
            "A-2",
        )
        assert again.json()["id"] == made.json()["id"]
        assert len((await card_of(service, ref("buyer"))).orders) == 2

    async def test_undoing_and_merging_in_any_order_ends_where_the_holding_merges_say(
        self, service: RunningService, stores: Stores
    ) -> None:
        """LESSONS 23: any walk beside a plain model; at its end all is undone."""
        names = [f"p{number}" for number in range(6)]
        buyers = [person(name, phone=PHONE, phone_verified=name == "p0") for name in names]
        batch = [order(f"A-{buyer.shop_ref}", customer=buyer) for buyer in buyers]
        await stores.orders.ingest(SHOP, batch, None)
        ids = await ids_of(service, *names)
        async with stores.db.read(SHOP) as tx:
            before = await tx.value(EVERYTHING)
        rng = random.Random(23)  # noqa: S311  a reproducible walk
        holding: dict[UUID, tuple[UUID, UUID]] = {}
        async with service.client(Scope.AGENT) as client:
            for _ in range(60):
                if holding and rng.random() < 0.45:
                    gone = rng.choice([*holding])
                    await self._undo(client, holding.pop(gone)[0], gone)
                else:
                    number = rng.randrange(1, len(ids))
                    body = {"other_id": wire(ids[number]), "order_reference": f"A-p{number}"}
                    made = await post(client, f"{wire(ids[0])}/merges", **body)
                    merge = Merge.model_validate_json(made.content)
                    holding[merge.id] = (merge.customer_id, merge.other_id)
                async with stores.db.read(SHOP) as tx:
                    assert await tx.value(SAME_PEOPLE) == _told(ids, [*holding.values()])
            for merge_id in rng.sample([*holding], len(holding)):
                await self._undo(client, holding[merge_id][1], merge_id)
        async with stores.db.read(SHOP) as tx:
            assert await tx.value(EVERYTHING) == before

    @staticmethod
    async def _undo(client: httpx.AsyncClient, customer_id: UUID, merge_id: UUID) -> None:
        path = f"{wire(customer_id)}/merges/{encode(IdKind.MERGE, merge_id)}/undo"
        assert (await post(client, path)).status_code == 200


def _told(ids: Sequence[UUID], merges: Sequence[tuple[UUID, UUID]]) -> str:
    """Return for each customer the oldest of the same person, by a union of sets."""
    groups = [{one} for one in ids]
    for pair in merges:
        met = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in met] + [set().union(*met)]
    oldest = {one: min(group) for group in groups for one in group}
    return " ".join("-" if oldest[one] == one else str(oldest[one]) for one in sorted(ids))


class TestMayBe:
    async def test_typed_address_shows_a_hint_to_the_agent_and_nothing_is_done_by_it(
        self, service: RunningService, stores: Stores
    ) -> None:
        """LESSONS 24 (ChatterMate GHSA-rfh4-6ghv-m2rr)."""
        await stores.orders.ingest(
            SHOP,
            [
                order("A-1", customer=person("anna", email=MAIL, phone=PHONE)),
                order("A-2", customer=person("eve", name="Eve", email=MAIL)),
            ],
            None,
        )
        typed = CustomerRef(kind=IdentityKind.EMAIL, value=MAIL, verified=False)
        assert await service.card(CardRequest(shop_id=SHOP, customer=typed)) is None
        eve = await card_of(service, ref("eve"))
        assert [one.reference for one in eve.orders] == ["A-2"]
        (hint,) = eve.may_be
        assert (hint.name, hint.same) == ("Anna Kos", (IdentityKind.EMAIL,))
        async with service.client(Scope.AGENT) as client:
            known = await person_of(client, eve.customer.id)
            body = {"other_id": wire(hint.customer_id), "order_reference": "A-1"}
            refused = await post(client, f"{wire(eve.customer.id)}/merges", **body)
        assert [(one.value, one.verified) for one in known.identities] == [
            (MAIL, False),
            ("eve", True),
        ]
        assert refused.json()["code"] == "no_evidence"


class TestAnothersIds:
    async def test_another_shops_customer_or_merge_looks_like_one_that_does_not_exist(
        self, service: RunningService, stores: Stores
    ) -> None:
        """LESSONS 25 (Chatwoot CVE-2026-115725; Rocket.Chat loadHistory)."""
        proven = [person(name, email=MAIL, email_verified=True) for name in ("anna", "a.kos")]
        await stores.orders.ingest(
            SHOP, [order(f"A-{one.shop_ref}", customer=one) for one in proven], None
        )
        (mine,) = await ids_of(service, "anna")
        async with service.client(Scope.AGENT) as client:
            (merge,) = (await person_of(client, mine)).merges
        told = []
        for customer_id, merge_id in ((mine, merge.id), (new_id(), new_id())):
            path = wire(customer_id)
            undo = f"{path}/merges/{encode(IdKind.MERGE, merge_id)}/undo"
            async with service.client(Scope.AGENT, shop_id=OTHER_SHOP) as eve:
                answers = [
                    await eve.get(f"/v1/customers/{path}/identities"),
                    await post(eve, f"{path}/merges", other_id=path),
                    await post(eve, undo),
                ]
            told.append([(one.status_code, one.json()["detail"]) for one in answers])
        assert told[0] == told[1]
        assert {status for status, _ in told[0]} == {404}

    @pytest.mark.parametrize("scope", [Scope.CUSTOMERS_READ, Scope.ORDERS_WRITE])
    async def test_only_agents_merge(self, service: RunningService, scope: Scope) -> None:
        async with service.client(scope) as client:
            refused = await post(client, f"{wire(new_id())}/merges", other_id=wire(new_id()))
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
