"""What is late, and when an order is the same as before."""

from __future__ import annotations

from typing import Any

import pytest

from services.history.domain.digests import digest_of
from services.history.domain.orders import is_late
from shared.kernel.vocabulary import OrderStatus
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
