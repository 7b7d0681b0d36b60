"""How webhooks stand in their tables: what is heard to JSON, and rows to contracts."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from services.router.storage.json_columns import read_json
from services.router.storage.rows import Row, stream_of
from services.router.usecases.ports import HeardItem, WorkTold
from shared.contracts.webhooks import Try, Webhook, WebhookDelivery
from shared.kernel.clock import from_datetime, to_iso
from shared.kernel.vocabulary import DeliveryFault, DeliveryStatus, EventType, WebhookEnd


def work_told_json(shop_id: UUID, told: WorkTold) -> str:
    """Return what put_webhooks reads of an event about work that no other service hears of."""
    row = {
        "shop_id": str(shop_id),
        "event_id": str(told.event_id),
        "subject": told.subject,
        "type": told.type,
        "occurred_at": to_iso(told.occurred_at),
        "due_at": to_iso(told.occurred_at),
        "internal": False,
        "place": told.place,
        "body": told.body,
    }
    return json.dumps(row, ensure_ascii=False)


def heard_item_json(shop_id: UUID, item: HeardItem) -> str:
    """Return what put_webhooks reads of an item; its body is JSON already."""
    told = item.told
    row = {
        "shop_id": str(shop_id),
        "event_id": str(told.event_id),
        "subject": stream_of(item.conversation_id),
        "type": EventType.MESSAGE_CREATED,
        "occurred_at": to_iso(told.occurred_at),
        "due_at": to_iso(item.heard_at),
        "internal": item.internal,
        "place": item.place,
    }
    return f'{json.dumps(row)[:-1]}, "body": {told.body_json}}}'


def read_webhook(row: Row) -> Webhook:
    """Return a webhook from all its columns but the secrets."""
    return Webhook(
        id=row["id"],
        url=row["url"],
        events=tuple(row["events"]),
        description=row["description"],
        internal=row["internal"],
        enabled=row["disabled_at"] is None,
        disabled_by=WebhookEnd(row["disabled_by"]) if row["disabled_by"] else None,
        disabled_at=_instant(row, "disabled_at"),
        failing_since=_instant(row, "failing_since"),
        old_secret_until=_instant(row, "old_secret_until"),
        created_at=from_datetime(row["created_at"]),
    )


def read_delivery(row: Row) -> WebhookDelivery:
    """Return a delivery from all its columns but the body."""
    pending = row["status"] == DeliveryStatus.PENDING
    return WebhookDelivery(
        id=row["event_id"],
        type=row["type"],
        subject=row["subject"],
        status=DeliveryStatus(row["status"]),
        occurred_at=from_datetime(row["occurred_at"]),
        tries=tuple(_try(one) for one in read_json(row["tries"])),
        next_try_at=_instant(row, "next_at") if pending else None,
    )


def _try(kept: dict[str, Any]) -> Try:
    fault = kept.get("fault")
    return Try.model_validate({**kept, "fault": DeliveryFault(fault) if fault else None})


def _instant(row: Row, column: str) -> int | None:
    return None if row[column] is None else from_datetime(row[column])
