"""Brings a service's events from its outbox to their receivers; knows no event's meaning.

A commit's events are offered in memory and are on their way in the same turn of the loop. What
memory lost, to a full lane, a crash or another node's death, the sweep finds in the table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from shared.contracts import subjects
from shared.contracts.events import BatchAnswer, Envelope
from shared.kernel.clock import Clock, Millis
from shared.kernel.vocabulary import Service
from shared.kit.bus.interface import Bus, BusError
from shared.kit.outbox import Backlog
from shared.kit.relay_lane import MAX_EVENTS, Batch, Outgoing, Positions, RelayLane, StreamKey
from shared.kit.tasks import supervise

SWEEP_LIMIT = 500
"""Rows one sweep reads for one receiver: two batches."""

REREAD_LIMIT = 500
"""Rows read again for the streams of one answer; 500 hold the event loop about 15 ms."""

log = structlog.get_logger()

_LABELS = ["emitter", "receiver"]
BACKLOG_ROWS = Gauge("firstreply_outbox_rows", "Events waiting in the outbox", _LABELS)
BACKLOG_AGE = Gauge("firstreply_outbox_oldest_age_seconds", "Age of the oldest event", _LABELS)
BATCH_FAILURES = Counter("firstreply_relay_failures_total", "Batches without an answer", _LABELS)
GAPS = Counter("firstreply_relay_gaps_total", "Gaps the outbox could not close", _LABELS)


@dataclass(frozen=True)
class Pace:
    """How often the relay does what it does.

    Attributes:
        answer_ms: how long a receiver may take for a batch; it may still commit afterwards.
        sweep_ms: time between sweeps, and the age from which a row counts as left behind.
        catch_up_ms: time between sweeps while the last one found as much as it may read.
        delete_ms: time in which deletions come together in one statement.
        together_ms: time in which events come together in one batch behind another; the first
            after a rest goes at once. A batch costs receiver and sender as much as ten events.
    """

    answer_ms: Millis = 2_000
    sweep_ms: Millis = 1_000
    catch_up_ms: Millis = 50
    delete_ms: Millis = 200
    together_ms: Millis = 10


class Outbox(Protocol):
    """What the relay needs of a table; `shared.kit.outbox.OutboxRows` is the real one."""

    async def unsent(
        self,
        receiver: Service,
        *,
        older_than_ms: Millis,
        besides: Collection[StreamKey],
        limit: int,
    ) -> list[Envelope]:
        """Return old rows of streams that are not among `besides`."""
        ...

    async def after(self, receiver: Service, positions: Positions, *, limit: int) -> list[Envelope]:
        """Return these streams' rows after these versions, ascending, at most `limit` of each."""
        ...

    async def delete(self, done: Mapping[tuple[Service, UUID, str], int]) -> None:
        """Delete every row up to these versions."""
        ...

    async def backlog(self, receiver: Service) -> Backlog:
        """Return what waits for a receiver."""
        ...


class Relay:
    """One node's relay of one service. `run` is its loop; `offer` may be called at any time."""

    def __init__(
        self, outbox: Outbox, bus: Bus, emitter: Service, clock: Clock, pace: Pace | None = None
    ) -> None:
        self._outbox = outbox
        self._emitter = emitter
        self._pace = pace or Pace()
        self._deleting = asyncio.Lock()
        self._couriers = {
            receiver: _Courier(outbox, bus, (emitter, receiver), clock, self._pace)
            for receiver in Service
            if receiver is not emitter
        }

    def offer(self, events: Iterable[Outgoing]) -> None:
        """Send these soon. Call right after their commit, never before; it never fails."""
        sorted_out: dict[Service, list[Outgoing]] = {}
        for event in events:
            sorted_out.setdefault(event.receiver, []).append(event)
        for receiver, share in sorted_out.items():
            if receiver in self._couriers:
                self._couriers[receiver].offer(share)

    async def run(self) -> None:
        """Send, sweep and delete until cancelled."""
        name = f"relay.{self._emitter}"
        async with asyncio.TaskGroup() as group:
            for receiver, courier in self._couriers.items():
                group.create_task(supervise(f"{name}.{receiver}", courier.run))
            group.create_task(supervise(f"{name}.sweep", self._sweep_for_ever))
            group.create_task(supervise(f"{name}.delete", self._delete_for_ever))

    async def sweep(self) -> bool:
        """Pick up what was left behind; true when there may be more of it."""
        await self._delete()
        more = [await courier.sweep() for courier in self._couriers.values()]
        return any(more)

    async def _sweep_for_ever(self) -> None:
        pause_ms = self._pace.sweep_ms
        while True:
            await asyncio.sleep(pause_ms / 1000)
            more = await self.sweep()
            pause_ms = self._pace.catch_up_ms if more else self._pace.sweep_ms

    async def _delete_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._pace.delete_ms / 1000)
            await self._delete()

    async def _delete(self) -> None:
        """Delete what was taken. Rows of a failed deletion are swept, sent and found old.

        One deletion at a time: the next one's rows may be the last one's, too, and two that go
        through them in different orders would each wait for what the other holds.
        """
        async with self._deleting:
            done = {
                (receiver, *key): position
                for receiver, courier in self._couriers.items()
                for key, position in courier.collect_done().items()
            }
            if done:
                await self._outbox.delete(done)


