"""Turns a recorded history into days that can be played: who came, for how long, and who was there.

What the record cannot say is drawn, by the seed and the contact's place in its day: how much longer
an answered customer would have waited, and how long one who left would have taken. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

from services.simulation.domain.assumptions import Assumptions
from services.simulation.domain.day import Day, Visit, draw_crew
from services.simulation.domain.draws import share
from services.staffing.demand import HALF_HOUR_MS, SLOTS, WEEKDAYS, Slot, starts_of
from services.staffing.patience import Patience
from services.staffing.plan import Plan
from services.staffing.recorded import Contact
from shared.kernel.clock import Instant, Millis, to_datetime

LONGEST_PATIENCE_MS: Final[Millis] = 24 * 3_600_000
"""Whoever would wait for longer than a day waits for a day."""

SPOKEN_ANSWER_S: Final = 0.5
"""Who picks up a call has answered it with the first word."""


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """One local date of the record with the plan's staff, ready to be played."""

    on: date
    day: Day
    plan: Plan
    staff: tuple[int, ...]
    slots: tuple[Slot, ...]
    """Which half hour of the clock each entry of `staff` is."""
    opens_at: Instant
    """The first instant of the date."""
    closed: int
    """Contacts that came while nobody is planned; they are not played."""

    def slot_of(self, visit: Visit) -> Slot:
        """Return the half hour of the clock in which somebody came."""
        return self.slots[(visit.at - self.opens_at) // HALF_HOUR_MS]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn from: the seed, the patience and the handle times of the whole record."""

    seed: int
    patience: Patience
    handles_ms: Sequence[Millis]


def people_for(
    assumptions: Assumptions, *, spoken: bool, at_once: int, away_share: float
) -> Assumptions:
    """Return the assumptions with agents who hold so many at once and are so often silently away.

    Who speaks answers with the first word; who writes takes as long as assumed.
    """
    humans = assumptions.humans
    if spoken:
        update = {"compose_median_s": SPOKEN_ANSWER_S, "compose_sigma": 0.0}
        humans = humans.model_copy(update=update)
    agents = assumptions.agents.model_copy(
        update={"capacities": (at_once,), "away_share": away_share}
    )
    return assumptions.model_copy(update={"agents": agents, "humans": humans})


def recorded_days(
    contacts: Iterable[Contact],
    plans: Mapping[str, Plan],
    people: Assumptions,
    drawn: Drawn,
    *,
    zone: tzinfo,
    target_ms: Millis,
) -> tuple[RecordedDay, ...]:
    """Return each date on which anybody came while somebody is planned, in order."""
    by_date: dict[date, list[Contact]] = defaultdict(list)
    for one in contacts:
        by_date[to_datetime(one.at).astimezone(zone).date()].append(one)
    made = _Maker(plans, people, drawn, zone, target_ms)
    days = (made.day(on, by_date[on]) for on in sorted(by_date))
    return tuple(one for one in days if one.day.visits)


@dataclass(frozen=True, slots=True)
class _Maker:
    plans: Mapping[str, Plan]
    people: Assumptions
    drawn: Drawn
    zone: tzinfo
    target_ms: Millis

    def day(self, on: date, contacts: Sequence[Contact]) -> RecordedDay:
        starts = starts_of(on, self.zone)
        opens_at, slots = starts[0][0], tuple(slot for _, slot in starts)
        plan = self.plans[WEEKDAYS[on.weekday()]]
        staff = tuple(plan.staffed[slot].agents for slot in slots)
        seed = self.drawn.seed + on.toordinal()
        visits = tuple(
            self._visit(seed, number, one)
            for number, one in enumerate(contacts)
            if staff[(one.at - opens_at) // HALF_HOUR_MS]
        )
        day = Day(
            seed=seed,
            humans=self.people.humans,
            visits=visits,
            workers=draw_crew(self.people, seed, staff, opens_at),
            target_ms=self.target_ms,
        )
        return RecordedDay(on, day, plan, staff, slots, opens_at, len(contacts) - len(visits))

    def _visit(self, seed: int, number: int, one: Contact) -> Visit:
        handles, handle, patience = self.drawn.handles_ms, one.handle_ms, float(one.waited_ms)
        if handle is None:
            handle = handles[int(share(seed, "handle", number) * len(handles))]
        else:
            chance = share(seed, "patience", number)
            patience = self.drawn.patience.drawn(chance, one.waited_ms)
        return Visit(number, one.at, round(min(patience, LONGEST_PATIENCE_MS)), handle)


def arrivals_by_slot(days: Sequence[RecordedDay]) -> tuple[float, ...]:
    """Return how many came each half hour of the clock, a day."""
    counts = [0] * SLOTS
    for one in days:
        for visit in one.day.visits:
            counts[one.slot_of(visit)] += 1
    return tuple(count / len(days) for count in counts)


def staff_by_slot(days: Sequence[RecordedDay]) -> tuple[float, ...]:
    """Return how many agents were there each half hour of the clock, a day."""
    counts = [0] * SLOTS
    for one in days:
        for slot, agents in zip(one.slots, one.staff, strict=True):
            counts[slot] += agents
    return tuple(count / len(days) for count in counts)
