"""Erases one person from every service: a job in a row, tried again until each has answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.privacy import EraseAnswer, Erasure, ErasureWait, PersonAsked
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Service

CLAIMED_MS: Final[Millis] = 9_000
"""How long a claim holds that nobody renews: whoever was killed keeps others out no longer."""
RENEWED_EVERY_MS: Final[Millis] = 2_000
"""Three renewals may fail before a claim is anybody's; a try may last as long as it has to."""
FIRST_REST_MS: Final[Millis] = 1_000
LONGEST_REST_MS: Final[Millis] = 60_000
"""Between two tries, doubling: an open conversation may last for hours."""

Due: TypeAlias = tuple[UUID, UUID]
"""A shop and an erasure of it."""


@dataclass(frozen=True, slots=True)
class ErasureJob:
    """How far an erasure has come."""

    id: UUID
    asked: PersonAsked
    customer_ids: tuple[UUID, ...]
    tries: int
    gateway_at: Instant | None
    router_at: Instant | None


class ErasureBook(Protocol):
    """Keeps erasures."""

    async def request(self, caller: Principal, once: Once, customer_id: UUID) -> Erasure:
        """Begin one, unless one of this person is under way.

        Raises:
            RefusedError: NOT_FOUND.
        """
        ...

    async def newest(self, shop_id: UUID, customer_id: UUID) -> Erasure | None:
        """Return the newest erasure of the person that a customer is, or was."""
        ...

    async def due(self, now: Instant) -> Sequence[Due]:
        """Return what is to be tried, of every shop."""
        ...

    async def claim(self, due: Due, now: Instant, until: Instant) -> ErasureJob | None:
        """Take one for a while; None: somebody else has it, or it is done."""
        ...

    async def renew(self, job: ErasureJob, until: Instant) -> None:
        """Hold a claim for longer, unless it is somebody else's by now or the erasure is done."""
        ...

    async def note(self, job: ErasureJob, service: Service, answer: EraseAnswer) -> None:
        """Keep that a service has erased, and what."""
        ...

    async def rest(self, job: ErasureJob, waits_for: ErasureWait, until: Instant) -> None:
        """Keep what it waits for, and until when it is left alone, if the claim still holds."""
        ...

    async def finish(self, job: ErasureJob) -> None:
        """Erase history's own rows and what the job knows of the person, in one transaction."""
        ...


class ServiceAwayError(Exception):
    """A service did not answer."""


class OtherServices(Protocol):
    """The services that keep something of customers besides history."""

    async def erase(self, service: Service, asked: PersonAsked) -> EraseAnswer:
        """Have a service erase a person.

        Raises:
            ServiceAwayError: it did not answer; it may have erased.
        """
        ...


class Erasing:
    """Requests for erasures, and the tries at them."""

    def __init__(self, book: ErasureBook, others: OtherServices, clock: Clock) -> None:
        self._book = book
        self._others = others
        self._clock = clock
        self._under_way: ErasureJob | None = None

    async def request(self, caller: Principal, once: Once, customer_id: UUID) -> Erasure:
        """Begin to erase a person.

        Raises:
            RefusedError: NOT_FOUND.
        """
        return await self._book.request(caller, once, customer_id)

    async def progress(self, shop_id: UUID, customer_id: UUID) -> Erasure:
        """Return how far a person's erasure has come.

        Raises:
            RefusedError: NOT_FOUND, nobody asked for it.
        """
        found = await self._book.newest(shop_id, customer_id)
        if found is None:
            raise RefusedError(ErrorCode.NOT_FOUND, "There is no erasure of this customer.")
        return found

    async def work(self) -> int:
        """Try whatever is due; return how many erasures came to their end."""
        finished = 0
        for due in await self._book.due(self._clock.now()):
            now = self._clock.now()
            job = await self._book.claim(due, now, now + CLAIMED_MS)
            if job is not None:
                self._under_way = job
                try:
                    finished += await self._try(job)
                finally:
                    self._under_way = None
        return finished

    async def renew(self) -> None:
        """Hold the claim of the try that is under way, if one is; to be called every few seconds.

        What is tried by a process that died is claimed by another once the claim has run out.
        """
        if self._under_way is not None:
            await self._book.renew(self._under_way, self._clock.now() + CLAIMED_MS)

    async def _try(self, job: ErasureJob) -> bool:
        try:
            waits_for = await self._erase(job)
        except ServiceAwayError:
            waits_for = ErasureWait.SERVICE_AWAY
        if waits_for is None:
            return True
        await self._book.rest(job, waits_for, self._clock.now() + rest_ms(job.tries))
        return False

    async def _erase(self, job: ErasureJob) -> ErasureWait | None:
        """The gateway first: it knows the conversations. History last: it hears of them all."""
        if job.gateway_at is None:
            answer = await self._others.erase(Service.GATEWAY, job.asked)
            if answer.waits_for is not None:
                return answer.waits_for
            await self._book.note(job, Service.GATEWAY, answer)
            known = {*job.asked.conversation_ids, *answer.conversation_ids}
            asked = job.asked.model_copy(update={"conversation_ids": tuple(sorted(known))})
            job = replace(job, asked=asked)
        if job.router_at is None:
            answer = await self._others.erase(Service.ROUTER, job.asked)
            if answer.waits_for is not None:
                return answer.waits_for
            await self._book.note(job, Service.ROUTER, answer)
        await self._book.finish(job)
        return None


def rest_ms(tries: int) -> Millis:
    """Return how long to wait after so many tries."""
    return min(LONGEST_REST_MS, FIRST_REST_MS << min(tries, 10))
