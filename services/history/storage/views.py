"""Keeps to whom cards were shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic_core import to_json

from services.history.usecases.note_views import Seen, View, Views
from shared.kernel.clock import to_iso
from shared.kit.database import Database

_ADD = "SELECT history.add_views_of($1, $2::text[]::jsonb[])"


class SqlViews:
    """The ViewStore on PostgreSQL."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, views: Views) -> None:
        """See `ViewStore.add`."""
        by_shop: dict[UUID, list[dict[str, Any]]] = {}
        for view, seen in views.items():
            by_shop.setdefault(view.shop_id, []).append(_row(view, seen))
        shops = sorted(by_shop)  # in one order: two services that write never wait in a circle
        documents = [to_json(by_shop[shop_id]).decode() for shop_id in shops]
        await self._db.call(_ADD, shops, documents)


def _row(view: View, seen: Seen) -> dict[str, Any]:
    return {
        "customer_id": view.customer_id,
        "how": view.how.value,
        "viewer_kind": view.viewer_kind,
        "viewer_id": view.viewer_id,
        "viewer_name": view.viewer_name,
        "hour": to_iso(view.hour),
        "first_at": to_iso(seen.first_at),
        "last_at": to_iso(seen.last_at),
        "times": seen.times,
    }
