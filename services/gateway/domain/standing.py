"""What one agent's console was told so far, held against what the tables say it should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias
from uuid import UUID

from shared.kernel.clock import Instant, Millis

PATIENCE_MS: Final[Millis] = 500
"""What a console lacks may be on its way so long: an offer waits 50 ms for its card, and publishes
cross. Less than the second between two looks, so that the second look settles it."""


class Mark(Enum):
    """What a console knows one thing about."""

    AGENT = auto()
    """The agent's own state, by `agent_version`."""
    OFFER = auto()
    """A pending offer; its version is always 1."""
    CONVERSATION = auto()
    """The routing state of a conversation the agent serves, by `version`."""
    ITEMS = auto()
    """The items of a conversation the agent serves, by the last `seq`."""


Key: TypeAlias = tuple[Mark, UUID]
Marks: TypeAlias = Mapping[Key, int]
"""The version of each thing; what is over has none."""


@dataclass(frozen=True, slots=True)
class News:
    """What one live event makes known; `version` None: the thing is over."""

    mark: Mark
    id: UUID
    version: int | None


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A difference: at least `wanted` should be known; None: it should not be known any more."""

    wanted: int | None
    since: Instant


class Standing:
    """A console's knowledge from its snapshot on.

    Something is lost when two looks at the tables, PATIENCE_MS apart or more, find the same thing
    wanting. A console that is merely behind by what is on its way never is: between the looks it
    has learned what it lacked at the first one.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = dict(marks)
        self._ahead: dict[UUID, set[int]] = {}
        """Items heard beyond one that was not, by conversation."""
        self._suspects: dict[Key, _Suspect] = {}

    def hear(self, news: News) -> None:
        """Take what the console is told."""
        if news.mark is Mark.ITEMS:
            self._hear_item(news.id, news.version or 0)
        elif news.version is None:
            self._forget(news)
        else:
            key = (news.mark, news.id)
            self._marks[key] = max(news.version, self._marks.get(key, 0))

    def lacks(self, marks: Marks, now: Instant) -> bool:
        """Take what the tables say of everything; return whether a publish was lost."""
        self._suspects = {
            key: self._suspect(key, wanted, now) for key, wanted in self._differences(marks).items()
        }
        return any(now - one.since >= PATIENCE_MS for one in self._suspects.values())

    def _hear_item(self, conversation_id: UUID, seq: int) -> None:
        """Count what is known without a gap; of a new conversation the first item is the start."""
        key = (Mark.ITEMS, conversation_id)
        through = self._marks.get(key, seq)
        ahead = self._ahead.pop(conversation_id, set()) | {seq}
        while through + 1 in ahead:
            through += 1
        self._marks[key] = through
        if left := {one for one in ahead if one > through}:
            self._ahead[conversation_id] = left

    def _forget(self, news: News) -> None:
        self._marks.pop((news.mark, news.id), None)
        if news.mark is Mark.CONVERSATION:
            self._marks.pop((Mark.ITEMS, news.id), None)
            self._ahead.pop(news.id, None)

    def _differences(self, marks: Marks) -> dict[Key, int | None]:
        """Return what is behind, and what is known although it is over.

        Items are wanted of the conversations that the console knows it serves, and are over with
        them: the router's word on those may come before the gateway's tables hold it, or after.
        """
        behind: dict[Key, int | None] = {
            key: wanted
            for key, wanted in marks.items()
            if self._marks.get(key, 0) < wanted and self._is_wanted(key)
        }
        over: dict[Key, int | None] = {
            key: None for key in self._marks if key[0] is not Mark.ITEMS and key not in marks
        }
        return behind | over

    def _is_wanted(self, key: Key) -> bool:
        return key[0] is not Mark.ITEMS or (Mark.CONVERSATION, key[1]) in self._marks

    def _suspect(self, key: Key, wanted: int | None, now: Instant) -> _Suspect:
        """Return the suspicion of a difference: the earlier one while it is still not settled."""
        before = self._suspects.get(key)
        if before is None or (before.wanted is None) != (wanted is None):
            return _Suspect(wanted, now)
        if before.wanted is not None and self._marks.get(key, 0) >= before.wanted:
            return _Suspect(wanted, now)
        return before
