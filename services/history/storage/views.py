"""Keeps to whom cards were shown."""

from __future__ import annotations

import json
from uuid import UUID

from services.history.usecases.note_views import Views
from shared.kernel.clock import to_iso
from shared.kit.database import Database

_ADD = "SELECT history.add_views($1, $2::text::jsonb)"


class SqlViews:
    """The ViewStore on PostgreSQL."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, shop_id: UUID, views: Views) -> None:
        """See `ViewStore.add`."""
        rows = [
            {
                "customer_id": str(view.customer_id),
                "how": view.how.value,
                "viewer_kind": view.viewer_kind,
                "viewer_id": view.viewer_id,
                "viewer_name": view.viewer_name,
                "hour": to_iso(view.hour),
                "first_at": to_iso(seen.first_at),
                "last_at": to_iso(seen.last_at),
                "times": seen.times,
            }
            for view, seen in views.items()
        ]
        await self._db.call(_ADD, shop_id, json.dumps(rows))
