"""One replay from the file to the figures; shows nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from time import perf_counter
from typing import Final

from services.replaying.days import Drawn, RecordedDay, people_for, recorded_days
from services.replaying.findings import Replay, findings_of
from services.replaying.playing import play_all
from services.simulation.domain.assumptions import Assumptions
from services.simulation.domain.bounds import in_time_alone
from services.simulation.domain.pairing import POINTS
from services.simulation.runs import read_assumptions
from services.staffing.demand import typical_days
from services.staffing.patience import Patience, estimate
from services.staffing.plan import Planner, Target, service_level
from services.staffing.reading import read_history
from services.staffing.recorded import Recording, UnreadableError

MS_PER_S: Final = 1_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be replayed, and how. The target's notice is that of the assumptions."""

    file: Path
    policies: tuple[str, ...]
    against: str
    target: Target
    away_share: float
    zone: tzinfo
    seed: int
    assumptions: Path
    processes: int | None
    command: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record read, with the days to play and who plays in them."""

    wish: Wish
    recording: Recording
    people: Assumptions
    assumptions_sha256: str
    days: tuple[RecordedDay, ...]

    @property
    def plays(self) -> int:
        """Return how often a day is played."""
        return len(self.days) * len(self.wish.policies)


def prepare(wish: Wish) -> Prepared:
    """Read the record and plan its staff.

    Raises:
        UnreadableError: there is nothing in the file that could be played.
        TargetUnreachableError: no staff meets the target.
        BadAssumptionsError: the assumptions cannot be used.
    """
    recording = read_history(wish.file)
    pinned = read_assumptions(wish.assumptions)
    people = people_for(
        pinned.assumptions,
        spoken=recording.spoken,
        at_once=wish.target.at_once,
        away_share=wish.away_share,
    )
    days = _days(wish, recording, people)
    if not days:
        raise UnreadableError(f"{wish.file} has no half hour in which two an hour ask.")
    return Prepared(wish, recording, people, pinned.sha256, days)


def run(prepared: Prepared, watch: Callable[[], None]) -> Replay:
    """Play all days under all policies; `watch` is called after each."""
    wish, days = prepared.wish, prepared.days
    began = perf_counter()
    peers = prepared.people.peers
    outcomes = play_all(days, wish.policies, peers, processes=wish.processes, watch=watch)
    took = perf_counter() - began
    return Replay(
        name=wish.file.name,
        sha256=hashlib.sha256(wish.file.read_bytes()).hexdigest(),
        command=wish.command,
        days=days,
        findings=findings_of(outcomes, wish.against, peers),
        against=wish.against,
        share=wish.target.share,
        target_ms=wish.target.within_ms,
        predicted=POINTS * service_level(half_hour for one in days for half_hour in one.plan.open),
        infinite_capacity=_infinite_capacity(days),
        agent_hours=sum(sum(one.staff) for one in days) / 2,
        seconds=took,
        seed=wish.seed,
        assumptions_sha256=prepared.assumptions_sha256,
        notes=_notes(prepared),
    )


def _days(wish: Wish, recording: Recording, people: Assumptions) -> tuple[RecordedDay, ...]:
    contacts = recording.contacts
    patience = estimate(contacts)
    humans = people.humans
    # What a human takes before the answer is of the customer's time and of the agent's.
    takes_ms = round((humans.notice_median_s + humans.compose_median_s) * MS_PER_S)
    planner = Planner(replace(wish.target, notice_ms=takes_ms), patience)
    plans = {day.name: planner.plan(day) for day in typical_days(contacts, wish.zone)}
    return recorded_days(
        contacts,
        plans,
        people,
        _drawn(wish.seed, patience, recording),
        zone=wish.zone,
        target_ms=wish.target.within_ms,
    )


def _infinite_capacity(days: Sequence[RecordedDay]) -> float:
    customers = sum(len(one.day.visits) for one in days)
    return POINTS * sum(in_time_alone(one.day) for one in days) / customers


def _drawn(seed: int, patience: Patience, recording: Recording) -> Drawn:
    handles = sorted(one.handle_ms for one in recording.contacts if one.handle_ms is not None)
    if not handles:
        raise UnreadableError("Nobody in the record was answered: how long it takes is not known.")
    return Drawn(seed, patience, handles)


def _notes(prepared: Prepared) -> tuple[str, ...]:
    return (
        _left_out(prepared),
        _kept(),
        _people(prepared),
        "All agents can serve all contacts: the record's kinds and priorities are not used.",
    )


def _left_out(prepared: Prepared) -> str:
    recording = prepared.recording
    aside = "".join(f", {count:,} {what}" for what, count in recording.no_demand.items())
    closed = sum(one.closed for one in prepared.days)
    return (
        f"Left out: {len(recording.rejected):,} rows that contradict themselves{aside}, and "
        f"{closed:,} contacts in half hours with fewer than two an hour: nobody is planned there."
    )


def _kept() -> str:
    return (
        "Instants and handle times are the record's. Who left unanswered leaves after the recorded "
        "wait; how much longer the others would have waited is drawn from the Kaplan-Meier "
        "estimate of the whole record, and how long those who left would have taken from all "
        "handle times."
    )


def _people(prepared: Prepared) -> str:
    humans, wish = prepared.people.humans, prepared.wish
    compose = f"after another {humans.compose_median_s:g} s"
    answer = "with the first word" if prepared.recording.spoken else compose
    return (
        f"Agents notice after {humans.notice_median_s:g} s (median) and answer {answer}; each "
        f"holds {wish.target.at_once} at once and is silently away {wish.away_share:.0%} of the "
        "time. What is taken from an agent's screen before they answer costs them "
        f"{humans.rescinded_s:g} s."
    )
