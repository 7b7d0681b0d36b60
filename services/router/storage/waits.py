"""First guesses of waits, as they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.router.domain.waits import Guess, Pace
from services.router.usecases.guess_waits import PastWaits, ToldWait
from shared.kernel.clock import to_datetime
from shared.kit.database import MAX_SHOPS, Database

_KEEP = """
    INSERT INTO router.told_waits (shop_id, conversation_id, told_at, expected_ms, low_ms, high_ms,
        gap_ms, compose_ms)
    VALUES (:shop_id, :conversation_id, :told_at, :expected_ms, :low_ms, :high_ms,
        :gap_ms, :compose_ms)
    ON CONFLICT DO NOTHING
    """
_PACE = """
    SELECT gap_ms, compose_ms FROM router.told_waits WHERE shop_id = :shop_id
    ORDER BY told_at DESC LIMIT 1
    """
_PAST = """
    SELECT t.expected_ms, t.low_ms, t.high_ms,
        greatest(0, c.first_response_ms - CAST(extract(epoch FROM
            t.told_at - coalesce(c.clock_at, c.started_at)) * 1000 AS bigint)) AS took_ms
    FROM (SELECT * FROM router.told_waits WHERE shop_id = :shop_id
        ORDER BY told_at DESC LIMIT :limit) t
    JOIN router.conversations c ON c.shop_id = t.shop_id AND c.id = t.conversation_id
    WHERE c.first_response_ms IS NOT NULL
    ORDER BY t.told_at
    """


class ToldWaits:
    """See `usecases.guess_waits.WaitBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, told: Mapping[UUID, Sequence[ToldWait]]) -> None:
        """Keep the first guesses of shops; one that is there already stays."""
        shops = list(told)
        for start in range(0, len(shops), MAX_SHOPS):
            some = shops[start : start + MAX_SHOPS]
            async with self._database.write(*some) as tx:
                await tx.execute(_KEEP, [_row(shop, one) for shop in some for one in told[shop]])

    async def past(self, shop_id: UUID, limit: int) -> PastWaits:
        """Return a shop's last answered guesses."""
        async with self._database.read(shop_id) as tx:
            pace = await tx.row(_PACE, {"shop_id": shop_id})
            found = await tx.rows(_PAST, {"shop_id": shop_id, "limit": limit})
        return PastWaits(
            None if pace is None else Pace(pace["gap_ms"], pace["compose_ms"]),
            [
                (Guess(row["expected_ms"], row["low_ms"], row["high_ms"]), row["took_ms"])
                for row in found
            ],
        )


def _row(shop_id: UUID, told: ToldWait) -> dict[str, object]:
    return {
        "shop_id": shop_id,
        "conversation_id": told.conversation_id,
        "told_at": to_datetime(told.told_at),
        "expected_ms": told.guess.expected_ms,
        "low_ms": told.guess.low_ms,
        "high_ms": told.guess.high_ms,
        "gap_ms": told.pace.gap_ms,
        "compose_ms": told.pace.compose_ms,
    }
