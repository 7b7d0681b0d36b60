"""What any shop may send: whose signature counts, and what its objects become."""

from __future__ import annotations

from typing import Any

import pytest

from services.history.shops.generic import SIGNATURE, TIMESTAMP, parse, read_order, verify
from services.history.shops.platforms import PLATFORMS
from services.history.shops.told import Ignored, Link, UnreadableError
from shared.contracts.orders import IngestCart, IngestOrder, IngestProduct
from shared.kernel.vocabulary import OrderStatus
from tests.support import generic
from tests.support.clock import START

LINK = Link(generic.STORE, generic.SECRET)
BODY = generic.raw("order.updated", generic.order(1))


def read(kind: str, data: Any, link: Link = LINK) -> Any:
    return parse(link, {}, generic.raw(kind, data))


class TestVerify:
    def test_signature_of_the_connections_secret_counts(self) -> None:
        assert verify(LINK, generic.signed(BODY), BODY, START)

    def test_one_good_signature_of_several_is_enough(self) -> None:
        """Standard Webhooks: a secret that is being changed signs beside the new one."""
        signed = generic.signed(BODY)
        signed[SIGNATURE] = f"v1,bm9uZQ== {signed[SIGNATURE]}"
        assert verify(LINK, signed, BODY, START)

    @pytest.mark.parametrize("secret", ["a plain secret", "whsec_no base64!"])
    def test_any_other_secret_signs_as_it_stands(self, secret: str) -> None:
        signed = generic.signed(BODY, key=secret.encode())
        assert verify(Link(generic.STORE, secret), signed, BODY, START)

    def test_message_sent_again_later_with_its_old_head_is_refused(self) -> None:
        signed = generic.signed(BODY)
        assert verify(LINK, signed, BODY, START + 300_000)
        assert not verify(LINK, signed, BODY, START + 301_000)
        assert not verify(LINK, signed, BODY, START - 301_000)

    @pytest.mark.parametrize(
        "changes",
        [
            {SIGNATURE: ""},
            {SIGNATURE: "v1,é"},
            {SIGNATURE: "v2,abc"},
            {TIMESTAMP: "now"},
            {TIMESTAMP: str(START // 1000 + 1)},
            {"webhook-id": "another"},
        ],
        ids=str,
    )
    def test_any_other_head_is_refused(self, changes: dict[str, str]) -> None:
        assert not verify(LINK, generic.signed(BODY) | changes, BODY, START)

    def test_one_other_byte_or_another_secret_is_refused(self) -> None:
        assert not verify(LINK, generic.signed(BODY), BODY + b" ", START)
        assert not verify(LINK, generic.signed(BODY, key=b"another"), BODY, START)
        assert not verify(LINK, {}, BODY, START)


class TestBodies:
    def test_order_is_the_one_that_the_endpoint_takes(self) -> None:
        order = read("order.updated", generic.order(1))
        assert isinstance(order, IngestOrder)
        assert (order.platform, order.reference, order.status) == (
            "generic",
            "G-1",
            OrderStatus.PAID,
        )
        named = read("order.created", generic.order(1) | {"platform": "till"})
        assert named.platform == "till"

    def test_cart_and_product_are_read_too(self) -> None:
        assert isinstance(read("cart.updated", generic.cart(1)), IngestCart)
        product = {"reference": "P-1", "title": "Kettle", "updated_at": generic.at(0)}
        assert isinstance(read("product.updated", product), IngestProduct)

    def test_customers_of_several_platforms_are_kept_apart(self) -> None:
        link = Link(generic.STORE, generic.SECRET, customers_as="till:")
        assert read("order.updated", generic.order(1), link).customer.shop_ref == "till:c1"
        assert read("cart.updated", generic.cart(1), link).shop_ref == "till:c1"
        product = {"reference": "P-1", "title": "Kettle", "updated_at": generic.at(0)}
        assert read("product.updated", product, link).reference == "P-1"

    def test_type_of_no_use_is_ignored(self) -> None:
        assert isinstance(read("refund.created", {}), Ignored)

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (None, "has no object as its data"),
            (generic.order(1, customer=None), "makes no order: customer"),
            (generic.order(1, total_minor=-1), "makes no order: total_minor"),
            (generic.order(1, total_minor=10**14), "makes no order: total_minor: .* less"),
            (generic.order(1, currency="ABC"), "makes no order: currency"),
            (generic.order(1, note="\ud800"), "is no JSON"),
            (generic.order(1, lines=[generic.line(1)] * 10_001), "makes no order: lines"),
            (generic.order(1, refunded_minor=10**6), "makes no order: the whole"),
            (generic.order(1, updated_at=None), "has no updated_at"),
        ],
        ids=lambda one: one if isinstance(one, str) else "",
    )
    def test_what_cannot_be_kept_is_refused_with_a_reason(self, data: Any, reason: str) -> None:
        with pytest.raises(UnreadableError, match=reason):
            read("order.updated", data)

    @pytest.mark.parametrize("body", [b'{"type": "order.upd', b"\xff", b"[]", b"1"])
    def test_what_is_no_object_is_refused(self, body: bytes) -> None:
        with pytest.raises(UnreadableError, match="is no JSON"):
            parse(LINK, {}, body)

    def test_line_of_a_file_is_of_the_platform_that_was_named(self) -> None:
        assert read_order(generic.json_of(generic.order(2)), "erp").platform == "erp"

    def test_platform_is_known(self) -> None:
        assert PLATFORMS["generic"].topics[0] == "order.created"
