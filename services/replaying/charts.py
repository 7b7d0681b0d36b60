"""The four charts of a replay: how it went, against whom, by date, and by the half hour. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from services.replaying.days import RecordedDay, arrivals_by_slot, staff_by_slot
from services.replaying.findings import Finding, Replay
from services.replaying.playing import Tally
from services.replaying.told import tenths
from services.simulation.domain.pairing import POINTS, Band
from services.simulation.domain.policies import CLAIRVOYANT, FIRSTREPLY
from services.simulation.marks import (
    Point,
    Scale,
    around,
    bar,
    dot,
    grid,
    line,
    path,
    picture,
    round_step,
    rulers,
    text,
)
from services.staffing.demand import SLOTS, WEEKDAYS, clock_time

WIDTH: Final = 820.0
LEFT: Final = 210.0
"""Where the marks of a list of policies begin; their names stand before it."""
MARGIN: Final = 44.0
RIGHT: Final = WIDTH - 90.0
ROW: Final = 34.0
PLOT: Final = 180.0
BARS: Final = 90.0
FEWEST: Final = 20
"""A half hour with fewer counted contacts in the whole record has no share of its own."""


def level_chart(replay: Replay) -> str:
    """Return each policy's share in time with its band, beside the target and the formula."""
    findings = replay.findings
    bands = [one.level for one in findings]
    low, high = _spread(bands, (POINTS * replay.share, replay.predicted), 5.0)
    scale = Scale(low, min(high, POINTS), LEFT, RIGHT)
    top, bottom = 30.0, 30.0 + ROW * len(findings)
    marks = rulers(scale, (top, bottom), lambda tick: f"{tick:g} %")
    target, predicted = scale(POINTS * replay.share), scale(replay.predicted)
    marks += [
        line((target, top), (target, bottom), "target"),
        text((target, top - 8), "target", "note", "middle" if target > predicted else "end"),
        line((predicted, top), (predicted, bottom), "predicted"),
        text((predicted, top - 8), "formula", "note", "start"),
    ]
    for row, one in enumerate(findings):
        said = f"{one.level.estimate:.1f} %"
        marks += _row(one, one.level, scale, top + ROW * (row + 0.5), said)
    return picture(WIDTH, bottom + 28, "Answered in time, by policy", marks)


def points_chart(replay: Replay) -> str:
    """Return how many points each policy is above the one all are held against."""
    compared = [(one, one.points) for one in replay.findings if one.points is not None]
    low, high = _spread([points for _, points in compared], (0.0,), 2.0)
    scale = Scale(low, high, LEFT, RIGHT)
    top, bottom = 12.0, 12.0 + ROW * len(compared)
    marks = rulers(scale, (top, bottom), lambda tick: f"{tick:+g}" if tick else "0")
    marks.append(line((scale(0), top), (scale(0), bottom), "zero"))
    for row, (one, points) in enumerate(compared):
        said = tenths(points.estimate)
        marks += _row(one, points, scale, top + ROW * (row + 0.5), said)
    return picture(WIDTH, bottom + 28, "Points of the service level, by policy", marks)


def dates_chart(replay: Replay) -> str:
    """Return the share in time of each date, over how many came."""
    days = replay.days
    first, last = days[0].on, days[-1].on
    span = max(1, (last - first).days)
    across = Scale(-0.5, span + 0.5, MARGIN, RIGHT)
    shares = [_daily(one) for one in replay.findings]
    marks = _levels(replay, shares)
    for one in _ours_last(replay):
        by_date = {day.on: share for day, share in zip(days, _daily(one), strict=True)}
        dates = [first + timedelta(days=after) for after in range(span + 1)]
        at = [(across(n), by_date.get(on)) for n, on in enumerate(dates)]
        marks += _curve(replay, one, shares, at)
    marks += _date_bars(days, across)
    return picture(WIDTH, PLOT + BARS + 78, "Answered in time, by date", marks)


def hours_chart(replay: Replay) -> str:
    """Return the share in time of each half hour of the clock, over arrivals and agents."""
    open_slots = [
        slot for slot in range(SLOTS) if replay.findings[0].by_slot[slot].counted >= FEWEST
    ]
    if not open_slots:
        return ""
    start, end = open_slots[0], open_slots[-1] + 1
    across = Scale(start, end, MARGIN, RIGHT)
    shares = [[_share(one.by_slot[slot]) for slot in open_slots] for one in replay.findings]
    marks = _levels(replay, shares)
    for one in _ours_last(replay):
        at = [
            (across(slot + 0.5), _share(one.by_slot[slot]) if slot in open_slots else None)
            for slot in range(start, end)
        ]
        marks += _curve(replay, one, shares, at)
    marks += _hour_bars(replay.days, across, start, end)
    return picture(WIDTH, PLOT + BARS + 78, "Answered in time, by half hour", marks)


def _ours_last(replay: Replay) -> list[Finding]:
    """Return the policies in an order in which ours is drawn over all others."""
    order = ("other", "held", "own")
    return sorted(replay.findings, key=lambda one: order.index(kind_of(replay, one)))


def kind_of(replay: Replay, finding: Finding) -> str:
    """Return the class a policy is drawn in: ours, the one all are held against, or another."""
    if finding.policy == FIRSTREPLY:
        return "own"
    return "held" if finding.policy == replay.against else "other"


