"""Keeps connections of shops to platforms; their secrets stay in here and in the links it gives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from services.history.shops.told import Link
from services.history.usecases.ports import StoredConnection
from shared.contracts.connections import NewConnection
from shared.kernel.clock import Instant, from_datetime, to_datetime
from shared.kit.database import Database

_CONNECT = """
INSERT INTO history.connections AS c (
    shop_id, id, platform, store, customers_as, webhook_secret, connected_at
) VALUES (:shop_id, :id, :platform, :store, :customers_as, :secret, :at)
ON CONFLICT (shop_id, platform, store) DO UPDATE SET
    webhook_secret = excluded.webhook_secret, customers_as = excluded.customers_as,
    connected_at = excluded.connected_at
RETURNING *
"""
_FIND = "SELECT * FROM history.connections WHERE id = :id"
_ALL = "SELECT * FROM history.connections ORDER BY id DESC"
_CURSORS = "UPDATE history.connections SET cursors = CAST(:cursors AS jsonb) WHERE id = :id"
_REJECTED = """
UPDATE history.connections
SET rejected = rejected + 1, rejected_at = :at, rejected_reason = :reason WHERE id = :id
"""
_END = "DELETE FROM history.connections WHERE id = :id"


class SqlConnectionStore:
    """A ConnectionStore on PostgreSQL."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def connect(
        self, shop_id: UUID, connection_id: UUID, new: NewConnection, at: Instant
    ) -> StoredConnection:
        """Keep a connection; of a platform's store there is one, with the newest secret."""
        params = {
            "shop_id": shop_id,
            "id": connection_id,
            "platform": new.platform,
            "store": new.store,
            "customers_as": new.customers_as,
            "secret": new.webhook_secret,
            "at": to_datetime(at),
        }
        async with self._db.write(shop_id) as tx:
            (row,) = await tx.rows(_CONNECT, params)
        return _stored(row)

    async def find(self, shop_id: UUID, connection_id: UUID) -> StoredConnection | None:
        """Return a connection of this shop."""
        async with self._db.read(shop_id) as tx:
            row = await tx.row(_FIND, {"id": connection_id})
        return None if row is None else _stored(row)

    async def all(self, shop_id: UUID) -> Sequence[StoredConnection]:
        """Return the shop's connections, the newest first."""
        async with self._db.read(shop_id) as tx:
            return [_stored(row) for row in await tx.rows(_ALL)]

    async def keep_cursors(
        self, shop_id: UUID, connection_id: UUID, cursors: Mapping[str, str]
    ) -> bool:
        """Keep how far a back-fill has come; False when there is no such connection."""
        params = {"id": connection_id, "cursors": json.dumps(dict(cursors))}
        async with self._db.write(shop_id) as tx:
            return await tx.execute(_CURSORS, params) > 0

    async def note_rejected(
        self, shop_id: UUID, connection_id: UUID, reason: str, at: Instant
    ) -> None:
        """Count a webhook that was signed and could not be kept, and keep the last reason."""
        params = {"id": connection_id, "at": to_datetime(at), "reason": reason}
        async with self._db.write(shop_id) as tx:
            await tx.execute(_REJECTED, params)

    async def end(self, shop_id: UUID, connection_id: UUID) -> bool:
        """Forget a connection; False when there is no such one."""
        async with self._db.write(shop_id) as tx:
            return await tx.execute(_END, {"id": connection_id}) > 0


def _stored(row: RowMapping) -> StoredConnection:
    return StoredConnection(
        id=row["id"],
        platform=row["platform"],
        link=Link(row["store"], row["webhook_secret"], row["customers_as"]),
        connected_at=from_datetime(row["connected_at"]),
        cursors=row["cursors"],
        rejected=row["rejected"],
        rejected_at=None if row["rejected_at"] is None else from_datetime(row["rejected_at"]),
        rejected_reason=row["rejected_reason"],
    )
