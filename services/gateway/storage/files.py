"""Keeps what is known of files."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from services.gateway.domain.files.media import Fit
from services.gateway.usecases.file_ports import KeptFile, Quotas
from shared.contracts.items import Attachment
from shared.kernel.clock import Instant, to_datetime
from shared.kernel.ids import IdKind, encode
from shared.kit.database import Database

_QUEUE = "SELECT pg_advisory_xact_lock(hashtextextended(:shop_id, 0))"
"""Who asks for a shop's quota waits for who asks at the same instant."""
_ASKED = """
    SELECT
        (SELECT coalesce(sum(size_bytes), 0) FROM gateway.files
            WHERE uploader_id = :uploader_id AND created_at > :since) AS uploader_bytes,
        (SELECT coalesce(sum(size_bytes), 0) FROM gateway.files
            WHERE shop_id = :shop_id AND created_at > :since) AS shop_bytes
    """
_ADD = """
    INSERT INTO gateway.files (
        id, wire_id, shop_id, uploader_id, name, media_type, size_bytes, created_at)
    VALUES (:id, :wire_id, :shop_id, :uploader_id, :name, :media_type, :size_bytes, :now)
    """
_FIND = """
    SELECT f.id, f.shop_id, f.uploader_id, f.name, f.media_type, f.size_bytes, f.digest, f.width,
        f.height, f.item_id, i.conversation_id,
        CASE WHEN i.visibility = 'everyone' THEN c.session_id END AS session_id
    FROM gateway.files f
    LEFT JOIN gateway.items i ON i.id = f.item_id
    LEFT JOIN gateway.conversations c ON c.id = i.conversation_id
    WHERE f.id = :id
    """
_COMPLETE = """
    UPDATE gateway.files SET name = :name, media_type = :media_type, digest = :digest,
        width = :width, height = :height
    WHERE id = :id AND digest IS NULL
    """
_SENDABLE = """
    SELECT f.id, f.name, f.media_type, f.size_bytes, f.width, f.height
    FROM gateway.files f LEFT JOIN gateway.items i ON i.id = f.item_id
    WHERE f.id = ANY (:ids) AND f.uploader_id = :uploader_id AND f.digest IS NOT NULL
        AND (f.item_id IS NULL OR i.client_id = :client_id)
    ORDER BY array_position(CAST(:ids AS uuid[]), f.id)
    """
_REMOVE_NEVER_SENT = """
    DELETE FROM gateway.files WHERE id IN (
        SELECT id FROM gateway.files WHERE item_id IS NULL AND created_at < $1
        ORDER BY created_at LIMIT $2)
        AND item_id IS NULL
    RETURNING id
    """
_KNOWN = """
    SELECT f.id, f.digest FROM gateway.files f
    JOIN unnest($1::uuid[], $2::bytea[]) AS asked (id, digest)
        ON f.id = asked.id AND f.digest = asked.digest
    """


class PostgresFiles:
    """The FileRows on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, new: KeptFile, quotas: Quotas, now: Instant) -> bool:
        """See `FileRows.add`."""
        asking = {
            "shop_id": new.shop_id,
            "uploader_id": new.uploader_id,
            "since": to_datetime(now - quotas.span_ms),
        }
        async with self._database.write(new.shop_id) as tx:
            await tx.value(_QUEUE, {"shop_id": str(new.shop_id)})
            if not _fits(new, quotas, await tx.row(_ASKED, asking)):
                return False
            row = {
                "id": new.id,
                "wire_id": encode(IdKind.FILE, new.id),
                "shop_id": new.shop_id,
                "uploader_id": new.uploader_id,
                "name": new.name,
                "media_type": new.media_type,
                "size_bytes": new.size_bytes,
                "now": to_datetime(now),
            }
            await tx.execute(_ADD, row)
        return True

    async def find(self, shop_id: UUID, file_id: UUID) -> KeptFile | None:
        """See `FileRows.find`."""
        async with self._database.read(shop_id) as tx:
            row = await tx.row(_FIND, {"id": file_id})
        return None if row is None else KeptFile(**row)

    async def complete(
        self, shop_id: UUID, file_id: UUID, name: str, digest: bytes, what: Fit
    ) -> bool:
        """See `FileRows.complete`."""
        said = {
            "id": file_id,
            "name": name,
            "digest": digest,
            "media_type": what.media_type.value,
            "width": what.width,
            "height": what.height,
        }
        async with self._database.write(shop_id) as tx:
            return await tx.execute(_COMPLETE, said) == 1

    async def sendable(
        self, shop_id: UUID, uploader_id: UUID, client_id: str, file_ids: Sequence[UUID]
    ) -> Sequence[Attachment]:
        """See `FileRows.sendable`."""
        asked = {"ids": list(file_ids), "uploader_id": uploader_id, "client_id": client_id}
        async with self._database.read(shop_id) as tx:
            rows = await tx.rows(_SENDABLE, asked)
        return [
            Attachment(
                file_id=row["id"],
                name=row["name"],
                media_type=row["media_type"],
                size_bytes=row["size_bytes"],
                width=row["width"],
                height=row["height"],
            )
            for row in rows
        ]


def _fits(new: KeptFile, quotas: Quotas, asked: RowMapping | None) -> bool:
    if asked is None:
        raise TypeError("a sum is always one row")
    of_uploader, of_shop = int(asked["uploader_bytes"]), int(asked["shop_bytes"])
    by_uploader = of_uploader + new.size_bytes <= quotas.uploader_bytes
    return by_uploader and of_shop + new.size_bytes <= quotas.shop_bytes


class PostgresFileSweep:
    """The FileSweep on PostgreSQL; `database` connects as the sweep role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove_never_sent(self, before: Instant, limit: int) -> Sequence[UUID]:
        """See `FileSweep.remove_never_sent`."""
        rows = await self._database.call(_REMOVE_NEVER_SENT, to_datetime(before), limit)
        return [row["id"] for row in rows]

    async def known(self, files: Sequence[tuple[UUID, bytes]]) -> set[tuple[UUID, bytes]]:
        """See `FileSweep.known`."""
        ids, digests = [one for one, _ in files], [digest for _, digest in files]
        rows = await self._database.call(_KNOWN, ids, digests)
        return {(row["id"], row["digest"]) for row in rows}
