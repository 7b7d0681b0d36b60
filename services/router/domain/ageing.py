"""What becomes true of agents by time alone, and of whom it is true by now; knows no agent."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from services.router.domain.ordered import OrderedKeys
from shared.kernel.clock import Instant


class Ageing:
    """At most one instant for each agent; from then on it is due, until it is put anew.

    What is due once stays due: time does not run backwards.
    """

    def __init__(self) -> None:
        self._at: dict[int, Instant] = {}
        self._ahead = OrderedKeys()
        self._due: set[int] = set()
        self._aged_at: Instant = 0

    def __contains__(self, agent_id: UUID) -> bool:
        """Tell whether an agent's instant has come."""
        return agent_id.int in self._due

    def __iter__(self) -> Iterator[UUID]:
        """Yield whose instant has come, in order of their ids."""
        return (UUID(int=number) for number in sorted(self._due))

    def at(self, agent_id: UUID) -> Instant | None:
        """Return an agent's instant."""
        return self._at.get(agent_id.int)

    def next_at(self) -> Instant | None:
        """Return when the next one's instant comes."""
        first = self._ahead.first()
        return None if first is None else first[0]

    def put(self, agent_id: UUID, at: Instant | None) -> None:
        """Let an agent's instant be this one; None: there is none."""
        number = agent_id.int
        before = self._at.get(number)
        if before == at:
            return
        if number in self._due:
            self._due.remove(number)
        elif before is not None:
            self._ahead.remove((before, number))
        if at is None:
            del self._at[number]
            return
        self._at[number] = at
        if at > self._aged_at:
            self._ahead.add((at, number))
        else:
            self._due.add(number)

    def age(self, now: Instant) -> Iterator[UUID]:
        """Yield whose instant has come since this was asked last."""
        self._aged_at = max(self._aged_at, now)
        while (first := self._ahead.first()) is not None and first[0] <= now:
            self._ahead.remove(first)
            self._due.add(first[1])
            yield UUID(int=first[1])
