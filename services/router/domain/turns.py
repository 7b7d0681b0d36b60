"""Who of those who wait is tried next, once agents can be asked for more than before.

After each command nobody waits whom an agent could serve. So a later command concerns the kinds of
need that an agent meets who has more room since, and conversations that came or need something
else: what it costs does not grow with how many wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from uuid import UUID

from services.router.domain import choice, sparing
from services.router.domain.kinds import Kind
from services.router.domain.line import Line
from services.router.domain.model import Conversation, LineKey
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState


class Turns:
    """One round over a line; whoever is taken from it is served, or set aside by `failed`."""

    def __init__(
        self, state: ShopState, line: Line[Kind], fresh: Iterable[UUID], *, displaces: bool
    ) -> None:
        self._state = state
        self._line = line
        self._fresh = frozenset(fresh)
        self._displaces = displaces
        self._giving_way = line.giving_way[False] | line.giving_way[True]
        kinds = line.kinds() if self._fresh else self._giving_way
        self._kinds = {kind for kind in kinds if self._is_open(kind)}
        self._stirred: tuple[list[LineKey], list[LineKey]] = ([], [])
        self._tried: set[UUID] = set()
        self._passed_over: UUID | None = None

    def next(self) -> UUID | None:
        """Return who is to be tried: the first by the line's order, or None when all were."""
        for conversation_id in self._line.take_stirred():
            late = self._line.is_late(conversation_id)
            self._tried.discard(conversation_id)
            heappush(self._stirred[late], self._line.key(conversation_id))
        for kinds in self._line.giving_way:
            kinds.clear()
        savable, late_one = self._first_for_whom_somebody_is_calm(), self._first(late=True)
        self._passed_over = None
        if late_one is not None and self._was_overtaken(late_one):
            return late_one
        if savable is None:
            return self._first_who_need_not_give_way(late_one)
        self._passed_over = late_one
        return savable

    def served(self) -> None:
        """Count, for the late one that comes first, that one who is not late was served before."""
        if self._passed_over is not None:
            one = self._state.conversations[self._passed_over]
            self._state.count_conversation(replace(one, overtaken=one.overtaken + 1))

    def failed(self, conversation: Conversation) -> None:
        """Pass over one that nobody can serve: unless somebody passed it, nobody of its kind."""
        self._tried.add(conversation.id)
        if self._displaces and not conversation.passed_by:
            self._kinds.discard(self._state.kind_of(conversation))
        self._line.set_aside(conversation.id)

    def _first_for_whom_somebody_is_calm(self) -> UUID | None:
        """Return the first of the savable who need not wait for an agent to be calm."""
        savable = self._first(late=False)
        while savable is not None and self._displaces:
            kind = self._line.kind(savable)
            one = self._state.conversations[savable]
            if not sparing.awaits_calm(self._state, one, kind):
                break
            self._let_wait(one, kind, late=False)
            savable = self._first(late=False)
        return savable

    def _first_who_need_not_give_way(self, late_one: UUID | None) -> UUID | None:
        """Return the first of the late whose place nobody who comes next will need."""
        while late_one is not None:
            kind = self._line.kind(late_one)
            one = self._state.conversations[late_one]
            if not sparing.gives_way(self._state, one, kind):
                break
            self._let_wait(one, kind, late=True)
            late_one = self._first(late=True)
        return late_one

    def _let_wait(self, one: Conversation, kind: Kind, *, late: bool) -> None:
        """Leave this half of a kind out of this round, and look at it in the next ones."""
        if not self._could_be_served(one):
            self.failed(one)
            return
        self._line.giving_way[late].add(kind)
        self._giving_way.add(kind)
        self._kinds.add(kind)

    def _could_be_served(self, one: Conversation) -> bool:
        if choice.askable(self._state, one):
            return True
        return self._displaces and choice.displaceable(self._state, one) is not None

    def _was_overtaken(self, conversation_id: UUID) -> bool:
        """Tell whether a late one has given way often enough; see `overtakes_max`."""
        overtaken = self._state.conversations[conversation_id].overtaken
        return overtaken >= self._state.policy.overtakes_max

    def _first(self, *, late: bool) -> UUID | None:
        """Return the first of one half, among the stirred and the kinds that are open.

        None of a kind that gives way in this half.
        """
        stirred = self._stirred[late]
        while stirred and self._is_gone(UUID(int=stirred[0][1]), late=late):
            heappop(stirred)
        left_out = self._line.giving_way[late]
        while True:
            kinds = self._kinds.difference(left_out)
            firsts = [(self._line.first_of(kind, late=late), kind) for kind in kinds]
            there = [(key, kind) for key, kind in firsts if key is not None]
            key, kind = min(there, key=lambda one: one[0], default=(None, None))
            if stirred and (key is None or stirred[0] <= key):
                return UUID(int=stirred[0][1])
            if key is None or kind is None:
                return None
            if self._is_open(kind):
                return UUID(int=key[1])
            self._kinds.discard(kind)

    def _is_gone(self, conversation_id: UUID, *, late: bool) -> bool:
        line = self._line
        if conversation_id not in line or conversation_id in self._tried:
            return True
        if line.kind(conversation_id) in line.giving_way[late]:
            return True
        return line.is_late(conversation_id) != late

    def _is_open(self, kind: Kind) -> bool:
        """Tell whether an agent of those with more room can serve a kind, or make room for it.

        Or any agent, if some of it gave way before.
        """
        pool = self._state.pool
        could = pool.able(kind.room, kind.needs)
        if self._displaces:
            could |= pool.holding_extras(kind.needs)
        if kind in self._giving_way:
            return bool(could)
        return bool(could & pool.bits(*self._fresh))
