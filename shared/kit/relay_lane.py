"""What the relay holds for one receiver and what it sends next; no I/O, reads no clock."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeAlias
from uuid import UUID

from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import Service

StreamKey: TypeAlias = tuple[UUID, str]
"""(shop_id, stream)."""

Positions: TypeAlias = Mapping[StreamKey, int]
"""The last version of each stream that the receiver has committed."""

MAX_EVENTS = 256
"""Events in one batch: bounds the receiver's transaction, as a lane's MAX_GROUP does."""
MAX_BYTES = 512 * 1024
"""Bytes of events in one batch: half of what the bus carries, so that one more always fits."""
MAX_HELD = 10_000
"""Events held in memory for one receiver; the sweep finds what did not fit."""
PAUSE_MS: Millis = 100
"""Rest of the whole lane after a batch got no answer."""
RETRY_MS: Millis = 50
"""First rest of a stream that did not get on; doubles each time."""
RETRY_MAX_MS: Millis = 1_000
"""Longest rest when the whole batch failed: the receiver is away, and will be back."""
PATIENT_TRIES = 10
"""Tries before a stream that does not get on counts as stuck, 6 s in all: until then it rests as
for a receiver that is away, because a part of one may be (a router's shop between two owners)."""
STUCK_MAX_MS: Millis = 30_000
"""Longest rest of a stream that fails alone: only a person or a release will mend it."""


class Outgoing(Protocol):
    """An event to be sent: an Envelope, or what is written out as one."""

    @property
    def receiver(self) -> Service:
        """Who takes it."""
        ...

    @property
    def shop_id(self) -> UUID:
        """Whose it is."""
        ...

    @property
    def stream(self) -> str:
        """What it is an event of."""
        ...

    @property
    def version(self) -> int:
        """Its place in the stream."""
        ...

    def to_json(self) -> bytes:
        """Return the wire form of the Envelope."""
        ...


@dataclass
class _Stream:
    events: dict[int, Outgoing] = field(default_factory=dict)
    failures: int = 0


@dataclass(frozen=True)
class Batch:
    """Events in the order they are sent, and the first and last version sent of each stream."""

    events: tuple[bytes, ...]
    spans: Mapping[StreamKey, tuple[int, int]]

    def to_json(self) -> bytes:
        """Return the wire form of an EventBatch."""
        return b'{"events":[' + b",".join(self.events) + b"]}"


@dataclass(frozen=True)
class Outcome:
    """What an answer means.

    Attributes:
        done: versions taken, which may be deleted.
        gaps: where streams stand whose next version was not in the batch.
        left_out: streams without a position: they failed, or the receiver knows none of them yet
            and was not sent their first.
    """

    done: Positions
    gaps: Positions
    left_out: tuple[StreamKey, ...]

    @property
    def unclear(self) -> Positions:
        """Return after which version to read the outbox again, for each stream that needs it."""
        return {**dict.fromkeys(self.left_out, 0), **self.gaps}


class RelayLane:
    """Streams of one receiver, each in its order, one batch in flight.

    A stream that does not get on rests and holds up no other.
    """

    def __init__(self) -> None:
        self._streams: dict[StreamKey, _Stream] = {}
        self._ready: dict[StreamKey, None] = {}  # a dict keeps the order in which they take turns
        self._resting: list[tuple[Instant, StreamKey]] = []
        self._paused_until: Instant = 0
        self._held = 0

    @property
    def held(self) -> int:
        """Return how many events are in memory."""
        return self._held

    @property
    def streams(self) -> Collection[StreamKey]:
        """Return the streams with events in memory."""
        return self._streams.keys()

    def offer(self, events: Iterable[Outgoing]) -> None:
        """Hold events to send; beyond MAX_HELD they are left to the sweep."""
        for event in events:
            key = (event.shop_id, event.stream)
            stream = self._streams.get(key)
            if stream is None:
                if self._held >= MAX_HELD:
                    continue
                stream = self._streams[key] = _Stream()
                self._ready[key] = None
            if event.version not in stream.events and self._held < MAX_HELD:
                stream.events[event.version] = event
                self._held += 1

    def take(self, now: Instant) -> Batch | None:
        """Return the next batch, or None while there is nothing to send yet."""
        self._rise(now)
        if now < self._paused_until or not self._ready:
            return None
        events: list[bytes] = []
        spans: dict[StreamKey, tuple[int, int]] = {}
        size = 0
        for key in tuple(islice(self._ready, MAX_EVENTS)):
            run, run_size = _encode_run(
                self._streams[key].events, MAX_EVENTS - len(events), MAX_BYTES - size
            )
            if not run and events:
                break
            del self._ready[key]
            self._ready[key] = None
            events += run.values()
            size += run_size
            spans[key] = (min(run), max(run))
            if len(events) >= MAX_EVENTS or size >= MAX_BYTES:
                break
        return Batch(tuple(events), spans)

    def failed(self, batch: Batch, now: Instant) -> None:
        """Keep everything and rest: nobody answered."""
        self._paused_until = now + PAUSE_MS
        for key in batch.spans:
            self._rest(key, now, RETRY_MAX_MS)

    def answered(self, batch: Batch, positions: Positions, now: Instant) -> Outcome:
        """Forget what the receiver has taken; rest what it has not."""
        done: dict[StreamKey, int] = {}
        gaps: dict[StreamKey, int] = {}
        left_out = tuple(key for key in batch.spans if key not in positions)
        for key in left_out:
            self._rest(key, now, STUCK_MAX_MS)
        for key, (first, last) in batch.spans.items():
            if key not in positions:
                continue
            position = positions[key]
            if position > 0:
                done[key] = position
            if position < first - 1:
                gaps[key] = position
            self._advance(key, position)
            if position < last:
                self._rest(key, now, STUCK_MAX_MS)
        return Outcome(done, gaps, left_out)

    def refill(self, outcome: Outcome, events: Iterable[Outgoing]) -> Positions:
        """Take up what the outbox has for the unclear streams; return the gaps it left open.

        A gap may close by itself, when another node is sending the missing version just now; so
        its stream stays, and rests.
        """
        found: dict[StreamKey, int] = {}
        for event in events:
            key = (event.shop_id, event.stream)
            found[key] = min(event.version, found.get(key, event.version))
            self.offer([event])
        for key in outcome.unclear:
            if key not in found and key in self._streams:
                self._forget(key, self._streams[key])  # others have brought it and deleted it
        open_gaps = {}
        for key, position in outcome.gaps.items():
            if key in found and found[key] > position + 1:
                open_gaps[key] = position
            elif key in self._streams and self._streams[key].failures == 1:
                self._ready[key] = None  # the first time it need not rest
        return open_gaps

    def next_due(self) -> Instant | None:
        """Return when `take` has something to return, or None while nothing is held."""
        if self._ready:
            return self._paused_until
        if self._resting:
            return max(self._paused_until, self._resting[0][0])
        return None

    def _rise(self, now: Instant) -> None:
        while self._resting and self._resting[0][0] <= now:
            _, key = heapq.heappop(self._resting)
            if key in self._streams:
                self._ready[key] = None

    def _rest(self, key: StreamKey, now: Instant, longest_ms: Millis) -> None:
        stream = self._streams.get(key)
        if stream is None:
            return
        span = min(_rest_ms(stream.failures), longest_ms)
        stream.failures += 1
        self._ready.pop(key, None)
        heapq.heappush(self._resting, (now + span, key))

    def _advance(self, key: StreamKey, position: int) -> None:
        stream = self._streams.get(key)
        if stream is None:
            return
        taken = [version for version in stream.events if version <= position]
        for version in taken:
            del stream.events[version]
        self._held -= len(taken)
        if taken:
            stream.failures = 0
        if not stream.events:
            self._forget(key, stream)

    def _forget(self, key: StreamKey, stream: _Stream) -> None:
        self._held -= len(stream.events)
        del self._streams[key]
        self._ready.pop(key, None)


def _rest_ms(failures: int) -> Millis:
    if failures < PATIENT_TRIES:
        return min(RETRY_MS << failures, RETRY_MAX_MS)
    return RETRY_MAX_MS << min(failures - PATIENT_TRIES + 1, 16)


def _encode_run(
    events: Mapping[int, Outgoing], max_events: int, max_bytes: int
) -> tuple[dict[int, bytes], int]:
    """Return the wire form of the lowest versions in a row that fit, and their size in bytes."""
    run: dict[int, bytes] = {}
    size = 0
    version = min(events)
    while version in events and len(run) < max_events:
        encoded = events[version].to_json()
        if run and size + len(encoded) > max_bytes:
            break
        run[version] = encoded
        size += len(encoded)
        version += 1
    return run, size
