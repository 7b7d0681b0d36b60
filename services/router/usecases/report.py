"""Says how a span of time went; reads only, and only a supervisor's own shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from services.router.domain.misses import LATEST_FIRST, Miss, main_cause, time_by_cause
from shared.contracts.reports import (
    MISSES_MAX,
    SPAN_MAX_MS,
    AgentFigures,
    AgentReport,
    FirstResponseReport,
    FirstResponses,
    HourlyLevel,
    MissShare,
    RecordedConversation,
    Spread,
    WaitReport,
)
from shared.contracts.routing import AgentRef
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.errors import ErrorCode, RefusedError

DAY_MS: Final[Millis] = 86_400_000
NOTHING: Final = (None, None, None, None)


@dataclass(frozen=True, slots=True)
class ReportSpan:
    """What is reported: conversations whose clock started from `from_at` to before `to_at`."""

    shop_id: UUID
    from_at: Instant
    to_at: Instant
    now: Instant


@dataclass(frozen=True, slots=True)
class Counts:
    """What the tables count of one group of conversations; each spread is p50, p80, p90, p99."""

    answered: int = 0
    within_target: int = 0
    abandoned: int = 0
    overdue: int = 0
    short_abandoned: int = 0
    waiting: int = 0
    first_response: Sequence[Millis | None] = NOTHING
    queue_wait: Sequence[Millis | None] = NOTHING
    notice: Sequence[Millis | None] = NOTHING
    compose: Sequence[Millis | None] = NOTHING


@dataclass(frozen=True, slots=True)
class FirstResponseCounts:
    """What the tables count of a span: who came in hours (False) and who while closed (True).

    `hours` are those in which somebody came, in order; `misses` the newest first.
    """

    counts: Mapping[bool, Counts]
    hours: Sequence[HourlyLevel]
    misses: Sequence[Miss]


@dataclass(frozen=True, slots=True)
class AgentCounts:
    """What the tables count of one agent."""

    id: UUID
    name: str
    offered: int
    accepted: int
    declined: int
    expired: int
    rescinded: int
    assignments: int
    load_ms: Millis
    capacity_ms: Millis
    notice: Sequence[Millis | None]
    compose: Sequence[Millis | None]
    handle: Sequence[Millis | None]


@dataclass(frozen=True, slots=True)
class WaitCounts:
    """What became of the ranges that customers were told first."""

    told: int
    without_range: int
    within: int
    sooner: int
    later: int


class Measures(Protocol):
    """The tables, counted."""

    async def target_ms(self, shop_id: UUID) -> Millis | None:
        """Return the target of the shop's default queue; None: there is no such shop."""
        ...

    async def first_responses(
        self, span: ReportSpan, target_ms: Millis, misses: int
    ) -> FirstResponseCounts:
        """Return what is counted of a span's first responses; at most so many misses."""
        ...

    async def agents(self, span: ReportSpan) -> Sequence[AgentCounts]:
        """Return every agent's counts, in the order of their names."""
        ...

    async def recorded(
        self, span: ReportSpan, after: UUID | None, limit: int
    ) -> Sequence[RecordedConversation]:
        """Return conversations of a span that are over, by id after one, at most so many."""
        ...

    async def waits(self, span: ReportSpan) -> WaitCounts:
        """Return what became of the ranges told first in the span."""
        ...


