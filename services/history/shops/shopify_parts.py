"""Turns what hangs on a Shopify order into parts: payments, refunds, returns and parcels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from services.history.shops import shopify_shapes as shapes
from shared.contracts.orders import NOTE_MAX, Payment, Refund, Return, ReturnedLine, Shipment
from shared.kernel.clock import from_datetime
from shared.kernel.vocabulary import PaymentStatus, ReturnStatus, ShipmentStatus

Minor: TypeAlias = Callable[[str], int]

_PAYMENT: Mapping[str, PaymentStatus] = MappingProxyType(
    {
        "paid": PaymentStatus.PAID,
        "partially_paid": PaymentStatus.PAID,
        "partially_refunded": PaymentStatus.PAID,
        "refunded": PaymentStatus.PAID,
        "voided": PaymentStatus.VOIDED,
        "expired": PaymentStatus.FAILED,
    }
)
"""By financial status; the others (pending, authorized) are still to be paid."""

_PARCEL: Mapping[str, ShipmentStatus] = MappingProxyType(
    {
        "in_transit": ShipmentStatus.ON_ITS_WAY,
        "attempted_delivery": ShipmentStatus.ON_ITS_WAY,
        "out_for_delivery": ShipmentStatus.OUT_FOR_DELIVERY,
        "delivered": ShipmentStatus.DELIVERED,
        "failure": ShipmentStatus.FAILED,
    }
)
"""By shipment status, which carriers tell."""
_FULFILLED: Mapping[str, ShipmentStatus] = MappingProxyType(
    {
        "success": ShipmentStatus.ON_ITS_WAY,
        "cancelled": ShipmentStatus.CANCELLED,
        "failure": ShipmentStatus.FAILED,
        "error": ShipmentStatus.FAILED,
    }
)
"""By the fulfilment's own status, where no carrier told any; the others are still to go."""


def paid_by(order: shapes.Order, minor: Minor) -> tuple[Payment, ...]:
    """Return what an order tells of its payment: one sum, as its transactions are not in it."""
    if order.financial_status is None:
        return ()
    owed = minor(order.total_outstanding) if order.total_outstanding else 0
    is_part = order.financial_status == "partially_paid"
    names = order.payment_gateway_names or [order.gateway or ""]
    return (
        Payment(
            reference=str(order.id),
            status=_PAYMENT.get(order.financial_status, PaymentStatus.PENDING),
            amount_minor=max(minor(order.total_price) - (owed if is_part else 0), 0),
            method=", ".join(names)[:100] or None,
        ),
    )


def refund_of(told: shapes.Refund, minor: Minor) -> Refund:
    """Return a refund: what went back, and nothing that only was tried."""
    went = [one for one in told.transactions if (one.kind, one.status) == ("refund", "success")]
    return Refund(
        reference=str(told.id),
        amount_minor=sum(minor(one.amount) for one in went),
        refunded_at=from_datetime(told.processed_at or told.created_at),
        reason=_reason(told),
    )


def return_of(told: shapes.Refund, places: Mapping[int | str | None, int]) -> Return | None:
    """Return the goods that a refund says came back, or None; `places` numbers the lines."""
    lines = tuple(
        ReturnedLine(line_no=places[one.line_item_id], quantity=one.quantity)
        for one in told.refund_line_items
        if one.restock_type == "return" and one.line_item_id in places and one.quantity > 0
    )
    if not lines:
        return None
    at = from_datetime(told.processed_at or told.created_at)
    return Return(
        reference=str(told.id),
        status=ReturnStatus.RECEIVED,
        opened_at=at,
        received_at=at,
        reason=_reason(told),
        lines=lines[:200],
    )


def shipment_of(
    told: shapes.Fulfillment, web_address: Callable[[str | None], str | None]
) -> Shipment:
    """Return a parcel."""
    by_carrier = _PARCEL.get(told.shipment_status or "")
    status = by_carrier or _FULFILLED.get(told.status or "", ShipmentStatus.PENDING)
    has_come = status is ShipmentStatus.DELIVERED
    promised = told.estimated_delivery_at
    return Shipment(
        reference=str(told.id),
        status=status,
        carrier=(told.tracking_company or "")[:100] or None,
        tracking_number=(told.tracking_number or "")[:200] or None,
        tracking_url=web_address(told.tracking_url),
        shipped_at=from_datetime(told.created_at),
        promised_at=None if promised is None else from_datetime(promised),
        delivered_at=from_datetime(told.updated_at or told.created_at) if has_come else None,
    )


def _reason(told: shapes.Refund) -> str | None:
    return (told.note or "").strip()[:NOTE_MAX] or None
