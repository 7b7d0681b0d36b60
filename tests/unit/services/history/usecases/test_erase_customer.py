"""An erasure is done when each service has erased, in its order, however often one is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from services.history.usecases.erase_customer import (
    CLAIMED_MS,
    LONGEST_REST_MS,
    Due,
    Erasing,
    ErasureJob,
    ServiceAwayError,
    rest_ms,
)
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.privacy import EraseAnswer, Erasure, ErasureWait, PersonAsked
from shared.kernel.clock import Instant
from shared.kernel.errors import RefusedError
from shared.kernel.vocabulary import Service
from tests.support.clock import VirtualClock

SHOP, JOB, CUSTOMER = UUID(int=1), UUID(int=2), UUID(int=3)
TALK, OTHER_TALK = UUID(int=4), UUID(int=5)


class KilledError(Exception):
    """The process was killed here."""


@dataclass
class Book:
    """Keeps one erasure in memory, as the table does."""

    clock: VirtualClock
    job: ErasureJob = field(
        default_factory=lambda: ErasureJob(
            id=JOB,
            asked=PersonAsked(shop_id=SHOP, proven=(), conversation_ids=(TALK,)),
            customer_ids=(CUSTOMER,),
            tries=0,
            gateway_at=None,
            router_at=None,
        )
    )
    due_at: Instant | None = 0
    waits_for: ErasureWait | None = None
    killed_before: Service | None = None

    async def request(self, caller: Principal, once: Once, customer_id: UUID) -> Erasure:
        raise NotImplementedError

    async def newest(self, shop_id: UUID, customer_id: UUID) -> Erasure | None:
        return None

    async def due(self, now: Instant) -> Sequence[Due]:
        return [(SHOP, JOB)] if self.due_at is not None and self.due_at <= now else []

    async def claim(self, due: Due, now: Instant, until: Instant) -> ErasureJob | None:
        self.due_at = until
        self.job = replace(self.job, tries=self.job.tries + 1)
        return self.job

    async def renew(self, job: ErasureJob, until: Instant) -> None:
        if job.tries == self.job.tries and self.due_at is not None:
            self.due_at = until

    async def note(self, job: ErasureJob, service: Service, answer: EraseAnswer) -> None:
        self._live(service)
        known = {*job.asked.conversation_ids, *answer.conversation_ids}
        asked = job.asked.model_copy(update={"conversation_ids": tuple(sorted(known))})
        self.job = replace(self.job, asked=asked)
        if service is Service.GATEWAY:
            self.job = replace(self.job, gateway_at=self.clock.now())
        else:
            self.job = replace(self.job, router_at=self.clock.now())

    async def rest(self, job: ErasureJob, waits_for: ErasureWait, until: Instant) -> None:
        self.waits_for, self.due_at = waits_for, until

    async def finish(self, job: ErasureJob) -> None:
        self._live(Service.HISTORY)
        self.job, self.due_at = job, None

    def _live(self, service: Service) -> None:
        if self.killed_before is service:
            self.killed_before = None
            raise KilledError


@dataclass
class Others:
    """The other services: each says what it was told to, then that it has erased."""

    says: dict[Service, list[EraseAnswer | None]] = field(default_factory=dict)
    asked: list[tuple[Service, tuple[UUID, ...]]] = field(default_factory=list)

    async def erase(self, service: Service, asked: PersonAsked) -> EraseAnswer:
        self.asked.append((service, asked.conversation_ids))
        told = self.says.get(service)
        answer = told.pop(0) if told else EraseAnswer(conversation_ids=(OTHER_TALK,))
        if answer is None:
            raise ServiceAwayError
        return answer


def waits(why: ErasureWait) -> EraseAnswer:
    return EraseAnswer(waits_for=why)


async def test_an_erasure_ends_when_each_service_has_erased_what_all_of_them_know() -> None:
    clock, others = VirtualClock(), Others()
    book = Book(clock)
    assert await Erasing(book, others, clock).work() == 1
    assert others.asked == [
        (Service.GATEWAY, (TALK,)),
        (Service.ROUTER, (TALK, OTHER_TALK)),
    ]
    assert book.job.asked.conversation_ids == (TALK, OTHER_TALK)
    assert await Erasing(book, others, clock).work() == 0


@pytest.mark.parametrize(
    ("service", "answer", "why"),
    [
        (Service.GATEWAY, waits(ErasureWait.OPEN_CONVERSATION), ErasureWait.OPEN_CONVERSATION),
        (Service.ROUTER, waits(ErasureWait.EVENTS_UNDER_WAY), ErasureWait.EVENTS_UNDER_WAY),
        (Service.ROUTER, None, ErasureWait.SERVICE_AWAY),
    ],
)
async def test_an_erasure_says_what_it_waits_for_and_is_tried_again(
    service: Service, answer: EraseAnswer | None, why: ErasureWait
) -> None:
    clock, others = VirtualClock(), Others({service: [answer]})
    book = Book(clock)
    erasing = Erasing(book, others, clock)
    assert await erasing.work() == 0
    assert book.waits_for is why
    assert await erasing.work() == 0, "it rests"
    clock.advance(LONGEST_REST_MS)
    assert await erasing.work() == 1


@pytest.mark.parametrize("step", [Service.GATEWAY, Service.ROUTER, Service.HISTORY])
async def test_an_erasure_goes_on_where_it_was_killed(step: Service) -> None:
    clock, others = VirtualClock(), Others()
    book = Book(clock, killed_before=step)
    with pytest.raises(KilledError):
        await Erasing(book, others, clock).work()
    assert await Erasing(book, others, clock).work() == 0, "its claim holds"
    clock.advance(CLAIMED_MS)
    assert await Erasing(book, others, clock).work() == 1
    assert book.job.asked.conversation_ids == (TALK, OTHER_TALK)
    asked = [service for service, _ in others.asked]
    assert asked.count(Service.GATEWAY) == (2 if step is Service.GATEWAY else 1)
    assert asked.count(Service.ROUTER) == (2 if step is Service.ROUTER else 1)


async def test_a_try_that_lasts_is_held_and_one_that_nobody_holds_is_anybodys() -> None:
    clock = VirtualClock()
    book = Book(clock)

    class Slow(Others):
        async def erase(self, service: Service, asked: PersonAsked) -> EraseAnswer:
            for _ in range(5):
                clock.advance(CLAIMED_MS - 1)
                assert await book.due(clock.now()) == [], "it is held"
                await erasing.renew()
            return await super().erase(service, asked)

    erasing = Erasing(book, Slow(), clock)
    await erasing.renew()
    assert book.due_at == 0, "nothing is under way"
    assert await erasing.work() == 1


async def test_nobody_asked_for_an_erasure_is_told_so() -> None:
    clock = VirtualClock()
    with pytest.raises(RefusedError, match="not_found"):
        await Erasing(Book(clock), Others(), clock).progress(SHOP, CUSTOMER)


def test_the_rest_between_tries_doubles_up_to_a_minute() -> None:
    assert [rest_ms(tries) for tries in (0, 1, 5, 6, 50)] == [
        1_000,
        2_000,
        32_000,
        60_000,
        60_000,
    ]
