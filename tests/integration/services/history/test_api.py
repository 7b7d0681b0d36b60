"""History's endpoints: who may call them, what they answer, what they refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from shared.contracts.cards import Card, CardRequest
from shared.contracts.items import CustomerRef, IdentityKind
from shared.contracts.orders import IngestBatch
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope
from shared.kit.new_ids import new_id
from tests.support.history import OTHER_SHOP, SHOP, URL
from tests.support.orders import order

if TYPE_CHECKING:
    from tests.support.history import RunningService

BATCHES = "/v1/orders/batches"
SOURCE = "ab" * 32
LINE = {
    "line_no": 1,
    "product_ref": "P",
    "title": "T",
    "quantity": 1,
    "unit_price_minor": 1,
}


def body(**changes: Any) -> dict[str, Any]:
    """A batch of one good order, as JSON, with the order's fields changed."""
    batch: dict[str, Any] = json.loads(IngestBatch(orders=(order(),)).to_json())
    batch["orders"][0] |= changes
    return batch


async def known_customer(service: RunningService) -> str:
    async with service.client(Scope.ORDERS_WRITE) as client:
        assert (await client.post(BATCHES, json=body())).status_code == 200
    ref = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="anna", verified=True)
    card = await service.card(CardRequest(shop_id=SHOP, customer=ref))
    assert card is not None
    return encode(IdKind.CUSTOMER, card.customer.id)


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code)


class TestBatches:
    async def test_shop_sends_orders_and_hears_what_changed(self, service: RunningService) -> None:
        async with service.client(Scope.ORDERS_WRITE) as client:
            first = await client.post(BATCHES, json=body())
            again = await client.post(BATCHES, json=body())
        assert first.json() == {"created": 1, "updated": 0, "unchanged": 0, "outdated": 0}
        assert again.json() == {"created": 0, "updated": 0, "unchanged": 1, "outdated": 0}

    async def test_caller_without_the_scope_is_refused(self, service: RunningService) -> None:
        async with service.client(Scope.AGENT) as client:
            assert_problem(await client.post(BATCHES, json=body()), 403, "forbidden")
        async with httpx.AsyncClient(transport=service.transport(), base_url=URL) as nobody:
            assert_problem(await nobody.post(BATCHES, json=body()), 401, "not_signed_in")

    @pytest.mark.parametrize(
        "changes",
        [
            {"total_minor": -1},
            {"total_minor": 10**14},
            {"total_minor": "29.95"},
            {"total_minor": "0e1"},
            {"currency": "eur"},
            {"currency": "XQQ"},
            {"parts": {"refunds": [{"reference": "R", "amount_minor": -1}]}},
            {"lines": [LINE | {"picture_url": "javascript:alert(1)"}]},
            {"placed_at": "2018-04-16 08:16:46"},
            {"placed_at": "yesterday"},
            {"placed_at": 10**30},
            {"placed_at": 1_523_866_606_000},
            {"status": "canceled"},
            {"reference": ""},
            {"reference": ["A-1"]},
            {"reference": "A\u0000"},
            {"customer": {"name": "Anna"}},
            {"lines": [LINE, LINE]},
            {"lines": [LINE | {"quantity": 0}]},
            {"review_score": 6},
            {"colour": "red"},
        ],
        ids=str,
    )
    async def test_bad_field_is_refused_and_nothing_is_kept(
        self, service: RunningService, changes: dict[str, Any]
    ) -> None:
        """LESSONS 30: a field of another type is refused the same way everywhere."""
        batch = body()
        batch["orders"].append(body(reference="A-2")["orders"][0] | changes)
        async with service.client(Scope.ORDERS_WRITE) as client:
            assert_problem(await client.post(BATCHES, json=batch), 422, "invalid_request")
            good = await client.post(BATCHES, json=body())
        assert good.json()["created"] == 1

    async def test_batch_that_names_an_order_twice_is_refused(
        self, service: RunningService
    ) -> None:
        batch = body()
        batch["orders"] *= 2
        async with service.client(Scope.ORDERS_WRITE) as client:
            assert_problem(await client.post(BATCHES, json=batch), 422, "invalid_request")

    async def test_empty_or_overlong_batch_is_refused(self, service: RunningService) -> None:
        many = [body(reference=f"A-{number}")["orders"][0] for number in range(501)]
        async with service.client(Scope.ORDERS_WRITE) as client:
            for orders in ([], many):
                refused = await client.post(BATCHES, json={"orders": orders})
                assert_problem(refused, 422, "invalid_request")

    async def test_markup_stays_the_text_it_was(self, service: RunningService) -> None:
        """LESSONS 29: whoever shows it must show it as text; we neither run nor mend it."""
        text = "<script>alert('x')</script> & 'quotes'; DROP TABLE orders --"
        customer = await known_customer(service)
        async with service.client(Scope.ORDERS_WRITE) as client:
            await client.post(BATCHES, json=body(review_text=text))
        async with service.client(Scope.AGENT) as client:
            answer = await client.get(f"/v1/customers/{customer}")
        assert answer.json()["orders"][0]["review_text"] == text
        assert answer.headers["content-type"] == "application/json"


class TestImports:
    async def test_import_tells_where_to_go_on(self, service: RunningService) -> None:
        checkpoint = {"source": SOURCE, "next_batch": 3}
        async with service.client(Scope.ORDERS_WRITE) as client:
            before = await client.get(f"/v1/orders/imports/{SOURCE}")
            await client.post(BATCHES, json=body() | {"checkpoint": checkpoint})
            after = await client.get(f"/v1/orders/imports/{SOURCE}")
        assert before.json() == {"source": SOURCE, "next_batch": 0}
        assert after.json() == checkpoint

    async def test_source_that_is_no_digest_is_no_address(self, service: RunningService) -> None:
        async with service.client(Scope.ORDERS_WRITE) as client:
            refused = await client.get("/v1/orders/imports/everything")
        assert_problem(refused, 404, "not_found")


class TestCard:
    @pytest.mark.parametrize("scope", [Scope.AGENT, Scope.CUSTOMERS_READ])
    async def test_reader_gets_the_card(self, service: RunningService, scope: Scope) -> None:
        customer = await known_customer(service)
        async with service.client(scope) as client:
            answer = await client.get(f"/v1/customers/{customer}")
        card = Card.model_validate_json(answer.content)
        assert card.customer.name == "Anna Kos"
        assert [one.reference for one in card.orders] == ["A-1"]

    async def test_another_shops_customer_looks_like_none_at_all(
        self, service: RunningService
    ) -> None:
        """LESSONS 25."""
        customer = await known_customer(service)
        async with service.client(Scope.AGENT, shop_id=OTHER_SHOP) as client:
            theirs = await client.get(f"/v1/customers/{customer}")
            none = await client.get(f"/v1/customers/{encode(IdKind.CUSTOMER, new_id())}")
        assert_problem(theirs, 404, "not_found")
        assert theirs.json() | {"request_id": ""} == none.json() | {"request_id": ""}

    async def test_order_writer_may_not_read_cards(self, service: RunningService) -> None:
        customer = await known_customer(service)
        async with service.client(Scope.ORDERS_WRITE) as client:
            assert_problem(await client.get(f"/v1/customers/{customer}"), 403, "forbidden")


class TestReadiness:
    async def test_running_service_is_ready(self, service: RunningService) -> None:
        async with service.client(Scope.AGENT) as client:
            checks = (await client.get("/ready")).json()["checks"]
        by_name = {check["name"]: check["ok"] for check in checks}
        assert by_name["history.database"]
        assert not by_name["clock"], "the tests' virtual clock is not PostgreSQL's"
