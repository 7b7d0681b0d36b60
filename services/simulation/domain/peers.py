"""How the peers route: give to somebody by count or turn, and drain the line by a pass or at once.

Each is the strongest reading of its kind: no state is stale, no limit is broken, and the line is
first come, first served.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from services.simulation.domain import desk
from services.simulation.domain.day import Day, Visit
from services.simulation.domain.desk import Order, WorkerNumber
from shared.kernel.clock import Instant, Millis


@dataclass(slots=True)
class Seat:
    """One agent as a peer sees them: on duty or not, and how many conversations they have."""

    worker: WorkerNumber
    capacity: int
    on_duty: bool = False
    load: int = 0
    given_at: Instant = 0
    """When they last were given one."""
    idle_since: Instant = 0
    """When they came, or last finished one."""

    @property
    def is_free(self) -> bool:
        """Tell whether one more may be given."""
        return self.on_duty and self.load < self.capacity


Pick: TypeAlias = Callable[[Sequence[Seat], WorkerNumber], Seat]
"""Choose among free seats, at least one, in their fixed order; the second is who had the last."""


def next_in_turn(free: Sequence[Seat], last: WorkerNumber) -> Seat:
    """Round robin: whoever comes after the last."""
    return next((one for one in free if one.worker > last), free[0])


def least_loaded(free: Sequence[Seat], _last: WorkerNumber) -> Seat:
    """Fewest conversations; of those as few, whoever was given one longest ago."""
    return min(free, key=lambda one: (one.load, one.given_at, one.worker))


def longest_idle(free: Sequence[Seat], _last: WorkerNumber) -> Seat:
    """Whoever finished one longest ago: what telephone systems do."""
    return min(free, key=lambda one: (max(one.idle_since, one.given_at), one.worker))


@dataclass(frozen=True, slots=True)
class Pace:
    """When the line is looked at: at once, or each so often, and how many a pass hands out."""

    every_ms: Millis | None = None
    a_pass: int | None = None


class PeerDesk:
    """Gives what waits by a pick, at a pace; whoever has it keeps it, present or not."""

    def __init__(self, day: Day, pick: Pick, pace: Pace = Pace()) -> None:
        self._seats = {one.number: Seat(one.number, one.capacity) for one in day.workers}
        self._pick = pick
        self._pace = pace
        self._line: list[Visit] = []
        self._holder: dict[int, Seat] = {}
        self._last: WorkerNumber = -1
        self._looked_at: Instant = 0

    def wakes_at(self) -> Instant | None:
        """Return the next pass, if anybody waits and passes are what it takes."""
        if self._pace.every_ms is None or not self._line:
            return None
        return self._looked_at

    def tell(self, event: desk.Event, now: Instant) -> list[Order]:
        """Note what happened; at a pass hand out what can be."""
        self._note(event, now)
        every = self._pace.every_ms
        if every is None:
            return self._hand_out(now, len(self._line))
        # Passes are at fixed instants; they are only counted on while somebody waits.
        due = isinstance(event, desk.Woken)
        self._looked_at = (now // every + 1) * every
        return self._hand_out(now, self._pace.a_pass or len(self._line)) if due else []

    def _note(self, event: desk.Event, now: Instant) -> None:
        match event:
            case desk.Arrived(visit):
                self._line.append(visit)
            case desk.Left(visit) | desk.Closed(visit):
                self._over(visit, now)
            case desk.CameOn(worker):
                self._seats[worker].on_duty = True
                self._seats[worker].idle_since = now
            case desk.WentOff(worker):
                self._seats[worker].on_duty = False
            case _:
                pass

    def _over(self, visit: Visit, now: Instant) -> None:
        seat = self._holder.pop(visit.number, None)
        if seat is None:
            self._line.remove(visit)
        else:
            seat.load -= 1
            seat.idle_since = now

    def _hand_out(self, now: Instant, most: int) -> list[Order]:
        orders: list[Order] = []
        while self._line and len(orders) < most:
            free = [one for one in self._seats.values() if one.is_free]
            if not free:
                break
            seat = self._pick(free, self._last)
            visit = self._line.pop(0)
            self._last, seat.given_at = seat.worker, now
            seat.load += 1
            self._holder[visit.number] = seat
            orders.append(desk.Give(visit, seat.worker))
        return orders
