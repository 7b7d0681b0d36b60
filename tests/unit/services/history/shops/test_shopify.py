"""Shopify: whose signature counts, and what its objects become."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.history.shops.platforms import PLATFORMS
from services.history.shops.shopify import SIGNATURE, STORE, TOPIC, parse, verify
from services.history.shops.told import Ignored, Link, UnreadableError, without_nul
from shared.contracts.orders import IngestCart, IngestOrder, IngestProduct
from shared.kernel.clock import from_iso
from shared.kernel.vocabulary import OrderStatus, PaymentStatus, ReturnStatus, ShipmentStatus
from tests.support import shopify
from tests.support.clock import START
from tests.support.real_data import real_data

LINK = Link(shopify.STORE, shopify.SECRET)
BODY = b'{"id": 1}'


def read(topic: str, told: dict[str, Any], link: Link = LINK) -> Any:
    return parse(link, {TOPIC: topic}, shopify.raw(told))


def order(**changes: Any) -> IngestOrder:
    found = read("orders/updated", shopify.order(1, **changes))
    assert isinstance(found, IngestOrder)
    return found


class TestVerify:
    def test_signature_of_the_connections_secret_counts(self) -> None:
        assert verify(LINK, shopify.signed(BODY, "orders/create"), BODY, START)

    @pytest.mark.parametrize(
        "changes",
        [
            {SIGNATURE: ""},
            {SIGNATURE: "é"},
            {SIGNATURE: "AAAA"},
            {STORE: "another.myshopify.com"},
            {STORE: ""},
        ],
        ids=str,
    )
    def test_any_other_head_is_refused(self, changes: dict[str, str]) -> None:
        assert not verify(LINK, shopify.signed(BODY, "orders/create") | changes, BODY, START)

    def test_one_other_byte_or_another_secret_is_refused(self) -> None:
        signed = shopify.signed(BODY, "orders/create")
        assert not verify(LINK, signed, BODY + b" ", START)
        assert not verify(LINK, shopify.signed(BODY, "orders/create", secret="no"), BODY, START)
        assert not verify(LINK, {}, BODY, START)


class TestOrders:
    def test_order_is_read_whole(self) -> None:
        found = order(minutes=3)
        assert (found.reference, found.number) == ("4500000001", "#1001")
        assert (found.currency, found.total_minor) == ("EUR", 5_990)
        assert found.placed_at == from_iso(shopify.at(0))
        assert found.updated_at == from_iso(shopify.at(3))
        assert found.cart_reference == "token-1"
        person = found.customer
        assert (person.shop_ref, person.name, person.city) == ("7001", "Anna Kos 1", "Delft")
        assert (person.email, person.locale) == ("c1@mail.example", "nl-NL")
        assert [(one.product_ref, one.variant) for one in found.lines] == [
            ("632", "green"),
            ("633", None),
        ]

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"financial_status": "pending"}, OrderStatus.CREATED),
            ({}, OrderStatus.PAID),
            ({"fulfillment_status": "partial"}, OrderStatus.PROCESSING),
            ({"fulfillment_status": "fulfilled"}, OrderStatus.SHIPPED),
            (
                {
                    "fulfillment_status": "fulfilled",
                    "fulfillments": [shopify.fulfillment(1, minutes=5, carrier="delivered")],
                },
                OrderStatus.DELIVERED,
            ),
            ({"cancelled_at": shopify.at(9)}, OrderStatus.CANCELLED),
        ],
        ids=str,
    )
    def test_status_is_the_same_words_as_every_platforms(
        self, changes: dict[str, Any], status: OrderStatus
    ) -> None:
        assert order(**changes).status is status

    @pytest.mark.parametrize(
        ("currency", "price", "minor"), [("JPY", "1200", 1_200), ("KWD", "1.250", 1_250)]
    )
    def test_money_has_its_currencys_decimals(self, currency: str, price: str, minor: int) -> None:
        told = order(currency=currency, total_price=price, line_items=[])
        assert told.total_minor == minor

    def test_order_of_a_guest_is_a_customer_of_its_own(self) -> None:
        told = order(customer=None, email=None, phone="+31612345678")
        assert told.customer.shop_ref == "guest/4500000001"
        assert (told.customer.name, told.customer.phone) == (None, "+31612345678")

    def test_customers_of_two_platforms_may_be_told_apart(self) -> None:
        link = Link(shopify.STORE, shopify.SECRET, customers_as="shopify:")
        found = read("orders/create", shopify.order(1), link)
        assert found.customer.shop_ref == "shopify:7001"

    def test_address_too_long_to_be_one_is_left_out(self) -> None:
        assert order(email="a" * 300, customer={"id": 7}).customer.email is None

    def test_line_taken_out_again_is_no_line(self) -> None:
        kept = order(line_items=[shopify.line(1, quantity=0), shopify.line(2, product_id=None)])
        assert [(one.line_no, one.product_ref) for one in kept.lines] == [(2, "")]


class TestParts:
    @pytest.mark.parametrize(
        ("changes", "status", "amount"),
        [
            ({"financial_status": "paid"}, PaymentStatus.PAID, 5_990),
            ({"financial_status": "authorized"}, PaymentStatus.PENDING, 5_990),
            ({"financial_status": "expired"}, PaymentStatus.FAILED, 5_990),
            ({"financial_status": "voided"}, PaymentStatus.VOIDED, 5_990),
            (
                {"financial_status": "partially_paid", "total_outstanding": "20.00"},
                PaymentStatus.PAID,
                3_990,
            ),
        ],
        ids=str,
    )
    def test_payment_is_one_sum(
        self, changes: dict[str, Any], status: PaymentStatus, amount: int
    ) -> None:
        (payment,) = order(**changes).parts.payments
        assert (payment.status, payment.amount_minor) == (status, amount)
        assert payment.method == "shopify_payments"

    def test_order_that_says_nothing_of_money_has_no_payment(self) -> None:
        assert order(financial_status=None).parts.payments == ()

    def test_refund_is_what_went_back_with_what_came_back(self) -> None:
        parts = order(refunds=[shopify.refund(1, line_id=11, minutes=6)]).parts
        (refund,), (back,) = parts.refunds, parts.returns
        assert (refund.amount_minor, refund.reason) == (2_995, "The lid leaks.")
        assert (back.status, back.reason) == (ReturnStatus.RECEIVED, "The lid leaks.")
        assert [(one.line_no, one.quantity) for one in back.lines] == [(1, 1)]

    def test_refund_of_goods_that_stayed_is_no_return(self) -> None:
        told = shopify.refund(1, line_id=4_711, minutes=6)
        assert order(refunds=[told]).parts.returns == ()

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"shipment_status": "in_transit"}, ShipmentStatus.ON_ITS_WAY),
            ({"shipment_status": "out_for_delivery"}, ShipmentStatus.OUT_FOR_DELIVERY),
            ({"shipment_status": "failure"}, ShipmentStatus.FAILED),
            ({"status": "cancelled"}, ShipmentStatus.CANCELLED),
            ({"status": "pending"}, ShipmentStatus.PENDING),
            ({}, ShipmentStatus.ON_ITS_WAY),
        ],
        ids=str,
    )
    def test_parcel_is_where_its_carrier_says(
        self, changes: dict[str, Any], status: ShipmentStatus
    ) -> None:
        told = shopify.fulfillment(1, minutes=4) | changes
        (parcel,) = order(fulfillments=[told]).parts.shipments
        assert parcel.status is status
        assert (parcel.carrier, parcel.delivered_at) == ("PostNL", None)

    def test_promise_and_delivery_of_a_parcel_are_kept(self) -> None:
        told = shopify.fulfillment(1, minutes=4, carrier="delivered")
        (parcel,) = order(
            fulfillments=[told | {"estimated_delivery_at": shopify.at(3)}]
        ).parts.shipments
        assert parcel.promised_at == from_iso(shopify.at(3))
        assert parcel.delivered_at == from_iso(shopify.at(4))

    def test_tracking_address_that_a_browser_would_run_is_left_out(self) -> None:
        """LESSONS 29."""
        told = shopify.fulfillment(1, minutes=4) | {"tracking_url": "javascript:alert(1)"}
        (parcel,) = order(fulfillments=[told]).parts.shipments
        assert parcel.tracking_url is None


class TestCartsAndProducts:
    def test_checkout_is_a_cart(self) -> None:
        ((_, told), *_) = shopify.life(1)
        cart = read("checkouts/create", told)
        assert isinstance(cart, IngestCart)
        assert (cart.reference, cart.shop_ref, cart.total_minor) == ("token-1", "7001", 5_990)
        assert cart.completed_at is None

    def test_cart_of_nobody_is_ignored(self) -> None:
        ((_, told), *_) = shopify.life(1)
        assert isinstance(read("checkouts/create", told | {"customer": None}), Ignored)

    def test_product_has_its_first_picture(self) -> None:
        told = {
            "id": 632,
            "title": "Tea kettle",
            "updated_at": shopify.at(0),
            "handle": "tea-kettle",
            "image": {"src": "data:x"},
            "images": [{"src": "https://cdn.example/1.jpg"}, {"src": "https://cdn.example/2.jpg"}],
        }
        product = read("products/update", told)
        assert isinstance(product, IngestProduct)
        assert product.picture_url == "https://cdn.example/1.jpg"
        assert product.url == f"https://{shopify.STORE}/products/tea-kettle"
        bare = read("products/update", {"id": 1, "title": "T", "updated_at": shopify.at(0)})
        assert (bare.picture_url, bare.url) == (None, None)


class TestUnreadable:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"total_price": "-1.00"}, "is negative"),
            ({"total_price": "9" * 14}, "absurdly large"),
            ({"currency": "XQQ"}, "not known"),
            ({"created_at": "2026-11-01T10:00:00"}, "has no time zone"),
            ({"created_at": "1066-10-14T10:00:00Z"}, "placed_at"),
            ({"line_items": [shopify.line(1, quantity=10**9)]}, "quantity"),
            ({"line_items": [shopify.line(n) for n in range(10_001)]}, "line_items"),
            ({"id": "x"}, "id:"),
        ],
        ids=lambda value: str(value)[:60],
    )
    def test_order_that_cannot_be_kept_says_why(self, changes: dict[str, Any], reason: str) -> None:
        with pytest.raises(UnreadableError, match=reason):
            order(**changes)

    @pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"null", b'{"id": 1'], ids=repr)
    def test_body_that_is_no_order_says_so(self, body: bytes) -> None:
        with pytest.raises(UnreadableError, match="is no order of Shopify"):
            parse(LINK, {TOPIC: "orders/create"}, body)

    def test_other_topics_are_ignored(self) -> None:
        assert isinstance(read("app/uninstalled", {}), Ignored)
        assert isinstance(parse(LINK, {}, b"{}"), Ignored)

    def test_zero_bytes_are_left_out(self) -> None:
        assert order(note="a\0b").note == "ab"
        assert without_nul(rb'"\\u0000"') == rb'"\\u0000"', "a backslash and letters"
        assert without_nul(rb'"\\\u0000"') == rb'"\\"'


class TestPages:
    """What a page of the back-fill's lists is read as what a webhook of it says."""

    @pytest.mark.parametrize(
        ("resource", "topic", "told"),
        [
            ("orders", "orders/updated", shopify.order(1)),
            ("checkouts", "checkouts/update", shopify.life(1)[0][1]),
            (
                "products",
                "products/update",
                {"id": 1, "title": "T", "updated_at": shopify.at(0)},
            ),
        ],
        ids=["orders", "checkouts", "products"],
    )
    def test_object_of_a_page_is_the_webhooks(
        self, resource: str, topic: str, told: dict[str, Any]
    ) -> None:
        of_a_page = PLATFORMS["shopify"].resources[resource](LINK, told)
        assert isinstance(of_a_page, IngestOrder | IngestCart | IngestProduct)
        assert of_a_page == read(topic, told)


class TestRealSamples:
    def test_samples_of_the_platform_are_read(self) -> None:
        folder = real_data("payloads") / "shopify"
        readers = PLATFORMS["shopify"].resources
        one = json.loads((folder / "order.json").read_text())["order"]
        order_read = readers["orders"](LINK, one)
        assert isinstance(order_read, IngestOrder)
        assert (order_read.number, order_read.total_minor) == ("#1001", 40_994)
        assert len(order_read.lines) == 3
        for told in json.loads((folder / "orders.json").read_text())["orders"]:
            assert isinstance(readers["orders"](LINK, told), IngestOrder)
        for told in json.loads((folder / "checkouts.json").read_text())["checkouts"]:
            assert isinstance(readers["checkouts"](LINK, told), IngestCart)
