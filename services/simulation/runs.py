"""Plays many days under many policies, on every processor; what is counted is the domain's."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from services.router.domain.policy import Policy
from services.simulation.domain.assumptions import Assumptions
from services.simulation.domain.bounds import Bounds, bounds_of
from services.simulation.domain.day import Day, make_day
from services.simulation.domain.figures import Figures, figures_of
from services.simulation.domain.policies import SHIPPED, desk_of
from services.simulation.domain.stage import play

Task = TypeVar("Task")
Found = TypeVar("Found")

PINNED: Final = Path(__file__).with_name("assumptions.toml")
"""The assumptions of every published figure."""


class BadAssumptionsError(Exception):
    """A file of assumptions that cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """Assumptions as read, with the SHA-256 of their file."""

    assumptions: Assumptions
    sha256: str


@dataclass(frozen=True, slots=True)
class Run:
    """One day under one policy. `day` is given when it was recorded, and drawn otherwise."""

    policy: str
    seed: int
    load: float
    day: Day | None = None


def read_assumptions(path: Path = PINNED) -> Pinned:
    """Read a file of assumptions.

    Raises:
        BadAssumptionsError: it cannot be read, is no TOML, or holds a figure that cannot be.
    """
    try:
        raw = path.read_bytes()
        assumptions = Assumptions.model_validate(tomllib.loads(raw.decode()))
    except OSError as problem:
        raise BadAssumptionsError(f"{path} cannot be read: {problem.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadAssumptionsError(f"{path} is no TOML: {problem}") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadAssumptionsError(f"{path}: {where}: {first['msg']}") from None
    return Pinned(assumptions, hashlib.sha256(raw).hexdigest())


def days_of(policies: Sequence[str], seeds: Iterable[int], loads: Iterable[float]) -> list[Run]:
    """Return a run for each policy on each day; the longest take their turn first."""
    wanted = product(sorted(loads, reverse=True), seeds, policies)
    return [Run(policy, seed, load) for load, seed, policy in wanted]


def play_all(
    runs: Sequence[Run],
    assumptions: Assumptions,
    *,
    policy: Policy = SHIPPED,
    processes: int | None = None,
    watch: Callable[[], None] = lambda: None,
) -> list[Figures]:
    """Play every run in some process; `watch` is called after each.

    Returns what each came to, in the order of the runs.

    The figures do not depend on how many processes there are.
    """
    work = partial(play_one, assumptions=assumptions, policy=policy)
    return spread(work, runs, processes=processes, watch=watch)


def bound_all(
    runs: Sequence[Run],
    assumptions: Assumptions,
    *,
    processes: int | None = None,
    watch: Callable[[], None] = lambda: None,
) -> list[Bounds]:
    """Return the bounds of every run's day, in the order of the runs."""
    work = partial(bound_one, assumptions=assumptions)
    return spread(work, runs, processes=processes, watch=watch)


def spread(
    work: Callable[[Task], Found],
    tasks: Sequence[Task],
    *,
    processes: int | None = None,
    watch: Callable[[], None] = lambda: None,
) -> list[Found]:
    """Do the same with each task in some process, `watch` after each; return what was found."""
    found: dict[int, Found] = {}
    processors = processes or len(os.sched_getaffinity(0))
    # Spawned, not forked: whoever shows the progress has threads.
    with ProcessPoolExecutor(processors, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(work, task): at for at, task in enumerate(tasks)}
        for done in as_completed(waiting):
            found[waiting[done]] = done.result()
            watch()
    return [found[at] for at in range(len(tasks))]


def bound_one(run: Run, assumptions: Assumptions) -> Bounds:
    """Return the bounds of a run's day."""
    return bounds_of(run.day or make_day(assumptions, run.seed, run.load))


def play_one(run: Run, assumptions: Assumptions, policy: Policy = SHIPPED) -> Figures:
    """Play one day under one policy."""
    day = run.day or make_day(assumptions, run.seed, run.load)
    return figures_of(play(day, desk_of(run.policy, assumptions.peers, policy)))
