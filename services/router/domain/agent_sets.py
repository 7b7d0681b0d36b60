"""Sets of agents as bits of whole numbers, in the order of their turns; means nothing.

Asking who is in several sets at once costs one `&` each, whatever the number of agents: a hundred
thousand bits are 13 KiB.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Final, TypeAlias
from uuid import UUID

Turn: TypeAlias = tuple[int, ...]
"""Whoever has the least is first; no two agents have the same."""

Names: TypeAlias = frozenset[Hashable]
"""What an agent's sets are called."""

NOWHERE: Final[Names] = frozenset()

SPARE_PLACES: Final = 256
"""Places left behind, beside as many as there are agents, before all are given anew."""


class AgentSets:
    """Any number of named sets; each agent has one place, so a set is one whole number."""

    def __init__(self) -> None:
        # By the numbers of ids: Python computes a UUID's hash by a call each time.
        self._place: dict[int, int] = {}
        self._turn: dict[int, Turn] = {}
        self._names: dict[int, Names] = {}
        self._at: list[UUID] = []
        self._sets: dict[Hashable, int] = {}
        self._last: Turn = ()

    def __len__(self) -> int:
        return len(self._place)

    def __getitem__(self, name: Hashable) -> int:
        """Return a set; of an unknown name the empty one."""
        return self._sets.get(name, 0)

    def bit(self, agent_id: UUID) -> int:
        """Return the set of one agent alone, empty for one that is in none."""
        place = self._place.get(agent_id.int)
        return 0 if place is None else 1 << place

    def holds(self, name: Hashable, agent_id: UUID) -> bool:
        """Tell whether an agent is in a set."""
        return name in self._names.get(agent_id.int, NOWHERE)

    def bits(self, agents: Iterable[UUID]) -> int:
        """Return the set of some agents."""
        found = 0
        for agent_id in agents:
            found |= self.bit(agent_id)
        return found

    def members(self, among: int) -> Iterator[UUID]:
        """Yield the agents of a set, first turn first."""
        while among:
            lowest = among & -among
            yield self._at[lowest.bit_length() - 1]
            among ^= lowest

    def turn(self, agent_id: UUID) -> Turn:
        """Return the turn of an agent that is there."""
        return self._turn[agent_id.int]

    def put(self, agent_id: UUID, turn: Turn, names: Names) -> None:
        """Let an agent be in exactly these sets, in its place by its turn."""
        number, bit = agent_id.int, self.bit(agent_id)
        before = self._names.get(number, NOWHERE)
        self._names[number] = names
        if self._turn.get(number) == turn:
            if names is not before:
                self._flip(bit, before ^ names)
            return
        self._turn[number] = turn
        if turn < self._last or len(self._at) > 2 * len(self._place) + SPARE_PLACES:
            self._place_anew({number: agent_id})
            return
        self._place[number] = len(self._at)
        self._at.append(agent_id)
        self._last = turn
        self._move(bit, before, self.bit(agent_id), names)

    def drop(self, agent_id: UUID) -> None:
        """Take an agent out of everything, if it is there."""
        names = self._names.pop(agent_id.int, None)
        if names is not None:
            self._flip(self.bit(agent_id), names)
            del self._place[agent_id.int], self._turn[agent_id.int]

    def _move(self, left: int, before: Names, taken: int, names: Names) -> None:
        """Let an agent leave its place for another; most of its sets stay the same."""
        if names is before:
            self._flip(left ^ taken, names)
            return
        self._flip(left ^ taken, before & names)
        self._flip(left, before - names)
        self._flip(taken, names - before)

    def _flip(self, bit: int, names: Iterable[Hashable]) -> None:
        for name in names:
            changed = self._sets.get(name, 0) ^ bit
            if changed:
                self._sets[name] = changed
            else:
                self._sets.pop(name, None)

    def _place_anew(self, newcomer: dict[int, UUID]) -> None:
        """Give places by turn without a gap: rare, so that its cost is small for each turn."""
        ids = {number: self._at[place] for number, place in self._place.items()} | newcomer
        numbers = sorted(self._turn, key=self._turn.__getitem__)
        self._at = [ids[number] for number in numbers]
        self._place = {number: place for place, number in enumerate(numbers)}
        self._last = self._turn[numbers[-1]]
        size = len(numbers) // 8 + 1
        rows: dict[Hashable, bytearray] = {}
        for place, number in enumerate(numbers):
            for name in self._names[number]:
                row = rows.setdefault(name, bytearray(size))
                row[place >> 3] |= 1 << (place & 7)
        self._sets = {name: int.from_bytes(row, "little") for name, row in rows.items()}
