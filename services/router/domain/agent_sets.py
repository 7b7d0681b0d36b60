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

SPARE_PLACES: Final = 256
"""Places left behind, beside as many as there are agents, before all are given anew."""


class AgentSets:
    """Any number of named sets; each agent has one place, so a set is one whole number."""

    def __init__(self) -> None:
        self._place: dict[UUID, int] = {}
        self._turn: dict[UUID, Turn] = {}
        self._names: dict[UUID, Names] = {}
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
        place = self._place.get(agent_id)
        return 0 if place is None else 1 << place

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
        return self._turn[agent_id]

    def put(self, agent_id: UUID, turn: Turn, names: Names) -> None:
        """Let an agent be in exactly these sets, in its place by its turn."""
        before = self._names.get(agent_id, frozenset())
        self._names[agent_id] = names
        if self._turn.get(agent_id) == turn:
            self._flip(self.bit(agent_id), before ^ names)
            return
        self._flip(self.bit(agent_id), before)
        self._turn[agent_id] = turn
        if turn < self._last or len(self._at) > 2 * len(self._place) + SPARE_PLACES:
            self._place_anew()
            return
        self._place[agent_id] = len(self._at)
        self._at.append(agent_id)
        self._last = turn
        self._flip(self.bit(agent_id), names)

    def drop(self, agent_id: UUID) -> None:
        """Take an agent out of everything, if it is there."""
        names = self._names.pop(agent_id, None)
        if names is not None:
            self._flip(self.bit(agent_id), names)
            del self._place[agent_id], self._turn[agent_id]

    def _flip(self, bit: int, names: Iterable[Hashable]) -> None:
        for name in names:
            changed = self._sets.get(name, 0) ^ bit
            if changed:
                self._sets[name] = changed
            else:
                self._sets.pop(name, None)

    def _place_anew(self) -> None:
        """Give places by turn without a gap: rare, so that its cost is small for each turn."""
        self._at = sorted(self._turn, key=self._turn.__getitem__)
        self._place = {agent_id: place for place, agent_id in enumerate(self._at)}
        self._last = self._turn[self._at[-1]]
        size = len(self._at) // 8 + 1
        rows: dict[Hashable, bytearray] = {}
        for place, agent_id in enumerate(self._at):
            for name in self._names[agent_id]:
                row = rows.setdefault(name, bytearray(size))
                row[place >> 3] |= 1 << (place & 7)
        self._sets = {name: int.from_bytes(row, "little") for name, row in rows.items()}
