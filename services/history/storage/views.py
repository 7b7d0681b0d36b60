"""Keeps to whom cards were shown."""

from __future__ import annotations

import json
from uuid import UUID

from services.history.usecases.note_views import Views
from shared.kernel.clock import to_iso
from shared.kit.database import Database

_ADD = """
    INSERT INTO history.card_views AS v (shop_id, customer_id, how, viewer_kind, viewer_id,
        viewer_name, hour, first_at, last_at, times)
    SELECT :shop_id, s.customer_id, s.how, s.viewer_kind, s.viewer_id, s.viewer_name, s.hour,
        s.first_at, s.last_at, s.times
    FROM jsonb_to_recordset(CAST(:views AS jsonb)) AS s(
        customer_id uuid, how text, viewer_kind text, viewer_id text, viewer_name text,
        hour timestamptz, first_at timestamptz, last_at timestamptz, times integer)
    ORDER BY 2, 7, 3, 4, 5
    ON CONFLICT (customer_id, hour, how, viewer_kind, viewer_id, shop_id) DO UPDATE SET
        viewer_name = excluded.viewer_name, last_at = greatest(v.last_at, excluded.last_at),
        times = v.times + excluded.times
    """


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
        async with self._db.write(shop_id) as tx:
            await tx.execute(_ADD, {"shop_id": shop_id, "views": json.dumps(rows)})
