"""What is late, and when an order is the same as before."""

from __future__ import annotations

from typing import Any

import pytest

from services.history.domain.digests import digest_of
from services.history.domain.orders import is_late, outcome_of
from shared.contracts.orders import OrderParts, Payment, Refund, Return, Shipment
from shared.kernel.vocabulary import OrderStatus, PaymentStatus, ReturnStatus, ShipmentStatus
from tests.support.clock import START
from tests.support.orders import line, order, person

COMING = [OrderStatus.CREATED, OrderStatus.PAID, OrderStatus.PROCESSING, OrderStatus.SHIPPED]


class TestLate:
    def test_order_delivered_after_its_promise_is_late(self) -> None:
        assert is_late(OrderStatus.DELIVERED, START, START + 1, START + 2)

    def test_order_delivered_at_the_promised_instant_is_not_late(self) -> None:
        assert not is_late(OrderStatus.DELIVERED, START, START, START + 99)

    @pytest.mark.parametrize("status", COMING)
    def test_order_still_to_come_is_late_once_its_promise_has_passed(
        self, status: OrderStatus
    ) -> None:
        assert not is_late(status, START, None, START)
        assert is_late(status, START, None, START + 1)

    @pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.UNAVAILABLE])
    def test_order_of_which_nothing_comes_is_never_late(self, status: OrderStatus) -> None:
        assert not is_late(status, START, None, START + 1)
        assert not is_late(status, START, START + 1, START + 2)

    def test_order_delivered_at_an_unknown_time_is_not_late(self) -> None:
        assert not is_late(OrderStatus.DELIVERED, START, None, START + 1)

    def test_order_without_a_promise_is_not_late(self) -> None:
        assert not is_late(OrderStatus.SHIPPED, None, None, START)


class TestDigest:
    def test_equal_orders_have_equal_digests(self) -> None:
        assert digest_of(order()) == digest_of(order())
        assert len(digest_of(order())) == 64

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": OrderStatus.SHIPPED},
            {"delivered_at": None},
            {"customer": person(city="Gent")},
            {"lines": (line(unit_price_minor=1),)},
            {"review_text": "x"},
            {"refunded_minor": 1},
            {"note": "x"},
        ],
        ids=str,
    )
    def test_any_change_changes_the_digest(self, changes: dict[str, Any]) -> None:
        assert digest_of(order(**changes)) != digest_of(order())


def parcel(reference: str = "S-1", **changes: Any) -> Shipment:
    told = {"reference": reference, "status": ShipmentStatus.ON_ITS_WAY, "promised_at": START}
    return Shipment(**{**told, **changes})


def silent(*, total_minor: int = 100, **parts: Any) -> Any:
    """An order that says of itself nothing that its parts could say."""
    return order(
        promised_at=None, delivered_at=None, total_minor=total_minor, parts=OrderParts(**parts)
    )


class TestOutcome:
    def test_last_promise_counts_and_no_parcel_that_failed(self) -> None:
        failed = parcel("S-3", promised_at=START + 9, status=ShipmentStatus.FAILED)
        told = outcome_of(
            silent(shipments=(parcel(), parcel("S-2", promised_at=START + 5), failed))
        )
        assert told.promised_at == START + 5

    def test_order_has_come_when_all_of_it_has(self) -> None:
        here = parcel(status=ShipmentStatus.DELIVERED, delivered_at=START + 1)
        later = parcel("S-2", status=ShipmentStatus.DELIVERED, delivered_at=START + 2)
        assert outcome_of(silent(shipments=(here, parcel("S-2")))).delivered_at is None
        assert outcome_of(silent(shipments=(here, later))).delivered_at == START + 2
        assert outcome_of(silent()).delivered_at is None

    def test_refunds_add_up_to_the_total_at_most(self) -> None:
        refunds = tuple(
            Refund(reference=f"R-{number}", amount_minor=60, refunded_at=START)
            for number in range(2)
        )
        assert outcome_of(silent(refunds=refunds, total_minor=500)).refunded_minor == 120
        assert outcome_of(silent(refunds=refunds)).refunded_minor == 100

    def test_goods_came_back_when_the_shop_has_them(self) -> None:
        asked = Return(reference="T-1", status=ReturnStatus.REQUESTED, opened_at=START)
        came = Return(
            reference="T-2", status=ReturnStatus.RECEIVED, opened_at=START, received_at=START + 3
        )
        assert outcome_of(silent(returns=(asked,))).returned_at is None
        assert outcome_of(silent(returns=(asked, came))).returned_at == START + 3

    def test_orders_own_word_is_taken_first(self) -> None:
        told = order(
            promised_at=START + 7, refunded_minor=5, parts=OrderParts(shipments=(parcel(),))
        )
        outcome = outcome_of(told)
        assert (outcome.promised_at, outcome.refunded_minor) == (START + 7, 5)

    def test_payments_change_nothing_of_it(self) -> None:
        failed = Payment(reference="P", status=PaymentStatus.FAILED, amount_minor=100)
        assert outcome_of(silent(payments=(failed,))) == outcome_of(silent())
