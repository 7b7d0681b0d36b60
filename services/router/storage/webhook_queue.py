"""What waits to be posted, as senders take it; the sweep sees shops and instants, no words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.router.domain.webhooks import Tried, Verdict
from services.router.usecases.webhook_ports import Claimed, Room
from shared.kernel.clock import Instant, Millis, from_datetime, to_datetime, to_iso
from shared.kernel.vocabulary import WebhookEnd
from shared.kit.database import Database
from shared.kit.new_ids import new_id

DAY_MS: Final[Millis] = 86_400_000
DELIVERED_KEPT_MS: Final[Millis] = 7 * DAY_MS
KEPT_MS: Final[Millis] = 30 * DAY_MS
"""Dead letters, and what waits for a webhook that nobody enables again."""
SHOPS_MAX: Final = 1_000
PRUNED_MAX: Final = 1_000

_DUE = "SELECT DISTINCT shop_id FROM router.webhook_lanes WHERE next_at <= $1 LIMIT $2"
_SUBSCRIBED = "SELECT DISTINCT shop_id FROM router.webhooks"
_CLAIM = "SELECT * FROM router.claim_webhooks($1, $2, $3, $4, $5, $6, $7, $8)"
_SETTLE = """
    SELECT router.settle_webhook($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb) AS next_at
    """
_END = "SELECT router.end_webhook($1, $2, $3, $4, $5, $6, $7) AS ended"
_PRUNE = "SELECT router.prune_webhooks($1, $2, $3, $4) AS deleted"


class WebhookQueue:
    """See `usecases.webhook_ports.DeliveryQueue`; `sweep` connects as the sweep role."""

    def __init__(self, database: Database, sweep: Database) -> None:
        self._database = database
        self._sweep = sweep

    async def due(self, now: Instant) -> Sequence[UUID]:
        """Return shops of which something is due, whoever should have sent it."""
        found = await self._sweep.call(_DUE, to_datetime(now), SHOPS_MAX)
        return [row["shop_id"] for row in found]

    async def subscribed(self) -> Sequence[UUID]:
        """Return the shops that have a webhook."""
        return [row["shop_id"] for row in await self._sweep.call(_SUBSCRIBED)]

    async def claim(
        self, shop_id: UUID, now: Instant, until: Instant, room: Room
    ) -> Sequence[Claimed]:
        """Take what is due of a shop: of each subject the first event alone."""
        claim = new_id()
        found = await self._database.call(
            _CLAIM,
            shop_id,
            claim,
            to_datetime(now),
            to_datetime(until),
            room.limit,
            room.each,
            list(room.sending),
            list(room.sending.values()),
        )
        return [_claimed(shop_id, claim, row) for row in found]

    async def settle(self, one: Claimed, tried: Tried, verdict: Verdict) -> Instant | None:
        """Write what came of a try; return when the subject is due next, if it is."""
        made = {
            "at": to_iso(tried.at),
            "took_ms": tried.took_ms,
            "status": tried.status,
            "fault": tried.fault,
        }
        (row,) = await self._database.call(
            _SETTLE,
            one.shop_id,
            one.webhook_id,
            one.subject,
            one.event_id,
            one.claim,
            to_datetime(tried.at + tried.took_ms),
            verdict.status.value,
            _datetime(verdict.next_at),
            json.dumps(made),
        )
        return None if row["next_at"] is None else from_datetime(row["next_at"])

    async def end(self, one: Claimed, why: WebhookEnd, now: Instant) -> bool:
        """End a webhook as it was when it was claimed; false: it is another one by now."""
        (row,) = await self._database.call(
            _END,
            one.shop_id,
            one.webhook_id,
            one.url,
            _datetime(one.failing_since),
            why.value,
            to_datetime(now),
            new_id(),
        )
        return bool(row["ended"])

    async def prune(self, shop_id: UUID, now: Instant) -> int:
        """Delete some of what the log keeps no longer; return how many."""
        delivered, other = to_datetime(now - DELIVERED_KEPT_MS), to_datetime(now - KEPT_MS)
        (row,) = await self._database.call(_PRUNE, shop_id, delivered, other, PRUNED_MAX)
        return int(row["deleted"])


def _claimed(shop_id: UUID, claim: UUID, row: asyncpg.Record) -> Claimed:
    failing = row["failing_since"]
    return Claimed(
        claim=claim,
        shop_id=shop_id,
        webhook_id=row["webhook_id"],
        subject=row["subject"],
        event_id=row["event_id"],
        body=row["body"],
        attempts=row["attempts"],
        url=row["url"],
        secrets=tuple(one for one in (row["secret"], row["old_secret"]) if one),
        failing_since=None if failing is None else from_datetime(failing),
    )


def _datetime(at: Instant | None) -> datetime | None:
    return None if at is None else to_datetime(at)
