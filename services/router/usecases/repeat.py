"""Gives a repeated request of an agent the answer that its key had, for a day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

from pydantic import BaseModel, JsonValue
from pydantic_core import to_json

from shared.contracts.changes import Once
from shared.contracts.claims import Principal

Shape = TypeVar("Shape", bound=BaseModel)


class AnswerBook(Protocol):
    """Keeps answers."""

    async def find(self, caller: Principal, once: Once) -> Mapping[str, JsonValue] | None:
        """Return the answer that this caller's key had within the day.

        Raises:
            RefusedError: IDEMPOTENCY_CONFLICT, the key stood for another request.
        """
        ...

    async def keep(self, caller: Principal, once: Once, answer: Mapping[str, JsonValue]) -> None:
        """Remember an answer, unless there is one."""
        ...


class Repeats:
    """What agents do of offers, conversations and themselves goes by the engine's lane.

    There it has no effect a second time, so its answer need not be kept by the same commit: when it
    could not be kept, the request is taken as a new one, and finds what it wanted done. What was
    refused is not kept: asked again it may be allowed.
    """

    def __init__(self, book: AnswerBook) -> None:
        self._book = book

    async def answer(
        self,
        caller: Principal,
        once: Once | None,
        shape: type[Shape],
        act: Callable[[], Awaitable[Shape]],
    ) -> Shape:
        """Return the kept answer, or that of `act`.

        Raises:
            RefusedError: IDEMPOTENCY_CONFLICT, or whatever `act` raises.
        """
        if once is None:
            return await act()
        kept = await self._book.find(caller, once)
        if kept is not None:
            return shape.model_validate_json(to_json(kept))
        answer = await act()
        await self._book.keep(caller, once, answer.model_dump(mode="json"))
        return answer

    async def done(
        self, caller: Principal, once: Once | None, act: Callable[[], Awaitable[None]]
    ) -> None:
        """Act, unless it was done by this key.

        Raises:
            RefusedError: IDEMPOTENCY_CONFLICT, or whatever `act` raises.
        """
        if once is None:
            await act()
        elif await self._book.find(caller, once) is None:
            await act()
            await self._book.keep(caller, once, {})
