"""How long customers wait for one of n agents: the formulas, pure.

Erlang-B and -C: A. K. Erlang (1917), as in Gans, Koole and Mandelbaum, "Telephone call centers:
tutorial, review, and research prospects" (2003), section 4. With patience, M/M/n+G: Baccelli and
Hebuterne (1981), in the form of Zeltyn and Mandelbaum, "Call centers with impatient customers:
many-server asymptotics of the M/M/n+G queue" (2005), section 2; where patience is exponential it is
Erlang-A (Palm 1957; Garnett, Mandelbaum and Reiman 2002).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import exp, expm1, inf, sqrt
from typing import Final, TypeAlias

from services.staffing.patience import Patience

MS_PER_S: Final = 1_000
NEGLIGIBLE: Final = 40.0
"""The tail is summed until it is e^-40 of the greatest value: below what a float can add."""
CURVE_ERROR: Final = 1e-4
"""A piece of the tail is so short that taking its exponent for straight is wrong by this share."""
LONGEST_PIECE: Final = 0.05
"""And never longer than a twentieth of the mean patience."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What customers meet, as shares of all who ask."""

    answered_in_time: float
    left_in_time: float
    """Those who gave up before the target was missed: no service level counts them."""
    left: float
    waiting: float
    """Those for whom nobody is free at once."""
    occupancy: float

    @property
    def service_level(self) -> float:
        """Return the share answered in time, of all but those who left before the target."""
        counted = 1 - self.left_in_time
        return self.answered_in_time / counted if counted > 0 else 1.0


NOBODY_ASKS: Final = Waiting(1.0, 0.0, 0.0, 0.0, 0.0)
NOBODY_ANSWERS: Final = Waiting(0.0, 0.0, 1.0, 1.0, 1.0)


def erlang_b(agents: int, offered: float) -> float:
    """Return the share that finds all busy where nobody waits: the usual recursion, stable."""
    blocked = 1.0
    for busy in range(1, agents + 1):
        blocked = offered * blocked / (busy + offered * blocked)
    return blocked


def erlang_c(agents: int, offered: float) -> float:
    """Return the share that has to wait where everybody does; 1 where the line only grows."""
    if agents <= offered:
        return 1.0
    blocked = erlang_b(agents, offered)
    return blocked / (1 - (offered / agents) * (1 - blocked))


def waiting(
    arrivals_per_s: float, handle_s: float, agents: int, within_s: float, patience: Patience
) -> Waiting:
    """Return what customers of a steady stream meet, served in the order of asking.

    With no patience that ends, and more work than agents, the line only grows: nobody is answered.
    """
    if arrivals_per_s <= 0 or handle_s <= 0:
        return NOBODY_ASKS
    if agents <= 0:
        return NOBODY_ANSWERS
    queue = _Queue(arrivals_per_s, agents / handle_s, within_s, patience)
    curve = tuple(_curve(queue))
    peak = max(exponent for _, exponent in curve)
    blocked = erlang_b(agents - 1, arrivals_per_s * handle_s)
    if not blocked:  # less than a float can tell from nothing
        return Waiting(1.0, 0.0, 0.0, 0.0, arrivals_per_s * handle_s / agents)
    # The share of free states, and the integrals that stand beside it, all divided by e^peak.
    free = exp(-peak) / blocked
    soon = _integral(curve, peak, 0.0, within_s)
    late = _integral(curve, peak, within_s, inf)
    if late == inf:
        return NOBODY_ANSWERS
    at_target = dict(curve)[within_s]
    return _shares(queue, free, soon, late, _Ends(exp(-peak), exp(at_target - peak)))


@dataclass(frozen=True, slots=True)
class _Queue:
    """M/M/n+G: its rates by the second, and the target."""

    rate: float
    served_per_s: float
    within_s: float
    patience: Patience


@dataclass(frozen=True, slots=True)
class _Ends:
    """e^(exponent - peak) at 0 and at the target: what the integral of its slope is told by."""

    start: float
    target: float


