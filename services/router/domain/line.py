"""Who waits, in the policy's order, and apart by what they need; knows no agent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

    def __init__(self, kind_of: Callable[[Conversation], Kind]) -> None:
        self._told_kind = kind_of
        self._all = _Halves()
        self._kinds: dict[Kind, _Halves] = {}
        self._due = OrderedKeys()
        """Of the savable, when their time is over: a head start makes nobody late."""
        self._key_of: dict[UUID, LineKey] = {}
        self._due_at: dict[UUID, Instant] = {}
        self._kind_of: dict[UUID, Kind] = {}
        self._late_ids: set[UUID] = set()
        self._aside: list[UUID] = []
        self._stirred: dict[UUID, None] = {}

    def __len__(self) -> int:
        return len(self._key_of)

    def __contains__(self, conversation_id: UUID) -> bool:
        return conversation_id in self._key_of

    # -- writing

    def put(self, conversation: Conversation) -> None:
        """Take a conversation in; one that waits already keeps its place, whatever it needs.

        Only where its key is another it takes the place of that.
        """
        conversation_id, kind = conversation.id, self._told_kind(conversation)
        if self._key_of.get(conversation_id, conversation.line_key) != conversation.line_key:
            self.drop(conversation_id)
        if conversation_id in self._key_of:
            if self._kind_of[conversation_id] != kind:
                self._leave_kind(conversation_id)
                self._join_kind(conversation_id, kind)
            return
        key = self._key_of[conversation_id] = conversation.line_key
        self._due_at[conversation_id] = conversation.respond_by
        self._due.add((conversation.respond_by, conversation_id.int))
        self._all.savable.add(key)
        self._join_kind(conversation_id, kind)

    def drop(self, conversation_id: UUID) -> None:
        """Let a conversation go, if it waits; one set aside was restored before."""
        if conversation_id not in self._key_of:
            return
        late = conversation_id in self._late_ids
        self._leave_kind(conversation_id)
        self._all.of(late=late).remove(self._key_of.pop(conversation_id))
        due_at = self._due_at.pop(conversation_id)
        if late:
            self._late_ids.remove(conversation_id)
        else:
            self._due.remove((due_at, conversation_id.int))
        self._stirred.pop(conversation_id, None)

    def age(self, now: Instant) -> None:
        """Move those whose respond_by is reached to the late."""
        while (first := self._due.first()) is not None and first[0] <= now:
            self._due.remove(first)
            conversation_id = UUID(int=first[1])
            key = self._key_of[conversation_id]
            for halves in (self._all, self._kinds[self._kind_of[conversation_id]]):
                halves.savable.remove(key)
                halves.late.add(key)
            self._late_ids.add(conversation_id)

    def stir(self, conversation_id: UUID) -> None:
        """Note that one who waits can be served by others than before."""
        if conversation_id in self._key_of:
            self._stirred[conversation_id] = None

    @property
    def is_stirred(self) -> bool:
        """Tell whether `take_stirred` would name somebody."""
        return bool(self._stirred)

    def take_stirred(self) -> tuple[UUID, ...]:
        """Return who came, or needs something else, since this was asked last; in order."""
        stirred = sorted(self._stirred, key=self._place_of)
        self._stirred.clear()
        return tuple(stirred)

    def set_aside(self, conversation_id: UUID) -> None:
        """Leave one that nobody can serve now out of its kind; `restore` puts it back."""
        kind = self._kinds[self._kind_of[conversation_id]]
        kind.of(late=conversation_id in self._late_ids).remove(self._key_of[conversation_id])
        self._aside.append(conversation_id)

    def restore(self) -> None:
        """Put back everyone set aside."""
        for conversation_id in self._aside:
            kind = self._kinds[self._kind_of[conversation_id]]
            kind.of(late=conversation_id in self._late_ids).add(self._key_of[conversation_id])
        self._aside.clear()

    # -- reading

    def kinds(self) -> Iterator[Kind]:
        """Yield what those who wait need; a kind nobody waits for may be among them."""
        return iter(self._kinds)

    def first_of(self, kind: Kind, *, late: bool) -> LineKey | None:
        """Return the place of who is next of a kind in one half, whoever is set aside left out."""
        halves = self._kinds.get(kind)
        key = None if halves is None else halves.of(late=late).first()
        return None if key is None else (key[0], key[1])

    def is_late(self, conversation_id: UUID) -> bool:
        """Tell whether one who waits has lost the target."""
        return conversation_id in self._late_ids

    def key(self, conversation_id: UUID) -> LineKey:
        """Return the place of one who waits within its half."""
        return self._key_of[conversation_id]

    def first(self) -> UUID | None:
        """Return who is next, or None when nobody waits."""
        key = self._all.savable.first() or self._all.late.first()
        return None if key is None else UUID(int=key[1])

    def ahead_of(self, conversation_id: UUID) -> int:
        """Return how many are served before this one; all of them when it is not in the line."""
        key = self._key_of.get(conversation_id)
        if key is None:
            return len(self)
        if conversation_id in self._late_ids:
            return len(self._all.savable) + self._all.late.rank(key)
        return self._all.savable.rank(key)

    def order(self) -> tuple[UUID, ...]:
        """Return everyone who waits, first served first."""
        halves = (self._all.savable, self._all.late)
        return tuple(UUID(int=key[1]) for half in halves for key in half)

    # -- kinds

    def _place_of(self, conversation_id: UUID) -> tuple[bool, LineKey]:
        return (conversation_id in self._late_ids, self._key_of[conversation_id])

    def _join_kind(self, conversation_id: UUID, kind: Kind) -> None:
        halves = self._kinds.get(kind)
        if halves is None:
            halves = self._kinds[kind] = _Halves()
        self._kind_of[conversation_id] = kind
        late = conversation_id in self._late_ids
        halves.of(late=late).add(self._key_of[conversation_id])
        self._stirred[conversation_id] = None

    def _leave_kind(self, conversation_id: UUID) -> None:
        kind = self._kind_of.pop(conversation_id)
        halves = self._kinds[kind]
        halves.of(late=conversation_id in self._late_ids).remove(self._key_of[conversation_id])
        if len(halves) == 0 and not self._aside:
            del self._kinds[kind]
