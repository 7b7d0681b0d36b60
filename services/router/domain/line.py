"""Who waits, in the policy's order; knows no agent."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.model import Conversation, LineKey
from services.router.domain.ordered import OrderedKeys
from shared.kernel.clock import Instant


class Line:
    """Conversations in order: least slack first while savable, then the late by lateness.

    A late conversation has lost its target already; serving it first would lose the next one too.
    """

    def __init__(self) -> None:
        self._savable = OrderedKeys()
        self._late = OrderedKeys()
        self._key_of: dict[UUID, LineKey] = {}
        self._late_ids: set[UUID] = set()
        self._aside: list[UUID] = []

    def __len__(self) -> int:
        return len(self._key_of)

    def __contains__(self, conversation_id: UUID) -> bool:
        return conversation_id in self._key_of

    def put(self, conversation: Conversation) -> None:
        """Take a conversation in; one that waits already keeps its place."""
        if conversation.id not in self._key_of:
            self._key_of[conversation.id] = conversation.line_key
            self._savable.add(conversation.line_key)

    def drop(self, conversation_id: UUID) -> None:
        """Let a conversation go, if it waits; one set aside was restored before."""
        key = self._key_of.pop(conversation_id, None)
        if key is not None:
            self._half_of(conversation_id).remove(key)
            self._late_ids.discard(conversation_id)

    def age(self, now: Instant) -> None:
        """Move those whose respond_by is reached to the late."""
        while (first := self._savable.first()) is not None and first[0] <= now:
            self._savable.remove(first)
            self._late.add(first)
            self._late_ids.add(UUID(int=first[1]))

    def first(self) -> UUID | None:
        """Return who is next, or None when everyone was served or set aside."""
        key = self._savable.first() or self._late.first()
        return None if key is None else UUID(int=key[1])

    def set_aside(self, conversation_id: UUID) -> None:
        """Pass over one that nobody can serve now; `restore` puts it back in its place."""
        self._half_of(conversation_id).remove(self._key_of[conversation_id])
        self._aside.append(conversation_id)

    def restore(self) -> None:
        """Put back everyone set aside."""
        for conversation_id in self._aside:
            self._half_of(conversation_id).add(self._key_of[conversation_id])
        self._aside.clear()

    def ahead_of(self, conversation_id: UUID) -> int:
        """Return how many are served before this one; all of them when it is not in the line."""
        key = self._key_of.get(conversation_id)
        if key is None:
            return len(self)
        if conversation_id in self._late_ids:
            return len(self._aside) + len(self._savable) + self._late.rank(key)
        return len(self._aside) + self._savable.rank(key)

    def order(self) -> tuple[UUID, ...]:
        """Return everyone who waits, first served first."""
        return tuple(UUID(int=key[1]) for half in (self._savable, self._late) for key in half)

    def _half_of(self, conversation_id: UUID) -> OrderedKeys:
        return self._late if conversation_id in self._late_ids else self._savable
