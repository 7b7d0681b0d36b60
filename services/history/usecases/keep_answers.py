"""Keeps answers that are ready, each version of them, and finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from services.history.domain.search import Asked, asked_for
from shared.contracts.answers import (
    AnswerChange,
    AnswerVersions,
    FoundAnswers,
    NewAnswer,
    ReadyAnswer,
    Restoring,
)
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.kernel.errors import ErrorCode, RefusedError

FOUND_MOST: Final = 20


class AnswerKind(StrEnum):
    """Whom an answer is for: customers who ask, or agents who choose one."""

    FAQ = "faq"
    CANNED_REPLY = "canned_reply"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers a list has, after one of them."""

    language: str | None
    removed: bool
    after: UUID | None
    limit: int


class AnswerStore(Protocol):
    """Keeps answers; what is another shop's or of another kind looks like what is not there."""

    async def page(self, shop_id: UUID, kind: AnswerKind, wanted: Wanted) -> Sequence[ReadyAnswer]:
        """Return answers, newest first."""
        ...

    async def find(self, shop_id: UUID, kind: AnswerKind, answer_id: UUID) -> ReadyAnswer | None:
        """Return one."""
        ...

    async def search(
        self, shop_id: UUID, kind: AnswerKind, language: str | None, asked: Asked, limit: int
    ) -> Sequence[ReadyAnswer]:
        """Return those in force that fit words best."""
        ...

    async def add(
        self, caller: Principal, once: Once, kind: AnswerKind, new: NewAnswer
    ) -> ReadyAnswer:
        """Add one.

        Raises:
            RefusedError: ALREADY_EXISTS, one of this key and language is in force.
        """
        ...

    async def change(
        self,
        caller: Principal,
        once: Once,
        kind: AnswerKind,
        answer_id: UUID,
        change: AnswerChange | Restoring | None,
    ) -> ReadyAnswer:
        """Make a new version: changed, restored, or removed (None).

        Raises:
            RefusedError: NOT_FOUND; ALREADY_EXISTS, its key is another's by now.
        """
        ...

    async def versions(
        self, shop_id: UUID, kind: AnswerKind, answer_id: UUID
    ) -> AnswerVersions | None:
        """Return every version, newest first."""
        ...


async def show_answer(
    store: AnswerStore, shop_id: UUID, kind: AnswerKind, answer_id: UUID
) -> ReadyAnswer:
    """Return one, removed or not.

    Raises:
        RefusedError: NOT_FOUND.
    """
    return _there(await store.find(shop_id, kind, answer_id))


async def show_versions(
    store: AnswerStore, shop_id: UUID, kind: AnswerKind, answer_id: UUID
) -> AnswerVersions:
    """Return every version of one.

    Raises:
        RefusedError: NOT_FOUND.
    """
    found = await store.versions(shop_id, kind, answer_id)
    if found is None:
        raise no_such_answer()
    return found


async def find_answers(
    store: AnswerStore, shop_id: UUID, kind: AnswerKind, language: str | None, typed: str
) -> FoundAnswers:
    """Return the answers that fit words or a question best; none for what has no word."""
    asked = asked_for(typed)
    if asked is None:
        return FoundAnswers(answers=())
    found = await store.search(shop_id, kind, language, asked, FOUND_MOST)
    return FoundAnswers(answers=tuple(found))


def no_such_answer() -> RefusedError:
    """Return the refusal of an id that nothing here has."""
    return RefusedError(ErrorCode.NOT_FOUND, "There is no such answer.")


def _there(found: ReadyAnswer | None) -> ReadyAnswer:
    if found is None:
        raise no_such_answer()
    return found
