"""Plays every recorded day under every policy, on every processor, and keeps what is told of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from time import process_time

from services.replaying.days import RecordedDay
from services.simulation.domain.assumptions import Peers
from services.simulation.domain.figures import Figures, figures_of
from services.simulation.domain.policies import desk_of
from services.simulation.domain.stage import Fate, play
from services.staffing.demand import SLOTS
from shared.kernel.clock import Millis


@dataclass(frozen=True, slots=True)
class Tally:
    """Of those who came in one half hour: all that count, and the ones answered in time."""

    counted: int = 0
    in_time: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one day came to under one policy."""

    figures: Figures
    by_slot: tuple[Tally, ...]
    took_ms: tuple[Millis, ...]
    """From asking to the answer, of each who was answered."""
    processor_s: float


def outcome_of(recorded: RecordedDay, policy: str, peers: Peers) -> Outcome:
    """Play one day under one policy."""
    began = process_time()
    played = play(recorded.day, desk_of(policy, peers))
    took = process_time() - began
    answered = (
        one.answered_at - one.visit.at for one in played.fates if one.answered_at is not None
    )
    return Outcome(figures_of(played), _by_slot(recorded, played.fates), tuple(answered), took)


def play_all(
    days: Sequence[RecordedDay],
    policies: Sequence[str],
    peers: Peers,
    *,
    processes: int | None = None,
    watch: Callable[[], None] = lambda: None,
) -> dict[str, list[Outcome]]:
    """Return each policy's outcomes, in the order of the days; `watch` is called after each.

    What they are does not depend on how many processes there are; with one, it is this one.
    """
    found: dict[str, list[Outcome]] = {}
    if processes == 1:
        for policy in policies:
            found[policy] = [_watched(outcome_of(one, policy, peers), watch) for one in days]
        return found
    processors = processes or len(os.sched_getaffinity(0))
    # Spawned, not forked: whoever shows the progress has threads.
    with ProcessPoolExecutor(processors, mp_context=get_context("spawn")) as pool:
        asked = {
            policy: [pool.submit(outcome_of, one, policy, peers) for one in days]
            for policy in policies
        }
        for done in as_completed(one for some in asked.values() for one in some):
            _watched(done.result(), watch)
        return {policy: [one.result() for one in some] for policy, some in asked.items()}


def _watched(outcome: Outcome, watch: Callable[[], None]) -> Outcome:
    watch()
    return outcome


def _by_slot(recorded: RecordedDay, fates: Sequence[Fate]) -> tuple[Tally, ...]:
    target = recorded.day.target_ms
    counted, in_time = [0] * SLOTS, [0] * SLOTS
    for one in fates:
        slot = recorded.slot_of(one.visit)
        if one.answered_at is None:
            counted[slot] += one.visit.patience_ms >= target
        else:
            counted[slot] += 1
            in_time[slot] += one.answered_at - one.visit.at <= target
    return tuple(Tally(*both) for both in zip(counted, in_time, strict=True))
