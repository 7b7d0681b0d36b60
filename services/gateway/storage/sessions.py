"""Keeps sites, and removes sessions that nobody needs."""

from __future__ import annotations

import json
from uuid import UUID

from services.gateway.domain.proofs import SiteKeys
from services.gateway.usecases.ports import NewSite, Site
from shared.kernel.clock import Instant, to_datetime
from shared.kit.database import Database

_FIND_SITE = "SELECT * FROM gateway.site_for_hello($1, $2, $3)"
_SITE_KEYS = "SELECT * FROM gateway.site_keys($1, $2)"
_REMOVE_SILENT = """
    WITH looked_at AS (
        SELECT id FROM gateway.sessions WHERE id > $1 AND greeted_at < $2 ORDER BY id LIMIT $3),
    removed AS (
        DELETE FROM gateway.sessions s USING looked_at l
        WHERE s.id = l.id AND s.greeted_at < $2
            AND (s.kept_until IS NULL OR s.kept_until < clock_timestamp())
            AND NOT EXISTS (SELECT FROM gateway.conversations c WHERE c.session_id = s.id)
        RETURNING s.id)
    SELECT (SELECT id FROM looked_at ORDER BY id DESC LIMIT 1), (SELECT count(*) FROM removed)
    """
_CREATE_SITE = """
    INSERT INTO gateway.sites (id, shop_id, name, key, customer_secret, origins)
    VALUES (:id, :shop_id, :name, :key, :customer_secret, :origins)
    ON CONFLICT (id) DO NOTHING
    """


class PostgresSites:
    """The SiteStore on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, shop_id: UUID, site_id: UUID, session_id: UUID | None = None
    ) -> Site | None:
        """See `SiteFinder.find`."""
        records = await self._database.call(_FIND_SITE, shop_id, site_id, session_id)
        if not records:
            return None
        (record,) = records
        return Site(**{**record, "origins": tuple(record["origins"])})

    async def keys(self, shop_id: UUID, site_id: UUID) -> SiteKeys:
        """Return what a site's customers may be proved by; nothing, when there is no such site."""
        records = await self._database.call(_SITE_KEYS, shop_id, site_id)
        if not records:
            return SiteKeys()
        (record,) = records
        jwks = record["jwks"]
        return SiteKeys(
            secret_proofs=tuple(record["secret_proofs"]),
            jwks=None if jwks is None else json.loads(jwks),
            jwks_url=record["jwks_url"],
            issuer=record["token_issuer"],
            audience=record["token_audience"],
        )

    async def create(self, new: NewSite) -> bool:
        """See `SiteStore.create`."""
        async with self._database.write(new.shop_id) as tx:
            added = await tx.execute(
                _CREATE_SITE,
                {
                    "id": new.id,
                    "shop_id": new.shop_id,
                    "name": new.name,
                    "key": new.site.key,
                    "customer_secret": new.site.customer_secret,
                    "origins": list(new.site.origins),
                },
            )
        return added == 1


class PostgresSilentSessions:
    """The SilentSessions on PostgreSQL; `database` connects as the sweep role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove_silent(
        self, after: UUID, before: Instant, limit: int
    ) -> tuple[UUID | None, int]:
        """See `SilentSessions.remove_silent`."""
        ((last, removed),) = await self._database.call(
            _REMOVE_SILENT, after, to_datetime(before), limit
        )
        return last, removed