class _Courier:
    """Sends one receiver's events, a batch at a time."""

    def __init__(
        self, outbox: Outbox, bus: Bus, way: tuple[Service, Service], clock: Clock, pace: Pace
    ) -> None:
        self._outbox = outbox
        self._bus = bus
        self._emitter, self._receiver = way
        self._clock = clock
        self._pace = pace
        self._lane = RelayLane()
        self._news = asyncio.Event()
        self._done: dict[StreamKey, int] = {}
        self._away = False
        self._labels = (self._emitter.value, self._receiver.value)

    def offer(self, events: Iterable[Outgoing]) -> None:
        self._lane.offer(events)
        self._news.set()

    def collect_done(self) -> Positions:
        """Return, once, what the receiver has taken."""
        done, self._done = self._done, {}
        return done

    async def run(self) -> None:
        """Send batch after batch until cancelled."""
        while True:
            batch = self._lane.take(self._clock.now())
            if batch is None:
                await self._wait()
            else:
                await self._send(batch)
                if self._lane.held < MAX_EVENTS:
                    await asyncio.sleep(self._pace.together_ms / 1000)

    async def sweep(self) -> bool:
        """Take up rows left behind, unless there is enough to do; true when there may be more."""
        backlog = await self._outbox.backlog(self._receiver)
        BACKLOG_ROWS.labels(*self._labels).set(backlog.rows)
        BACKLOG_AGE.labels(*self._labels).set(backlog.oldest_age_ms / 1000)
        if backlog.oldest_age_ms < self._pace.sweep_ms or self._lane.held >= SWEEP_LIMIT:
            return False
        found = await self._outbox.unsent(
            self._receiver,
            older_than_ms=self._pace.sweep_ms,
            besides=tuple(self._lane.streams),
            limit=SWEEP_LIMIT,
        )
        self.offer(found)
        return len(found) == SWEEP_LIMIT

    async def _wait(self) -> None:
        """Return when there is news, or when what rests may be tried again."""
        due = self._lane.next_due()
        delay_s = None if due is None else max(0, due - self._clock.now()) / 1000
        with suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await self._news.wait()
        self._news.clear()

    async def _send(self, batch: Batch) -> None:
        try:
            raw = await self._bus.request(
                subjects.events(self._receiver), batch.to_json(), timeout_ms=self._pace.answer_ms
            )
            answer = BatchAnswer.model_validate_json(raw)
        except (BusError, ValueError) as error:
            self._fail(batch, error)
            return
        if self._away:
            self._away = False
            log.info("relay.answered_again", receiver=self._receiver)
        await self._settle(batch, answer)

    def _fail(self, batch: Batch, error: Exception) -> None:
        self._lane.failed(batch, self._clock.now())
        BATCH_FAILURES.labels(*self._labels).inc()
        if not self._away:
            self._away = True  # one line for an outage, not one for each attempt
            log.warning("relay.unanswered", receiver=self._receiver, error=type(error).__name__)

    async def _settle(self, batch: Batch, answer: BatchAnswer) -> None:
        positions = {(p.shop_id, p.stream): p.version for p in answer.positions}
        outcome = self._lane.answered(batch, positions, self._clock.now())
        self._done.update(outcome.done)
        unclear = outcome.unclear
        if unclear:
            found = await self._outbox.after(
                self._receiver, unclear, limit=max(1, REREAD_LIMIT // len(unclear))
            )
            for _ in self._lane.refill(outcome, found):
                GAPS.labels(*self._labels).inc()
                log.warning("relay.gap", receiver=self._receiver)
