"""Counts routing's tables for reports, in short read-only transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.router.domain.misses import Miss, OfferLife, Span
from services.router.storage import report_statements as statements
from services.router.usecases.report import (
    NOTHING,
    AgentCounts,
    Counts,
    FirstResponseCounts,
    ReportSpan,
    WaitCounts,
)
from shared.contracts.reports import HourlyLevel, RecordedConversation
from shared.kernel.clock import Millis, from_datetime, to_datetime
from shared.kernel.vocabulary import Channel
from shared.kit.database import Database


class ReportTables:
    """See `usecases.report.Measures`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def target_ms(self, shop_id: UUID) -> Millis | None:
        """Return the target of the shop's default queue; None: there is no such shop."""
        async with self._database.read(shop_id) as tx:
            row = await tx.row(statements.TARGET, {"shop_id": shop_id})
        return None if row is None else row["first_response_target_ms"]

    async def first_responses(
        self, span: ReportSpan, target_ms: Millis, misses: int
    ) -> FirstResponseCounts:
        """Return what is counted of a span's first responses; at most so many misses."""
        asked = {**_span_params(span), "target": target_ms}
        async with self._database.read(span.shop_id) as tx:
            groups = await tx.rows(statements.FIRST_RESPONSES, asked)
            hours = await tx.rows(statements.HOURS, asked)
            missed = await tx.rows(statements.MISSES, {**asked, "limit": misses})
        return FirstResponseCounts(
            {row["began_closed"]: Counts(**_named(Counts, row)) for row in groups},
            [_hour(row) for row in hours],
            [_miss(row, target_ms) for row in missed],
        )

    async def agents(self, span: ReportSpan) -> Sequence[AgentCounts]:
        """Return every agent's counts, in the order of their names."""
        async with self._database.read(span.shop_id) as tx:
            found = await tx.rows(statements.AGENTS, _span_params(span))
        return [AgentCounts(**_named(AgentCounts, row)) for row in found]

    async def recorded(
        self, span: ReportSpan, after: UUID | None, limit: int
    ) -> Sequence[RecordedConversation]:
        """Return conversations of a span that are over, by id after one, at most so many."""
        asked = {**_span_params(span), "after": after, "limit": limit}
        async with self._database.read(span.shop_id) as tx:
            found = await tx.rows(statements.RECORDED, asked)
        return [_recorded(row) for row in found]

    async def waits(self, span: ReportSpan) -> WaitCounts:
        """Return what became of the ranges told first in the span."""
        async with self._database.read(span.shop_id) as tx:
            (row,) = await tx.rows(statements.WAITS, _span_params(span))
        return WaitCounts(**row)


def _span_params(span: ReportSpan) -> dict[str, Any]:
    return {
        "shop_id": span.shop_id,
        "from": to_datetime(span.from_at),
        "to": to_datetime(span.to_at),
        "now": to_datetime(span.now),
    }


def _recorded(row: RowMapping) -> RecordedConversation:
    return RecordedConversation(
        id=row["id"],
        asked_at=from_datetime(row["asked_at"]),
        waited_ms=row["waited_ms"],
        handle_ms=row["handle_ms"],
        channel=Channel(row["channel"]),
    )


def _hour(row: RowMapping) -> HourlyLevel:
    return HourlyLevel(
        starts_at=from_datetime(row["starts_at"]),
        counted=row["counted"],
        within_target=row["within_target"],
    )


def _named(kind: type[Counts | AgentCounts], row: RowMapping) -> dict[str, Any]:
    """Return a row's columns by the names of the fields; percentiles of nothing are null."""
    found = {field.name: row[field.name] for field in fields(kind)}
    return {name: NOTHING if value is None else _whole(value) for name, value in found.items()}


def _whole(value: Any) -> Any:
    """Return PostgreSQL's numeric, as a sum of bigints is one, as a whole number."""
    return int(value) if hasattr(value, "as_tuple") else value


def _miss(row: RowMapping, target_ms: Millis) -> Miss:
    clock_from = from_datetime(row["clock_from"])
    return Miss(
        clock_from=clock_from,
        respond_by=clock_from + target_ms,
        began_closed=row["began_closed"],
        offers=tuple(
            OfferLife(_span(made, ended), _instant(seen)) for made, ended, seen in row["offers"]
        ),
        assignments=tuple(_span(started, ended) for started, ended in row["assignments"]),
    )


def _span(starts_at: datetime, ends_at: datetime | None) -> Span:
    return Span(from_datetime(starts_at), _instant(ends_at))


def _instant(at: datetime | None) -> int | None:
    return None if at is None else from_datetime(at)
