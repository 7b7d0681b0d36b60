"""Who waits, in the policy's order, and apart by what they need; knows no agent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar
from uuid import UUID

from services.router.domain.model import Conversation, LineKey
from services.router.domain.ordered import OrderedKeys
from shared.kernel.clock import Instant

Kind = TypeVar("Kind")
"""What a conversation needs; those of one kind can be served by the same agents."""


class _Halves:
    """The savable and the late, each in the line's order."""

    def __init__(self) -> None:
        self.savable = OrderedKeys()
        self.late = OrderedKeys()

    def of(self, *, late: bool) -> OrderedKeys:
        """Return one half."""
        return self.late if late else self.savable

    def __len__(self) -> int:
        return len(self.savable) + len(self.late)


class Line(Generic[Kind]):
    """Conversations in order: least slack first while savable, then the late by lateness.

    A late conversation has lost its target already; serving it first would lose the next one too.
    """

    def __init__(self) -> None:
        self._all = _Halves()
        self._kinds: dict[Kind, _Halves] = {}
        self._due = OrderedKeys()
        """Of the savable, when their time is over: a head start makes nobody late."""
        # By the numbers of ids: Python computes a UUID's hash by a call each time.
        self._key_of: dict[int, LineKey] = {}
        self._due_at: dict[int, Instant] = {}
        self._kind_of: dict[int, Kind] = {}
        self._late: set[int] = set()
        self._aside: list[int] = []
        self._stirred: dict[int, UUID] = {}
        self.giving_way: tuple[set[Kind], set[Kind]] = (set(), set())
        """Kinds who waited in the round before though somebody may be free: those whose savable
        did, and those whose late did."""

    def __len__(self) -> int:
        return len(self._key_of)

    def __contains__(self, conversation_id: UUID) -> bool:
        return conversation_id.int in self._key_of

    @property
    def gives_way(self) -> bool:
        """Tell whether anybody waited in the round before though somebody may be free."""
        return any(self.giving_way)

    # -- writing

    def put(self, conversation: Conversation, kind: Kind) -> None:
        """Take a conversation of a kind in; one that waits already keeps its place.

        Only where its key is another it takes the place of that.
        """
        number, key = conversation.id.int, conversation.line_key
        before = self._key_of.get(number)
        if before is not None and before != key:
            self.drop(conversation.id)
        elif before is not None:
            if self._kind_of[number] != kind:
                self._leave_kind(number)
                self._join_kind(conversation.id, kind)
            return
        self._key_of[number] = key
        self._due_at[number] = conversation.respond_by
        self._due.add((conversation.respond_by, number))
        self._all.savable.add(key)
        self._join_kind(conversation.id, kind)

    def drop(self, conversation_id: UUID) -> None:
        """Let a conversation go, if it waits; one set aside was restored before."""
        number = conversation_id.int
        if number not in self._key_of:
            return
        self._leave_kind(number)
        late = number in self._late
        self._all.of(late=late).remove(self._key_of.pop(number))
        due_at = self._due_at.pop(number)
        if late:
            self._late.remove(number)
        else:
            self._due.remove((due_at, number))
        self._stirred.pop(number, None)

    def age(self, now: Instant) -> None:
        """Move those whose respond_by is reached to the late."""
        while (first := self._due.first()) is not None and first[0] <= now:
            self._due.remove(first)
            number = first[1]
            key = self._key_of[number]
            for halves in (self._all, self._kinds[self._kind_of[number]]):
                halves.savable.remove(key)
                halves.late.add(key)
            self._late.add(number)

    def stir(self, conversation_id: UUID) -> None:
        """Note that one who waits can be served by others than before."""
        if conversation_id.int in self._key_of:
            self._stirred[conversation_id.int] = conversation_id

    @property
    def is_stirred(self) -> bool:
        """Tell whether `take_stirred` would name somebody."""
        return bool(self._stirred)

    def take_stirred(self) -> tuple[UUID, ...]:
        """Return who came, or needs something else, since this was asked last; in order."""
        if not self._stirred:
            return ()
        stirred = [self._stirred[one] for one in sorted(self._stirred, key=self._place_of)]
        self._stirred.clear()
        return tuple(stirred)

    def set_aside(self, conversation_id: UUID) -> None:
        """Leave one that nobody can serve now out of its kind; `restore` puts it back."""
        number = conversation_id.int
        self._half_of(number).remove(self._key_of[number])
        self._aside.append(number)

    def restore(self) -> None:
        """Put back everyone set aside."""
        for number in self._aside:
            self._half_of(number).add(self._key_of[number])
        self._aside.clear()

    # -- reading

    def kinds(self) -> Iterator[Kind]:
        """Yield what those who wait need; a kind nobody waits for may be among them."""
        return iter(self._kinds)

    def misses_somebody(self) -> bool:
        """Tell whether one waits for want of an agent, not only to give way to who comes next."""
        return any(
            len(halves.savable) > 0 or (len(halves) > 0 and kind not in self.giving_way[True])
            for kind, halves in self._kinds.items()
        )

    def first_of(self, kind: Kind, *, late: bool) -> LineKey | None:
        """Return the place of who is next of a kind in one half, whoever is set aside left out."""
        halves = self._kinds.get(kind)
        key = None if halves is None else halves.of(late=late).first()
        return None if key is None else (key[0], key[1])

    def is_late(self, conversation_id: UUID) -> bool:
        """Tell whether one who waits has lost the target."""
        return conversation_id.int in self._late

    def kind(self, conversation_id: UUID) -> Kind:
        """Return what one who waits needs."""
        return self._kind_of[conversation_id.int]

    def key(self, conversation_id: UUID) -> LineKey:
        """Return the place of one who waits within its half."""
        return self._key_of[conversation_id.int]

    def first(self) -> UUID | None:
        """Return who is next, or None when nobody waits."""
        key = self._all.savable.first() or self._all.late.first()
        return None if key is None else UUID(int=key[1])

    def next_late(self) -> Instant | None:
        """Return the respond_by of the first who will be late, or None: all who wait are."""
        first = self._due.first()
        return None if first is None else first[0]

    def ahead_of(self, conversation_id: UUID) -> int:
        """Return how many are served before this one; all of them when it is not in the line."""
        key = self._key_of.get(conversation_id.int)
        if key is None:
            return len(self)
        if conversation_id.int in self._late:
            return len(self._all.savable) + self._all.late.rank(key)
        return self._all.savable.rank(key)

    def order(self) -> tuple[UUID, ...]:
        """Return everyone who waits, first served first."""
        halves = (self._all.savable, self._all.late)
        return tuple(UUID(int=key[1]) for half in halves for key in half)

    # -- kinds

    def _place_of(self, number: int) -> tuple[bool, LineKey]:
        return (number in self._late, self._key_of[number])

    def _half_of(self, number: int) -> OrderedKeys:
        """Return the half of its kind that one stands in."""
        return self._kinds[self._kind_of[number]].of(late=number in self._late)

    def _join_kind(self, conversation_id: UUID, kind: Kind) -> None:
        number = conversation_id.int
        halves = self._kinds.get(kind)
        if halves is None:
            halves = self._kinds[kind] = _Halves()
        self._kind_of[number] = kind
        halves.of(late=number in self._late).add(self._key_of[number])
        self._stirred[number] = conversation_id

    def _leave_kind(self, number: int) -> None:
        kind = self._kind_of.pop(number)
        halves = self._kinds[kind]
        halves.of(late=number in self._late).remove(self._key_of[number])
        if len(halves) == 0 and not self._aside:
            del self._kinds[kind]
