"""Erases what a shop does not want kept any longer, in batches, shop by shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from services.history.domain.retention import Cutoffs, cutoffs
from services.history.usecases.erase_customer import ServiceAwayError
from shared.contracts.claims import Principal
from shared.contracts.retention import (
    Retention,
    RetentionAnswer,
    RetentionAsked,
    RetentionRules,
)
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.vocabulary import Service

SWEEP_EVERY_MS: Final[Millis] = 3_600_000
"""The rules are in days: an hour more is none."""
BATCHES_MOST: Final = 200
"""Of one shop in one sweep, so that every shop has its turn; the next sweep goes on."""


class RetentionBook(Protocol):
    """Keeps rules, and erases history's own rows by them."""

    async def show(self, shop_id: UUID) -> Retention:
        """Return a shop's rules; one that has none keeps everything."""
        ...

    async def change(self, caller: Principal, rules: RetentionRules, now: Instant) -> Retention:
        """Set a shop's rules, record who did, and have them swept by soon."""
        ...

    async def due(self, now: Instant) -> Sequence[UUID]:
        """Return the shops that are to be swept."""
        ...

    async def claim(self, shop_id: UUID, now: Instant, until: Instant) -> RetentionRules | None:
        """Take a shop for a sweep; None: somebody else has it."""
        ...

    async def erase(self, shop_id: UUID, found: Cutoffs) -> RetentionAnswer:
        """Erase one batch of history's own rows."""
        ...

    async def note(self, shop_id: UUID, erased: dict[str, int], now: Instant) -> None:
        """Keep what a sweep erased."""
        ...


class OtherKeepers(Protocol):
    """The services that keep something by the shop's rules besides history."""

    async def retain(self, service: Service, asked: RetentionAsked) -> RetentionAnswer:
        """Have a service erase a batch.

        Raises:
            ServiceAwayError: it did not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class KeepRetention:
    """A shop's rules, and the sweeps by them."""

    book: RetentionBook
    others: OtherKeepers
    clock: Clock

    async def change(self, caller: Principal, rules: RetentionRules) -> Retention:
        """Set a shop's rules."""
        return await self.book.change(caller, rules, self.clock.now())

    async def sweep(self) -> int:
        """Sweep every shop that is due; return how many were."""
        swept = 0
        for shop_id in await self.book.due(self.clock.now()):
            now = self.clock.now()
            rules = await self.book.claim(shop_id, now, now + SWEEP_EVERY_MS)
            if rules is not None:
                await self._sweep(shop_id, cutoffs(shop_id, rules, now))
                swept += 1
        return swept

    async def _sweep(self, shop_id: UUID, found: Cutoffs) -> None:
        erased: Counter[str] = Counter()
        for service in Service:
            try:
                erased.update(await self._sweep_service(service, shop_id, found))
            except ServiceAwayError:
                continue  # the next sweep asks again
        await self.book.note(shop_id, dict(erased), self.clock.now())

    async def _sweep_service(self, service: Service, shop_id: UUID, found: Cutoffs) -> Counter[str]:
        erased: Counter[str] = Counter()
        for _ in range(BATCHES_MOST):
            if service is Service.HISTORY:
                answer = await self.book.erase(shop_id, found)
            else:
                answer = await self.others.retain(service, found.of_others)
            erased.update({f"{service.value}.{kind}": n for kind, n in answer.erased.items()})
            if not answer.more:
                break
        return erased
