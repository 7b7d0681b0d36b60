"""How many agents each half hour needs for the target, and what one more would bring. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.staffing.demand import SLOTS, Day, HalfHour, Slot
from services.staffing.erlang import MS_PER_S, NOBODY_ASKS, Waiting, waiting
from services.staffing.patience import Patience
from shared.kernel.clock import Millis

FEWEST_ARRIVALS: Final = 1.0
"""With fewer than two contacts an hour a half hour counts as closed: nobody is planned for it."""

BLOCK: Final = 4
"""Half hours that one more agent is weighed for: nobody comes for less than two hours."""

MOST_AGENTS: Final = 10_000
"""A plan that asks for more has a target nobody can meet, such as less than the notice."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which share of customers must be answered within which span.

    `notice_ms` is what a human takes to notice and take what is offered, of the customer's span
    and of the agent's time; `at_once` is how many contacts one agent holds.
    """

    share: float
    within_ms: Millis
    notice_ms: Millis
    at_once: int = 1


@dataclass(frozen=True, slots=True)
class Staffed:
    """One half hour with so many agents, and what its customers would meet."""

    half_hour: HalfHour
    agents: int
    meets: Waiting


@dataclass(frozen=True, slots=True)
class Plan:
    """The staffing of one day."""

    day: Day
    staffed: tuple[Staffed, ...]

    @property
    def open_slots(self) -> tuple[Slot, ...]:
        """Return the half hours somebody is there."""
        return tuple(slot for slot in range(SLOTS) if self.staffed[slot].agents)

    @property
    def agent_hours(self) -> float:
        """Return how much work it asks of people."""
        return sum(one.agents for one in self.staffed) / 2

    def service_level(self) -> float:
        """Return the service level of the half hours somebody is there."""
        return service_level(self.open)

    @property
    def open(self) -> tuple[Staffed, ...]:
        """Return the half hours somebody is there, as staffed."""
        return tuple(self.staffed[slot] for slot in self.open_slots)


@dataclass(frozen=True, slots=True)
class Gain:
    """What one more agent over some half hours brings, in points of the service level."""

    day: Day
    start: Slot
    end: Slot
    here_points: float
    day_points: float
    more_in_time: float
    """Customers of such a day who are answered in time and else would not be."""


def service_level(some: Iterable[Staffed]) -> float:
    """Return the share answered in time, of all but those who left before the target."""
    counted = in_time = 0.0
    for one in some:
        counted += one.half_hour.arrivals * (1 - one.meets.left_in_time)
        in_time += _in_time(one)
    return in_time / counted if counted else 1.0


class TargetUnreachableError(Exception):
    """No number of agents meets the target; the message says why."""


class Planner:
    """Plans days for one target, by customers of one patience."""

    def __init__(self, target: Target, patience: Patience) -> None:
        self._target = target
        self._patience = patience

    def plan(self, day: Day) -> Plan:
        """Return the fewest agents of each half hour that meet the target.

        A target is met on average over the busy and the quiet days there were.

        Raises:
            TargetUnreachableError: a human alone takes longer than the target.
        """
        if self._target.within_ms < self._target.notice_ms:
            raise TargetUnreachableError(
                f"the target of {self._target.within_ms} ms is shorter than the "
                f"{self._target.notice_ms} ms a human takes to notice"
            )
        return Plan(day, tuple(self._fewest(one, day) for one in day.half_hours))

    def with_agents(self, half_hour: HalfHour, agents: int, day: Day) -> Staffed:
        """Return what customers of a half hour meet with so many agents, over all such days."""
        if half_hour.arrivals <= 0 or half_hour.handle_ms <= 0:
            return Staffed(half_hour, agents, NOBODY_ASKS)
        met = [(factor, self._meets(half_hour, agents, factor)) for factor in day.factors]
        return Staffed(half_hour, agents, _mean(met))

    def gains(self, plan: Plan) -> tuple[Gain, ...]:
        """Return what one more agent brings in each two hours that are open, greatest first."""
        starts = range(0, SLOTS, BLOCK)
        found = (self._gain(plan, start, min(start + BLOCK, SLOTS)) for start in starts)
        gains = (one for one in found if one is not None)
        return tuple(sorted(gains, key=lambda one: -one.more_in_time))

    def _fewest(self, half_hour: HalfHour, day: Day) -> Staffed:
        if half_hour.arrivals < FEWEST_ARRIVALS:
            return Staffed(half_hour, 0, NOBODY_ASKS)
        for agents in range(1, MOST_AGENTS):
            if agents * self._target.at_once < half_hour.load / 2:
                continue  # far from it: no need to ask the formula
            staffed = self.with_agents(half_hour, agents, day)
            if staffed.meets.service_level >= self._target.share:
                return staffed
        raise TargetUnreachableError(f"more than {MOST_AGENTS:,} agents would be needed")

    def _meets(self, half_hour: HalfHour, agents: int, factor: float) -> Waiting:
        handle_s = half_hour.handle_ms / MS_PER_S
        rate = factor * half_hour.load / handle_s
        notice_s = self._target.notice_ms / MS_PER_S
        within_s = self._target.within_ms / MS_PER_S - notice_s
        places = agents * self._target.at_once
        return waiting(rate, handle_s + notice_s, places, within_s, self._patience)

    def _gain(self, plan: Plan, start: Slot, end: Slot) -> Gain | None:
        slots = [slot for slot in plan.open_slots if start <= slot < end]
        if not slots:
            return None
        more = list(plan.staffed)
        for slot in slots:
            was = plan.staffed[slot]
            more[slot] = self.with_agents(was.half_hour, was.agents + 1, plan.day)
        after = Plan(plan.day, tuple(more))
        here = service_level(more[slot] for slot in slots)
        here -= service_level(plan.staffed[slot] for slot in slots)
        in_time = sum(_in_time(more[slot]) - _in_time(plan.staffed[slot]) for slot in slots)
        whole = after.service_level() - plan.service_level()
        return Gain(plan.day, slots[0], slots[-1] + 1, 100 * here, 100 * whole, in_time)


def _in_time(staffed: Staffed) -> float:
    return staffed.half_hour.arrivals * staffed.meets.answered_in_time


def _mean(met: list[tuple[float, Waiting]]) -> Waiting:
    """Return what a customer meets whose day is one of these, busy days having more of them."""
    whole = sum(factor for factor, _ in met)

    def mean(name: str) -> float:
        return sum(factor * float(getattr(one, name)) for factor, one in met) / whole

    names = ("answered_in_time", "left_in_time", "left", "waiting", "occupancy")
    return Waiting(*(mean(name) for name in names))
