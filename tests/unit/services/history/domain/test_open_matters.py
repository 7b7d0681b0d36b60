"""What is open now, how often it made the customer write, and what routing may know of it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from services.history.domain.open_matters import (
    CART_DAYS,
    DAY_MS,
    facts_of,
    open_matters,
    repetition,
)
from shared.contracts.cards import CardFacts, OpenMatter, Repetition
from shared.contracts.orders import OrderParts, Payment, Return
from shared.kernel.vocabulary import MatterKind, OrderStatus, PaymentStatus, ReturnStatus
from tests.support.clock import START

CART = {"updated_at": START - DAY_MS, "currency": "EUR", "total_minor": 12_900, "lines": 2}


def an_order(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An order as it is stored."""
    parts: OrderParts = changes.pop("parts", OrderParts())
    return {
        "id": str(UUID(int=number)),
        "reference": f"A-{number}",
        "number": None,
        "status": OrderStatus.SHIPPED.value,
        "placed_at": START - 9 * DAY_MS,
        "promised_at": None,
        "delivered_at": None,
        "currency": "EUR",
        "total_minor": 2_995,
        "parts": json.loads(parts.model_dump_json(exclude_defaults=True)),
        **changes,
    }


def payment(status: PaymentStatus) -> Payment:
    return Payment(reference="P", status=status, amount_minor=2_995, at=START)


def goods_back(status: ReturnStatus) -> Return:
    return Return(reference="R", status=status, opened_at=START - 1)


class TestOrders:
    def test_parcel_is_late_by_each_begun_day_until_it_is_there(self) -> None:
        promised = START - 2 * DAY_MS - 1
        late = an_order(2, promised_at=promised)
        there = an_order(promised_at=promised, delivered_at=START - 1)
        assert open_matters([late, there], None, START) == (
            OpenMatter(
                kind=MatterKind.LATE_PARCEL,
                order_id=UUID(int=2),
                order="A-2",
                days=3,
                since=promised,
            ),
        )
        assert open_matters([late], None, promised) == ()

    def test_order_is_called_by_its_number_where_it_has_one(self) -> None:
        late = an_order(2, promised_at=START - 1) | {"number": "#1002"}
        assert [one.order for one in open_matters([late], None, START)] == ["#1002"]

    def test_return_is_open_until_the_goods_are_there(self) -> None:
        back = OrderParts(returns=(goods_back(ReturnStatus.RECEIVED),))
        assert open_matters([an_order(parts=back)], None, START) == ()
        coming = OrderParts(
            returns=(*back.returns, goods_back(ReturnStatus.ON_ITS_WAY), *back.returns)
        )
        (matter,) = open_matters([an_order(parts=coming)], None, START)
        assert (matter.kind, matter.since) == (MatterKind.RETURN_UNDER_WAY, START - 1)

    def test_payment_has_failed_when_the_last_try_did_and_none_went_well(self) -> None:
        failed, paid = payment(PaymentStatus.FAILED), payment(PaymentStatus.PAID)
        created = OrderStatus.CREATED
        for tries, status, open_now in (
            ((failed,), created, True),
            ((failed, failed), created, True),
            ((failed, paid), created, False),
            ((paid, failed), created, False),
            ((failed, payment(PaymentStatus.PENDING)), created, False),
            ((failed,), OrderStatus.CANCELLED, False),
        ):
            order = an_order(status=status, parts=OrderParts(payments=tries))
            kinds = [one.kind for one in open_matters([order], None, START)]
            assert kinds == [MatterKind.PAYMENT_FAILED] * open_now


class TestCart:
    def test_cart_is_in_progress_while_somebody_touched_it_lately(self) -> None:
        (matter,) = open_matters([], CART, START)
        assert (matter.kind, matter.amount_minor) == (MatterKind.CART_IN_PROGRESS, 12_900)
        assert open_matters([], CART, START + CART_DAYS * DAY_MS) == ()


class TestRepetition:
    def test_third_contact_in_seven_days_is_one_and_names_the_order_it_is_mostly_about(
        self,
    ) -> None:
        order = an_order()
        recent = [
            {"ended_at": START - DAY_MS, "order_ids": [order["id"], str(UUID(int=9))]},
            {"ended_at": START - 2 * DAY_MS, "order_ids": [order["id"]]},
            {"ended_at": START - 8 * DAY_MS, "order_ids": [str(UUID(int=9))]},
        ]
        again = Repetition(contacts=2, days=7, order_id=UUID(int=1), order="A-1", about_order=2)
        assert repetition(recent, [order], START) == again
        assert repetition(recent[1:], [order], START) is None

    def test_contacts_about_no_order_count_too(self) -> None:
        recent = [{"ended_at": START - hours, "order_ids": []} for hours in (1, 2)]
        assert repetition(recent, [], START) == Repetition(contacts=2, days=7)


class TestFacts:
    def test_routing_is_told_values_and_nobodys_name(self) -> None:
        tries = OrderParts(
            payments=(payment(PaymentStatus.FAILED),), returns=(goods_back(ReturnStatus.APPROVED),)
        )
        late = an_order(promised_at=START - 1, parts=tries)
        matters = open_matters([late], CART, START)
        assert facts_of(matters, Repetition(contacts=3, days=7)) == CardFacts(
            late_parcel=True,
            late_days=1,
            return_under_way=True,
            payment_failed=True,
            repeat_contacts=3,
            cart_value_minor=12_900,
            cart_currency="EUR",
        )
        assert facts_of((), None) == CardFacts()