def _shares(queue: _Queue, free: float, soon: float, late: float, ends: _Ends) -> Waiting:
    rate, served_per_s = queue.rate, queue.served_per_s
    whole = free + rate * (soon + late)
    still = queue.patience.still_waiting(queue.within_s * MS_PER_S)
    answered = _share((free + ends.target - ends.start + served_per_s * soon) / whole)
    gone = _share((ends.start + (rate - served_per_s) * (soon + late)) / whole)
    return Waiting(
        answered_in_time=answered,
        left_in_time=_share(1 - rate * still * late / whole - answered),
        left=gone,
        waiting=_share(1 - free / whole),
        occupancy=_share(rate * (1 - gone) / served_per_s),
    )


def _share(found: float) -> float:
    return min(1.0, max(0.0, found))


Curve: TypeAlias = tuple[tuple[float, float], ...]
"""Points (seconds, exponent): lambda times the integral of survival, less n mu times the span."""


def _curve(queue: _Queue) -> Iterator[tuple[float, float]]:
    """Yield the points between which the exponent is straight, to where nothing is left of it.

    0 and the target are among them.
    """
    rate, served_per_s, within_s = queue.rate, queue.served_per_s, queue.within_s
    patience = queue.patience
    peak = held = before = 0.0
    share = 1.0
    yield 0.0, 0.0
    for end_ms, surviving in zip(patience.ends_ms, patience.surviving, strict=True):
        end = end_ms / MS_PER_S
        if before < within_s < end:
            yield within_s, rate * (held + share * (within_s - before)) - served_per_s * within_s
        held += share * (end - before)
        before, share = end, surviving
        here = rate * held - served_per_s * end
        peak = max(peak, here)
        yield end, here
        if here < peak - NEGLIGIBLE and end > within_s:
            return
    yield from _tail(queue, _Tail(held, before, share, peak))


@dataclass(frozen=True, slots=True)
class _Tail:
    """Where the steps of patience end: the integral of survival so far, the share still there."""

    held: float
    start: float
    share: float
    peak: float


def _tail(queue: _Queue, tail: _Tail) -> Iterator[tuple[float, float]]:
    leaving = queue.patience.tail_per_ms * MS_PER_S
    within_s = queue.within_s
    if not leaving or not tail.share:
        yield from _straight_tail(queue, tail)
        return
    piece = min(
        LONGEST_PIECE / leaving, sqrt(8 * CURVE_ERROR / (queue.rate * tail.share * leaving))
    )
    at, here, peak = tail.start, tail.peak, tail.peak
    while at <= within_s or here >= peak - NEGLIGIBLE:
        following = at + piece
        at = within_s if at < within_s < following else following
        grown = -expm1(-leaving * (at - tail.start)) / leaving
        here = queue.rate * (tail.held + tail.share * grown) - queue.served_per_s * at
        peak = max(peak, here)
        yield at, here


def _straight_tail(queue: _Queue, tail: _Tail) -> Iterator[tuple[float, float]]:
    within_s = queue.within_s
    slope = queue.rate * tail.share - queue.served_per_s
    base = queue.rate * tail.held - queue.served_per_s * tail.start
    if within_s > tail.start:
        yield within_s, base + slope * (within_s - tail.start)
    if slope >= 0:
        yield inf, 0.0
        return
    end = max(tail.start, within_s) + (NEGLIGIBLE + tail.peak - base) / -slope
    yield end, base + slope * (end - tail.start)


def _integral(curve: Curve, peak: float, start_s: float, end_s: float) -> float:
    """Return the integral of e^(exponent - peak); each piece's exponent is straight."""
    total = 0.0
    for (left_s, left), (right_s, right) in pairwise(curve):
        if left_s < start_s or right_s > end_s:
            continue
        if right_s == inf:
            return inf
        rise = right - left
        mean = expm1(rise) / rise if abs(rise) > 1e-12 else 1.0  # noqa: PLR2004  where x/x loses its digits
        total += (right_s - left_s) * mean * exp(left - peak)
    return total