class Report:
    """Reports of one shop."""

    def __init__(self, measures: Measures, clock: Clock) -> None:
        self._measures = measures
        self._clock = clock

    async def first_responses(
        self,
        shop_id: UUID,
        from_at: Instant | None,
        to_at: Instant | None,
        target_ms: Millis | None,
    ) -> FirstResponseReport:
        """Return the first responses of a span, by default the last day against the shop's target.

        Raises:
            RefusedError: INVALID_REQUEST, the span is empty or longer than a quarter; NOT_FOUND,
                there is no such shop.
        """
        span = self._span(shop_id, from_at, to_at)
        target = target_ms or await self._measures.target_ms(shop_id)
        if target is None:
            raise RefusedError(ErrorCode.NOT_FOUND, "There is nothing here.")
        found = await self._measures.first_responses(span, target, MISSES_MAX)
        return FirstResponseReport(
            from_at=span.from_at,
            to_at=span.to_at,
            target_ms=target,
            in_hours=_figures(found, began_closed=False),
            began_closed=_figures(found, began_closed=True),
            hours=tuple(found.hours),
        )

    async def agents(
        self, shop_id: UUID, from_at: Instant | None, to_at: Instant | None
    ) -> AgentReport:
        """Return what each agent did in a span, by default the last day.

        Raises:
            RefusedError: INVALID_REQUEST, the span is empty or longer than a quarter.
        """
        span = self._span(shop_id, from_at, to_at)
        rows = await self._measures.agents(span)
        return AgentReport(
            from_at=span.from_at, to_at=span.to_at, agents=tuple(_agent(row) for row in rows)
        )

    async def recorded(
        self,
        shop_id: UUID,
        span: tuple[Instant | None, Instant | None],
        after: UUID | None,
        limit: int,
    ) -> Sequence[RecordedConversation]:
        """Return the conversations of a span that are over, a page by id.

        Raises:
            RefusedError: INVALID_REQUEST, the span is empty or longer than a quarter.
        """
        return await self._measures.recorded(self._span(shop_id, *span), after, limit)

    async def waits(
        self, shop_id: UUID, from_at: Instant | None, to_at: Instant | None
    ) -> WaitReport:
        """Return how far the ranges told in a span held, by default the last day.

        Raises:
            RefusedError: INVALID_REQUEST, the span is empty or longer than a quarter.
        """
        span = self._span(shop_id, from_at, to_at)
        counts = await self._measures.waits(span)
        judged = counts.within + counts.sooner + counts.later
        return WaitReport(
            from_at=span.from_at,
            to_at=span.to_at,
            told=counts.told,
            without_range=counts.without_range,
            judged=judged,
            within=counts.within,
            sooner=counts.sooner,
            later=counts.later,
            coverage_pct=round(100 * counts.within / judged, 1) if judged else None,
        )

    def _span(self, shop_id: UUID, from_at: Instant | None, to_at: Instant | None) -> ReportSpan:
        now = self._clock.now()
        end = now + 1 if to_at is None else to_at  # whatever began by now
        start = end - DAY_MS if from_at is None else from_at
        if not 0 < end - start <= SPAN_MAX_MS:
            raise RefusedError(
                ErrorCode.INVALID_REQUEST,
                "The span begins before it ends and is at most 92 days long.",
            )
        return ReportSpan(shop_id, start, end, now)


def _figures(found: FirstResponseCounts, *, began_closed: bool) -> FirstResponses:
    counts = found.counts.get(began_closed, Counts())
    counted = counts.answered + counts.abandoned + counts.overdue
    mine = [one for one in found.misses if one.began_closed is began_closed]
    level = round(100 * counts.within_target / counted, 1) if counted else None
    return FirstResponses(
        counted=counted,
        answered=counts.answered,
        within_target=counts.within_target,
        abandoned=counts.abandoned,
        overdue=counts.overdue,
        short_abandoned=counts.short_abandoned,
        waiting=counts.waiting,
        service_level_pct=level,
        first_response=_spread(counts.first_response),
        queue_wait=_spread(counts.queue_wait),
        notice=_spread(counts.notice),
        compose=_spread(counts.compose),
        misses=_shares(mine),
        misses_attributed=len(mine),
    )


def _shares(misses: Sequence[Miss]) -> tuple[MissShare, ...]:
    spent = [time_by_cause(miss) for miss in misses]
    mains = Counter(main_cause(one) for one in spent)
    shares = (
        MissShare(cause=cause, misses=mains[cause], time_ms=sum(one.get(cause, 0) for one in spent))
        for cause in LATEST_FIRST
    )
    return tuple(share for share in shares if share.time_ms)


def _agent(row: AgentCounts) -> AgentFigures:
    return AgentFigures(
        agent=AgentRef(id=row.id, name=row.name),
        offered=row.offered,
        accepted=row.accepted,
        declined=row.declined,
        expired=row.expired,
        rescinded=row.rescinded,
        notice=_spread(row.notice),
        compose=_spread(row.compose),
        assignments=row.assignments,
        handle=_spread(row.handle),
        load_ms=row.load_ms,
        capacity_ms=row.capacity_ms,
        occupancy=round(row.load_ms / row.capacity_ms, 3) if row.capacity_ms else None,
    )


def _spread(values: Sequence[Millis | None]) -> Spread:
    p50, p80, p90, p99 = values
    return Spread(p50_ms=p50, p80_ms=p80, p90_ms=p90, p99_ms=p99)
