"""The leases of all shops as the sweep role reaches them; taking one is the decide lane's."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.router.domain.leases import LEASE_MS
from services.router.storage.failures import as_commit_failure
from shared.kit.database import Database
from shared.kit.database_away import told_when_away

CALL_S: Final = 1.0
"""A call that takes longer is given up: two more fit into a lease's life."""

_RENEW = """
    UPDATE router.leases AS l
    SET expires_at = clock_timestamp() + $4::int * interval '1 millisecond'
    FROM unnest($2::uuid[], $3::bigint[]) AS mine (shop_id, token)
    WHERE l.shop_id = mine.shop_id AND l.token = mine.token AND l.holder = $1
    RETURNING l.shop_id
    """
_RELEASE = "UPDATE router.leases SET expires_at = '-infinity' WHERE holder = $1"
# At random: routers that look at the same time find different shops, and none waits for ever
# behind shops that nobody can build.
_FREE = """
    SELECT s.shop_id FROM router.shops s LEFT JOIN router.leases l USING (shop_id)
    WHERE l.shop_id IS NULL OR l.expires_at <= clock_timestamp()
    ORDER BY random() LIMIT $1
    """
_HOLDERS = """
    SELECT shop_id, holder FROM router.leases
    WHERE shop_id = ANY ($1) AND expires_at > clock_timestamp() AND holder <> $2
    """


class LeaseRows:
    """One router's part in the leases; the database connects as the sweep role."""

    def __init__(self, database: Database, holder: UUID) -> None:
        self._database = database
        self._holder = holder

    async def renew(self, tokens: Mapping[UUID, int]) -> frozenset[UUID]:
        """Let these leases live on; return the shops whose token still is this one."""
        shops, wanted = list(tokens), list(tokens.values())
        found = await self._call(
            "router.renew_failed", _RENEW, self._holder, shops, wanted, LEASE_MS
        )
        return frozenset(row["shop_id"] for row in found)

    async def release(self) -> None:
        """End every lease of this router now."""
        await self._call("router.release_failed", _RELEASE, self._holder)

    async def free(self, limit: int) -> Sequence[UUID]:
        """Return some of the shops whose lease nobody holds, in no order."""
        found = await self._call("router.look_failed", _FREE, limit)
        return [row["shop_id"] for row in found]

    async def holders(self, shops: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Return who holds the living leases among these shops', this router left out."""
        found = await self._call("router.owners_failed", _HOLDERS, list(shops), self._holder)
        return {row["shop_id"]: row["holder"] for row in found}

    async def _call(self, event: str, sql: str, *args: Any) -> list[asyncpg.Record]:
        with as_commit_failure(event), told_when_away():
            async with asyncio.timeout(CALL_S):  # the wait for a connection counts as well
                return await self._database.call(sql, *args)