def _row(one: Finding, band: Band, scale: Scale, y: float, said: str) -> list[str]:
    own = "own" if one.policy == FIRSTREPLY else "peer"
    marks = [text((LEFT - 14, y + 4), one.label, f"name {own}", "end")]
    told = f"{one.label}: {said}"
    if band.low is not None and band.high is not None:
        marks.append(line((scale(band.low), y), (scale(band.high), y), f"band {own}"))
        told += f" ({band.low:.1f} to {band.high:.1f})"
    kind = "bound" if one.policy == CLAIRVOYANT else own
    marks.append(dot((scale(band.estimate), y), kind, told))
    end = scale(max(band.estimate, band.high or band.estimate))
    marks.append(text((end + 12, y + 4), said, f"figure {own}"))
    return marks


def _spread(bands: Sequence[Band], more: Sequence[float], step: float) -> tuple[float, float]:
    ends = [end for one in bands for end in (one.low, one.high, one.estimate) if end is not None]
    return around([*ends, *more], step)


def _levels(replay: Replay, shares: Sequence[Sequence[float]]) -> list[str]:
    scale = _level_scale(shares)
    marks = grid(scale, (MARGIN, RIGHT), lambda tick: f"{tick:g}")
    target = POINTS * replay.share
    if scale.low <= target <= scale.high:
        marks.append(line((MARGIN, scale(target)), (RIGHT, scale(target)), "target"))
        marks.append(text((RIGHT + 6, scale(target) + 4), "target", "note"))
    return marks


def _level_scale(shares: Sequence[Sequence[float]]) -> Scale:
    low, _ = around([share for some in shares for share in some], 10.0)
    return Scale(min(low, 90.0), POINTS, PLOT + 16, 16)


def _curve(
    replay: Replay,
    one: Finding,
    shares: Sequence[Sequence[float]],
    at: Sequence[tuple[float, float | None]],
) -> list[str]:
    scale, kind = _level_scale(shares), kind_of(replay, one)
    points: list[Point | None] = [None if share is None else (x, scale(share)) for x, share in at]
    marks = [path(points, f"curve {kind}")]
    if kind == "own":
        marks += [
            dot(point, "own", f"{one.label}: {share:.1f} %", 2.5)
            for point, (_, share) in zip(points, at, strict=True)
            if point is not None and share is not None
        ]
    return marks


def _daily(one: Finding) -> list[float]:
    return [POINTS * day.service_level for day in one.by_day]


def _share(tally: Tally) -> float:
    return POINTS * tally.in_time / tally.counted if tally.counted else POINTS


def _date_bars(days: Sequence[RecordedDay], across: Scale) -> list[str]:
    floor_y = PLOT + 36 + BARS
    scale = _from_zero([len(one.day.visits) for one in days])
    marks = grid(scale, (MARGIN, RIGHT), lambda tick: f"{tick:,.0f}", wanted=2)
    width = 0.7 * (across(1) - across(0))
    labelled = max(1, -(-len(days) // 16))
    for n, one in enumerate(days):
        x, count = across((one.on - days[0].on).days), len(one.day.visits)
        name = f"{WEEKDAYS[one.on.weekday()]} {one.on.isoformat()}"
        size = (width, floor_y - scale(count))
        marks.append(bar((x - width / 2, scale(count)), size, "calls", f"{name}: {count:,}"))
        if n % labelled == 0:
            marks.append(text((x, floor_y + 16), WEEKDAYS[one.on.weekday()], "tick", "middle"))
            marks.append(text((x, floor_y + 30), f"{one.on.day}", "tick", "middle"))
    marks.append(text((RIGHT + 6, floor_y - 4), "came", "note calls"))
    return marks


def _hour_bars(days: Sequence[RecordedDay], across: Scale, start: int, end: int) -> list[str]:
    floor_y = PLOT + 36 + BARS
    arrivals, staff = arrivals_by_slot(days), staff_by_slot(days)
    scale, agents = _from_zero(arrivals), _from_zero(staff)
    marks = grid(scale, (MARGIN, RIGHT), lambda tick: f"{tick:g}", wanted=2)
    steps: list[Point | None] = []
    for slot in range(start, end):
        x, after = across(slot), across(slot + 1)
        told = f"{clock_time(slot)}: {arrivals[slot]:.1f} came, {staff[slot]:.1f} agents, a day"
        top = scale(arrivals[slot])
        marks.append(bar((x + 1, top), (after - x - 2, floor_y - top), "calls", told))
        steps += [(x, agents(staff[slot])), (after, agents(staff[slot]))]
        if slot % 4 == 0:
            marks.append(text((x, floor_y + 16), clock_time(slot), "tick", "middle"))
    marks.append(path(steps, "staff"))
    # Agents are far fewer than arrivals: they have a scale of their own, at the right.
    marks += [
        text((RIGHT + 6, agents(tick) + 4), f"{tick:g}", "note staffed") for tick in agents.ticks(2)
    ]
    words = "bars: contacts (left), line: agents (right), a day"
    marks.append(text(((MARGIN + RIGHT) / 2, floor_y + 34), words, "note", "middle"))
    return marks


def _from_zero(figures: Sequence[float]) -> Scale:
    """Return the scale of the bars below a chart, up to a round figure."""
    most = max(figures) or 1.0
    _, high = around([0, most], round_step(most / 3))
    floor_y = PLOT + 36 + BARS
    return Scale(0, high, floor_y, floor_y - BARS)
