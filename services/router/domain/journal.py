"""What an engine was told lately, so that a decision can be made again, with all who were weighed.

The engine is deterministic: one that is made from what stood, and told the same at the same
instants, decides the same. So nothing of the long lists is kept, and they cost nothing until
somebody asks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from uuid import UUID

from services.router.domain.commands import Command, CustomerErased, MessageArrived, Tick
from services.router.domain.effects import DecisionRecord, Effects
from services.router.domain.engine import Engine
from services.router.domain.model import Rows
from services.router.domain.replacing import replace
from services.router.domain.standing import Standing, standing_of
from shared.kernel.clock import Instant, Millis

STRETCH: Final = 200
"""Commands from one standing to the next: so many are told again at most while somebody waits."""

STRETCHES: Final = 10
"""Kept beside the one under way: at most 2,200 commands of a shop."""

KEPT_MS: Final[Millis] = 3_600_000
"""And of the last hour: people ask why of what has just happened."""


@dataclass(frozen=True, slots=True)
class Told:
    """A command, at its instant, and the decisions that it brought about."""

    command: Command
    at: Instant
    decisions: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Rows that were looked up for a command and taken in before it."""

    rows: Rows


Entry: TypeAlias = Told | Admitted


@dataclass(slots=True)
class _Stretch:
    standing: Standing
    at: Instant | None
    """When it stood so and nothing was left to be done; None: in an engine that was just made."""
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is needed to make one decision again; belongs to nobody else, so any thread may."""

    decision_id: UUID
    standing: Standing
    at: Instant | None
    entries: Sequence[Entry]


class Journal:
    """The inputs of one engine, from what stood when it was made. Whoever owns that owns this."""

    def __init__(self, engine: Engine, *, stretch: int = STRETCH) -> None:
        self._stretch = stretch
        self._stretches: deque[_Stretch] = deque(maxlen=STRETCHES + 1)
        self._begin(engine, None)

    def admitted(self, rows: Rows) -> None:
        """Note rows that the engine took in."""
        self._stretches[-1].entries.append(Admitted(rows))

    def told(self, engine: Engine, command: Command, now: Instant, effects: Effects) -> None:
        """Note a command that the engine has just done.

        Of what customers write nothing is kept beside the engine's own rows, and an erasure begins
        the journal anew, for those rows stand in it.
        """
        if isinstance(command, CustomerErased):
            self._stretches.clear()
            self._begin(engine, now)
            return
        if isinstance(command, MessageArrived) and command.told is not None:
            command = replace(command, told=None)
        stretch = self._stretches[-1]
        stretch.entries.append(Told(command, now, tuple(one.id for one in effects.decisions)))
        if len(stretch.entries) >= self._stretch:
            self._begin(engine, now)
            while (self._stretches[1].at or now) <= now - KEPT_MS:
                self._stretches.popleft()

    def recall(self, decision_id: UUID) -> Recalled | None:
        """Return what a decision was made from; None: that is not kept, or not any more."""
        for stretch in self._stretches:
            for place, entry in enumerate(stretch.entries):
                if isinstance(entry, Told) and decision_id in entry.decisions:
                    entries = stretch.entries[: place + 1]
                    return Recalled(decision_id, stretch.standing, stretch.at, entries)
        return None

    def _begin(self, engine: Engine, now: Instant | None) -> None:
        self._stretches.append(_Stretch(standing_of(engine.state), now))


def make_again(recalled: Recalled) -> DecisionRecord:
    """Make a decision again and return it with every agent who could have been asked.

    Raises:
        LookupError: it was not made again, so an engine is not what its rows are.
    """
    engine = Engine(recalled.standing.policy, recalled.standing.rows)
    if recalled.at is not None:
        engine.apply(Tick(), recalled.at)
    effects: Effects | None = None
    for entry in recalled.entries:
        if isinstance(entry, Admitted):
            engine.admit(entry.rows)
            continue
        if recalled.decision_id in entry.decisions:
            engine.state.candidates_told = len(engine.state.agents) + 1
        effects = engine.apply(entry.command, entry.at)
    decisions = () if effects is None else effects.decisions
    for decision in decisions:
        if decision.id == recalled.decision_id:
            return decision
    raise LookupError("a decision made again is another one")
