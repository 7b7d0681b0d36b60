"""Guesses how long each waiting customer of a shop waits yet, keeps what was told, learns from it.

What is told first of a conversation is kept: by it the share that held is reported, and from it a
router that takes a shop over goes on. Nothing else depends on it, so it is written beside the
engine's commits, and what a killed router had not written yet is not missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol
from uuid import UUID

from services.router.domain.effects import ConversationTold
from services.router.domain.waits import SAMPLES_MAX, Guess, Pace, Waits
from services.router.usecases.ports import ShopWork
from shared.contracts.signs import WaitRange
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.vocabulary import EventType

OPEN_MAX: Final = 5_000
"""First guesses of one shop whose answer is still to come; the oldest are given up: 1 MB."""


@dataclass(frozen=True, slots=True)
class ToldWait:
    """What was told first of one conversation, when, and the pace it was made of."""

    conversation_id: UUID
    told_at: Instant
    guess: Guess
    pace: Pace


@dataclass(frozen=True, slots=True)
class PastWaits:
    """What a shop's guesses and answers were, oldest first, and the pace of the last guess."""

    pace: Pace | None
    answers: Sequence[tuple[Guess, Millis]]


class WaitBook(Protocol):
    """Where first guesses are kept."""

    async def keep(self, told: Mapping[UUID, Sequence[ToldWait]]) -> None:
        """Keep the first guesses of shops; one that is there already stays."""
        ...

    async def past(self, shop_id: UUID, limit: int) -> PastWaits:
        """Return a shop's last answered guesses."""
        ...


@dataclass(slots=True)
class _Shop:
    waits: Waits
    told: dict[UUID, ToldWait]
    unkept: list[ToldWait]


class GuessWaits:
    """Every shop's guesses of this router; `anybody_waits` tells of a shop of ours."""

    def __init__(self, book: WaitBook, anybody_waits: Callable[[UUID], bool], clock: Clock) -> None:
        self._book = book
        self._anybody_waits = anybody_waits
        self._clock = clock
        self._shops: dict[UUID, _Shop] = {}

    def committed(self, work: ShopWork) -> None:
        """Learn from what is committed; of a shop that nobody waited in yet there is nothing."""
        shop = self._shops.get(work.shop_id)
        if shop is not None:
            for effects in work.effects:
                for told in effects.conversations_told:
                    self._learn(work.shop_id, shop, told)

    async def ranges(self, shop_id: UUID, line: Sequence[UUID]) -> tuple[WaitRange, ...]:
        """Return a range for each of the line, or none at all; notes what is told first.

        Raises:
            DatabaseAwayError: the shop's past could not be read.
        """
        shop = self._shops.get(shop_id) or await self._open(shop_id)
        now = self._clock.now()
        guesses = [shop.waits.guess(place) for place in range(1, len(line) + 1)]
        for conversation_id, guess in zip(line, guesses, strict=True):
            if conversation_id not in shop.told:
                told = ToldWait(conversation_id, now, guess, shop.waits.pace)
                shop.told[conversation_id] = told
                shop.unkept.append(told)
        for oldest in list(islice(shop.told, max(0, len(shop.told) - OPEN_MAX))):
            del shop.told[oldest]
        return tuple(
            WaitRange(low_ms=guess.low_ms, high_ms=guess.high_ms)
            for guess in guesses
            if guess.low_ms is not None and guess.high_ms is not None
        )

    async def keep(self) -> None:
        """Write what was told first since the last time; what cannot be written is let go.

        Raises:
            DatabaseAwayError: nothing was written.
        """
        unkept = {shop_id: shop.unkept for shop_id, shop in self._shops.items() if shop.unkept}
        for shop_id in unkept:
            self._shops[shop_id].unkept = []
        if unkept:
            await self._book.keep(unkept)

    def drop(self, shop_id: UUID) -> None:
        """Forget a shop that is another router's now: it goes on from what was kept."""
        self._shops.pop(shop_id, None)

    async def _open(self, shop_id: UUID) -> _Shop:
        past = await self._book.past(shop_id, SAMPLES_MAX)
        waits = Waits(past.pace or Pace(), past.answers)
        return self._shops.setdefault(shop_id, _Shop(waits, {}, []))

    def _learn(self, shop_id: UUID, shop: _Shop, event: ConversationTold) -> None:
        one = event.conversation
        match event.type:
            case EventType.CONVERSATION_ASSIGNED:
                shop.waits.accepted(self._clock.now(), others_wait=self._anybody_waits(shop_id))
            case EventType.CONVERSATION_RESPONDED:
                took_ms = one.first_response_ms or 0
                shop.waits.composed(max(0, took_ms - (one.queue_wait_ms or 0)))
                told = shop.told.pop(one.id, None)
                if told is not None:
                    waited = max(0, one.clock_from + took_ms - told.told_at)
                    shop.waits.answered(told.guess, waited)
            case EventType.CONVERSATION_ENDED:
                shop.told.pop(one.id, None)
            case _:
                pass
