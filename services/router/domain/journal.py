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
"""And of the last hour: people ask why of what has just happened. What is handed out reaches back
further; no standing of it lies further behind its last command than twice as long."""

BASE_AFTER: Final = 1_000
"""Commands handed out from one standing to the next, or as many as the standing has rows: writing
these down costs about as much as writing the commands, in any shop."""


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
    began: Instant = 0
    """When the first command was told."""
    handed_out: int = 0
    """So many of the entries."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was noted since it was asked for last, to be kept elsewhere.

    Pieces of one `number` are one run: the first, `part` 0, says what stood, the others go on where
    the one before ended.
    """

    number: int
    part: int
    standing: Standing | None
    at: Instant | None
    entries: Sequence[Entry]

    @property
    def span(self) -> tuple[Instant, Instant]:
        """Return the instants of the first and the last command; a piece has one at least."""
        told = [entry.at for entry in self.entries if isinstance(entry, Told)]
        return told[0], told[-1]


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is needed to make one decision again; belongs to nobody else, so any thread may."""

    decision_id: UUID
    standing: Standing
    at: Instant | None
    entries: Sequence[Entry]


class Journal:
    """The inputs of one engine, from what stood when it was made. Whoever owns that owns this.

    `unkept` hands out what is to be kept elsewhere, from any standing on; `lost` takes that back.
    """

    def __init__(self, engine: Engine, *, stretch: int = STRETCH) -> None:
        self._stretch = stretch
        self._stretches: deque[_Stretch] = deque()
        self._broken = True
        """The next piece goes on from none."""
        self._number = self._part = self._since_base = self._base_size = 0
        self._base_at: Instant = 0
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
            self._broken = True
            self._begin(engine, now)
            return
        if isinstance(command, MessageArrived) and command.told is not None:
            command = replace(command, told=None)
        stretch = self._stretches[-1]
        stretch.began = stretch.began or now
        stretch.entries.append(Told(command, now, tuple(one.id for one in effects.decisions)))
        if len(stretch.entries) >= self._stretch or now - stretch.began >= KEPT_MS:
            self._begin(engine, now)
            while (self._stretches[1].at or now) <= now - KEPT_MS:
                self._drop_first()

    def recall(self, decision_id: UUID) -> Recalled | None:
        """Return what a decision was made from; None: that is not kept, or not any more."""
        for stretch in self._stretches:
            for place, entry in enumerate(stretch.entries):
                if isinstance(entry, Told) and decision_id in entry.decisions:
                    entries = stretch.entries[: place + 1]
                    return Recalled(decision_id, stretch.standing, stretch.at, entries)
        return None

    @property
    def has_unkept(self) -> bool:
        """Tell whether `unkept` would hand anything out."""
        return any(len(one.entries) > one.handed_out for one in self._stretches)

    def unkept(self) -> tuple[Piece, ...]:
        """Hand out what was noted since it was handed out last."""
        pieces: list[Piece] = []
        for stretch in self._stretches:
            entries = stretch.entries[stretch.handed_out :]
            if not any(isinstance(entry, Told) for entry in entries):
                continue  # what was looked up is kept with its command
            based = stretch.handed_out == 0 and self._wants_base(stretch)
            stretch.handed_out = len(stretch.entries)
            self._number += based
            self._part = 0 if based else self._part + 1
            standing, at = (stretch.standing, stretch.at) if based else (None, None)
            piece = Piece(self._number, self._part, standing, at, entries)
            if based:
                self._broken, self._since_base = False, 0
                self._base_at, self._base_size = stretch.began, stretch.standing.size
            self._since_base += len(entries)
            pieces.append(piece)
        return tuple(pieces)

    def lost(self) -> None:
        """Hand out anew, from a standing on, what is remembered: the pieces were not kept."""
        self._broken = True
        for stretch in self._stretches:
            stretch.handed_out = 0

    def _wants_base(self, stretch: _Stretch) -> bool:
        old = stretch.began - self._base_at >= KEPT_MS
        return self._broken or old or self._since_base >= max(BASE_AFTER, self._base_size)

    def _begin(self, engine: Engine, now: Instant | None) -> None:
        self._stretches.append(_Stretch(standing_of(engine.state), now))
        while len(self._stretches) > STRETCHES + 1:
            self._drop_first()

    def _drop_first(self) -> None:
        first = self._stretches.popleft()
        self._broken = self._broken or first.handed_out < len(first.entries)


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
