"""What is open between a shop and a customer at an instant, and how often it made them write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from services.history.domain.orders import NOTHING_TO_COME, is_late
from shared.contracts.cards import CardFacts, OpenMatter, Repetition
from shared.kernel.clock import Instant, Millis, from_iso
from shared.kernel.vocabulary import MatterKind, OrderStatus, PaymentStatus, ReturnStatus

StoredOrder: TypeAlias = Mapping[str, Any]
"""An order as a JSON object: its own instants in milliseconds, those of its parts ISO 8601."""

DAY_MS: Millis = 86_400_000
REPEAT_DAYS = 7
"""Days within which coming back is a repetition (the issue that asked for it names seven)."""
REPEATED = 2
"""Contacts in those days from which the next one is called a repetition: it is the third."""
CART_DAYS = 30
"""Days after which a cart that nobody touched is no longer in progress."""
UNDER_WAY = frozenset({ReturnStatus.REQUESTED, ReturnStatus.APPROVED, ReturnStatus.ON_ITS_WAY})


def open_matters(
    orders: Iterable[StoredOrder], cart: Mapping[str, Any] | None, at: Instant
) -> tuple[OpenMatter, ...]:
    """Return what is open now, orders first, newest first."""
    found = [matter for order in orders for matter in _of_order(order, at)]
    if cart is not None and at - cart["updated_at"] < CART_DAYS * DAY_MS:
        in_cart = OpenMatter(
            kind=MatterKind.CART_IN_PROGRESS,
            amount_minor=cart["total_minor"],
            currency=cart["currency"],
            since=cart["updated_at"],
        )
        found.append(in_cart)
    return tuple(found)


def _of_order(order: StoredOrder, at: Instant) -> Iterable[OpenMatter]:
    late_since, back, failed = _late_since(order, at), _coming_back(order), _failed_payment(order)
    if late_since is None and back is None and failed is None:
        return
    whose: dict[str, Any] = {"order_id": UUID(order["id"]), "order": name_of(order)}
    if late_since is not None:
        days = -(-(at - late_since) // DAY_MS)
        yield OpenMatter(kind=MatterKind.LATE_PARCEL, days=days, since=late_since, **whose)
    if back is not None:
        opened_at = from_iso(back["opened_at"])
        yield OpenMatter(kind=MatterKind.RETURN_UNDER_WAY, since=opened_at, **whose)
    if failed is not None:
        tried_at = failed.get("at")
        yield OpenMatter(
            kind=MatterKind.PAYMENT_FAILED,
            amount_minor=failed["amount_minor"],
            currency=order["currency"],
            since=None if tried_at is None else from_iso(tried_at),
            **whose,
        )


def name_of(order: StoredOrder) -> str:
    """Return what people call an order."""
    name: str = order.get("number") or order["reference"]
    return name


def _late_since(order: StoredOrder, at: Instant) -> Instant | None:
    """Return when a parcel was promised that should be there and is not."""
    promised: Instant | None = order["promised_at"]
    overdue = order["delivered_at"] is None and is_late(
        OrderStatus(order["status"]), promised, None, at
    )
    return promised if overdue else None


def _coming_back(order: StoredOrder) -> Mapping[str, Any] | None:
    """Return the first return that is under way."""
    returns: Sequence[Mapping[str, Any]] = order["parts"].get("returns", ())
    return next((one for one in returns if one["status"] in UNDER_WAY), None)


def _failed_payment(order: StoredOrder) -> Mapping[str, Any] | None:
    """Return the last try to pay when it failed and no other went well."""
    tries: Sequence[Mapping[str, Any]] = order["parts"].get("payments", ())
    if not tries or order["status"] in NOTHING_TO_COME:
        return None
    paid = any(one["status"] == PaymentStatus.PAID for one in tries)
    return tries[-1] if tries[-1]["status"] == PaymentStatus.FAILED and not paid else None


def repetition(
    recent: Sequence[Mapping[str, Any]], orders: Sequence[StoredOrder], at: Instant
) -> Repetition | None:
    """Return how often the customer came in the last days, if that is often enough to say."""
    since = at - REPEAT_DAYS * DAY_MS
    within = [one for one in recent if one["ended_at"] > since]
    if len(within) < REPEATED:
        return None
    named = Counter(order_id for one in within for order_id in one["order_ids"])
    most = max(named, key=lambda order_id: (named[order_id], order_id), default=None)
    names = {order["id"]: name_of(order) for order in orders}
    return Repetition(
        contacts=len(within),
        days=REPEAT_DAYS,
        order_id=None if most is None else UUID(most),
        order=None if most is None else names.get(most),
        about_order=0 if most is None else named[most],
    )


def facts_of(matters: Sequence[OpenMatter], again: Repetition | None) -> CardFacts:
    """Return what routing may go by."""
    by_kind = {matter.kind: matter for matter in reversed(matters)}
    late, cart = by_kind.get(MatterKind.LATE_PARCEL), by_kind.get(MatterKind.CART_IN_PROGRESS)
    return CardFacts(
        late_parcel=late is not None,
        late_days=max((matter.days or 0 for matter in matters), default=0),
        return_under_way=MatterKind.RETURN_UNDER_WAY in by_kind,
        payment_failed=MatterKind.PAYMENT_FAILED in by_kind,
        repeat_contacts=0 if again is None else again.contacts,
        cart_value_minor=0 if cart is None else cart.amount_minor or 0,
        cart_currency=None if cart is None else cart.currency,
    )
