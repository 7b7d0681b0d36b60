"""Asks for several things by one question: who comes while others are asked for goes with the next.

Nobody waits for company: who comes while a lane is free asks at once, alone. Under load what a
question costs by itself (a round trip, a transaction) is shared by all who had to wait. It is for
reads, several at once and in any order; what writes goes by `lanes`. There is no task of its own:
one of those who wait asks for the others too.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")


class _Turn(Enum):
    """What one who waits is told instead of an answer."""

    ASK = "ask"


@dataclass(slots=True, eq=False)
class _Asker(Generic[Key, Found]):
    """One who wants something, and how they are told."""

    key: Key
    told: asyncio.Future[Found | _Turn]


class Gathered(Generic[Key, Found]):
    """Shares questions among those who ask at one time."""

    def __init__(
        self, ask: Callable[[Sequence[Key]], Awaitable[Sequence[Found]]], *, lanes: int, most: int
    ) -> None:
        """Ask by `ask`, which answers in order: `lanes` questions at once, `most` keys in each."""
        self._ask = ask
        self._lanes: Final = lanes
        self._most: Final = most
        self._free = lanes
        self._waiting: deque[_Asker[Key, Found]] = deque()

    async def get(self, key: Key) -> Found:
        """Return what is found; what the question raises, all who shared it get."""
        mine = _Asker[Key, Found](key, asyncio.get_running_loop().create_future())
        if self._free:
            self._free -= 1
            return await self._ask_for(mine)
        self._waiting.append(mine)
        try:
            told = await mine.told
        except asyncio.CancelledError:
            if _was_told_to_ask(mine.told):
                self._pass_on()
            raise
        return await self._ask_for(mine) if isinstance(told, _Turn) else told

    async def _ask_for(self, mine: _Asker[Key, Found]) -> Found:
        """Ask, and for a fair share of those who wait; then it is another's turn."""
        others = self._company()
        try:
            mine_found, *found = await self._ask([mine.key, *(one.key for one in others)])
        except BaseException as error:
            self._fail(others, error)
            raise
        else:
            for one, theirs in zip(others, found, strict=True):
                if not one.told.done():
                    one.told.set_result(theirs)
            return mine_found
        finally:
            self._pass_on()

    def _fail(self, others: Sequence[_Asker[Key, Found]], error: BaseException) -> None:
        """Tell the others what went wrong; they wait on if only who asked was called off."""
        if not isinstance(error, Exception):
            self._waiting.extendleft(reversed(others))
            return
        for one in others:
            if not one.told.done():
                one.told.set_exception(error)

    def _company(self) -> list[_Asker[Key, Found]]:
        """Return who is asked for along: no more than leaves every lane its share."""
        share = min(-(-(len(self._waiting) + 1) // self._lanes), self._most) - 1
        return [self._waiting.popleft() for _ in range(min(share, len(self._waiting)))]

    def _pass_on(self) -> None:
        """Have the next of those who still wait ask, or leave a lane free."""
        while self._waiting:
            following = self._waiting.popleft()
            if not following.told.done():
                following.told.set_result(_Turn.ASK)
                return
        self._free += 1


def _was_told_to_ask(told: asyncio.Future[Found | _Turn]) -> bool:
    if not told.done() or told.cancelled() or told.exception() is not None:
        return False
    return told.result() is _Turn.ASK
