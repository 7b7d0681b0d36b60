"""How work that is no conversation stands in the table of conversations; it never changes there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.router.domain.model import Work
from shared.kernel.clock import from_iso, to_iso
from shared.kernel.vocabulary import WorkKind


def work_json(work: Work | None) -> dict[str, object]:
    """Return the columns of work; a conversation has none of them."""
    if work is None:
        return {"kind": None, "external_id": None, "work": None}
    return {
        "kind": work.kind,
        "external_id": work.external_id,
        "work": {
            "title": work.title,
            "target_ms": work.target_ms,
            "url": work.url,
            "attributes": json.loads(work.attributes_json),
            "not_before": None if work.not_before is None else to_iso(work.not_before),
            "respond_by": None if work.respond_by is None else to_iso(work.respond_by),
            "order_reference": work.order_reference,
            "promised_by": None if work.promised_by is None else str(work.promised_by),
            "promised_by_name": work.promised_by_name,
        },
    }


def read_work(row: RowMapping) -> Work | None:
    """Return the work of a row, or None for a conversation."""
    if row["kind"] is None:
        return None
    read: Any = row["work"]
    kept: Mapping[str, Any] = json.loads(read) if isinstance(read, str) else read
    return Work(
        kind=WorkKind(row["kind"]),
        title=kept["title"],
        target_ms=kept["target_ms"],
        external_id=row["external_id"],
        url=kept["url"],
        attributes_json=json.dumps(kept["attributes"], ensure_ascii=False, sort_keys=True),
        not_before=None if kept["not_before"] is None else from_iso(kept["not_before"]),
        respond_by=None if kept["respond_by"] is None else from_iso(kept["respond_by"]),
        order_reference=kept.get("order_reference"),
        promised_by=UUID(kept["promised_by"]) if kept.get("promised_by") else None,
        promised_by_name=kept.get("promised_by_name"),
    )
