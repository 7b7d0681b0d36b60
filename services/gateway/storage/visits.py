"""Finds sessions by their tokens, ends them, and tells how sites and sessions stand."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import asyncpg

from services.gateway.domain.proofs import SiteKeys
from services.gateway.usecases.cut_off import SiteStanding
from services.gateway.usecases.visit import Visited
from shared.kernel.clock import Instant, to_datetime
from shared.kit.database import Database
from shared.kit.shares import shares

SITES_MAX = 500
"""Sites in one question."""


class PostgresVisits:
    """The VisitStore and the StandingStore on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def visit(
        self, shop_id: UUID, session_id: UUID, digest: bytes, named_id: UUID | None
    ) -> Visited | None:
        """See `VisitStore.visit`."""
        records = await self._database.call(
            "SELECT * FROM gateway.visit($1, $2, $3, $4)", shop_id, session_id, digest, named_id
        )
        if not records:
            return None
        (record,) = records
        return Visited(
            site_id=record["site_id"],
            epoch=record["epoch"],
            connection_no=record["connection_no"],
            conversation_id=record["conversation_id"],
            last_seq=record["last_seq"],
            named_is_ours=record["named_is_ours"],
            under_way=record["under_way"],
            proof=record["proof"],
            origins=tuple(record["origins"]),
            closed=record["closed"],
            keys=_keys(record),
        )

    async def end(self, shop_id: UUID, session_id: UUID, digest: bytes) -> bool:
        """See `VisitStore.end`."""
        ((is_ended,),) = await self._database.call(
            "SELECT gateway.end_session($1, $2, $3)", shop_id, session_id, digest
        )
        return bool(is_ended)

    async def standings(
        self, shop_of: Mapping[UUID, UUID], since: Instant
    ) -> Sequence[SiteStanding]:
        """See `StandingStore.standings`."""
        found: list[SiteStanding] = []
        for shops, sites in shares(shop_of, SITES_MAX):
            records = await self._database.call(
                "SELECT * FROM gateway.site_standings($1, $2, $3)", shops, sites, to_datetime(since)
            )
            found += [
                SiteStanding(one["site_id"], one["closed"], _keys(one), tuple(one["ended"]))
                for one in records
            ]
        return found

    async def under_way(self, shop_id: UUID, session_ids: Sequence[UUID]) -> Collection[UUID]:
        """See `StandingStore.under_way`."""
        records = await self._database.call(
            "SELECT * FROM gateway.under_way($1, $2)", shop_id, session_ids
        )
        return frozenset(record[0] for record in records)


def _keys(record: asyncpg.Record) -> SiteKeys:
    jwks = record["jwks"]
    return SiteKeys(
        secret_proofs=tuple(record["secret_proofs"]),
        jwks=None if jwks is None else json.loads(jwks),
        jwks_url=record["jwks_url"],
    )
