"""Takes other services' events off the bus and answers how far each stream was committed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

import structlog
from prometheus_client import Counter
from pydantic import ValidationError

from shared.contracts import subjects
from shared.contracts.events import BatchAnswer, Envelope, EventBatch, StreamPosition
from shared.kernel.vocabulary import Service
from shared.kit.arrivals import sort_out
from shared.kit.bus.interface import Bus, Subscription
from shared.kit.database import MAX_SHOPS, WriteTransaction
from shared.kit.relay_lane import Positions, StreamKey

ONE_BY_ONE_S = 1.0
"""Time for trying the streams of a failed group alone: half of what the relay waits."""

Apply: TypeAlias = Callable[[Sequence[Envelope]], Awaitable[Positions]]
"""Commits effects and inbox positions in one transaction; returns each stream's position after it.

It gets events of at most MAX_SHOPS shops, sorted by shop, stream and version, none doubled; among
them there may be some it has taken before and some beyond a gap: `take_new` sorts them out.
"""

log = structlog.get_logger()

REFUSED_STREAMS = Counter(
    "firstreply_inbox_refused_streams_total", "Streams whose events failed alone", ["receiver"]
)
UNREADABLE = Counter(
    "firstreply_inbox_unreadable_total", "Events this release cannot read", ["receiver"]
)


async def serve_events(bus: Bus, receiver: Service, apply: Apply) -> Subscription:
    """Take batches of events and answer them; a stream that fails does not stop the others."""
    server = _EventServer(receiver, apply)
    return await bus.serve(subjects.events(receiver), server.take)


@dataclass(frozen=True)
class Taken:
    """What `take_new` found: events to apply now, in order, and where their streams stand then."""

    new: tuple[Envelope, ...]
    positions: Positions


async def take_new(tx: WriteTransaction, schema: str, events: Sequence[Envelope]) -> Taken:
    """Advance the inbox of a transaction and return the events whose effects belong into it.

    Locks each stream's row, so of two receivers that race with the same events one waits and then
    finds them old. All events come from one emitter, as `serve_events` hands them over.
    """
    if not events:
        return Taken((), {})
    streams: dict[StreamKey, list[Envelope]] = {}
    for event in events:
        streams.setdefault(_key(event), []).append(event)
    keys = {
        "emitter": events[0].emitter.value,
        "shop_ids": [str(shop_id) for shop_id, _ in streams],
        "streams": [stream for _, stream in streams],
    }
    await tx.execute(_ENSURE.format(schema=schema), keys)
    rows = await tx.rows(_LOCK.format(schema=schema), keys)
    positions: dict[StreamKey, int] = {}
    new: list[Envelope] = []
    for row in rows:
        key = (row["shop_id"], row["stream"])
        by_version = {event.version: event for event in streams[key]}
        arrival = sort_out(row["version"], by_version)
        positions[key] = arrival.position
        new += [by_version[version] for version in arrival.new]
    versions = [positions[key] for key in streams]
    await tx.execute(_ADVANCE.format(schema=schema), {**keys, "versions": versions})
    return Taken(tuple(new), positions)


_ENSURE = """
    INSERT INTO {schema}.inbox (shop_id, emitter, stream, version)
    SELECT shop_id, :emitter, stream, 0
    FROM unnest(CAST(:shop_ids AS uuid[]), CAST(:streams AS text[])) AS k(shop_id, stream)
    ORDER BY shop_id, stream ON CONFLICT DO NOTHING
    """
_LOCK = """
    SELECT i.shop_id, i.stream, i.version FROM {schema}.inbox AS i
    JOIN unnest(CAST(:shop_ids AS uuid[]), CAST(:streams AS text[])) AS k(shop_id, stream)
        USING (shop_id, stream)
    WHERE i.emitter = :emitter ORDER BY i.shop_id, i.stream FOR NO KEY UPDATE OF i
    """
_ADVANCE = """
    UPDATE {schema}.inbox AS i SET version = k.version
    FROM unnest(CAST(:shop_ids AS uuid[]), CAST(:streams AS text[]), CAST(:versions AS bigint[]))
        AS k(shop_id, stream, version)
    WHERE i.shop_id = k.shop_id AND i.stream = k.stream AND i.emitter = :emitter
        AND i.version < k.version
    """


class _EventServer:
    """Answers batches for one receiver."""

    def __init__(self, receiver: Service, apply: Apply) -> None:
        self._receiver = receiver
        self._apply = apply

    async def take(self, raw: bytes) -> bytes:
        """Return the BatchAnswer of an EventBatch."""
        positions: dict[StreamKey, int] = {}
        failures: list[Exception] = []
        for group in _groups(self._read(raw)):
            try:
                positions.update(await self._take_group(group))
            except Exception as failure:  # one group's failure is not the next one's
                log.exception("inbox.group_failed", receiver=self._receiver)
                failures.append(failure)
        if failures and not positions:
            raise failures[0]  # nothing got on: the relay rests as a whole, and briefly
        return BatchAnswer(
            positions=tuple(
                StreamPosition(shop_id=shop_id, stream=stream, version=version)
                for (shop_id, stream), version in positions.items()
            )
        ).to_json()

    async def _take_group(self, group: Sequence[Envelope]) -> Positions:
        try:
            return await self._apply(group)
        except Exception:
            alone = [list(events) for _, events in groupby(group, key=_key)]
            if len(alone) == 1:
                raise
            log.exception("inbox.one_by_one", receiver=self._receiver, streams=len(alone))
        return await self._take_alone(alone)

    async def _take_alone(self, streams: Sequence[Sequence[Envelope]]) -> Positions:
        positions: dict[StreamKey, int] = {}
        failure: Exception | None = None
        try:
            async with asyncio.timeout(ONE_BY_ONE_S):
                for events in streams:
                    try:
                        positions.update(await self._apply(events))
                    except Exception as error:  # a bad stream is left out of the answer
                        REFUSED_STREAMS.labels(receiver=self._receiver.value).inc()
                        log.exception("inbox.stream_failed", receiver=self._receiver)
                        failure = error
        except TimeoutError as error:
            failure = error  # what was not reached is left out too
        if failure and not positions:
            raise failure
        return positions

    def _read(self, raw: bytes) -> Sequence[Envelope]:
        """Return the events for us, one by one when the batch as a whole cannot be read."""
        try:
            events: Iterable[Envelope] = EventBatch.model_validate_json(raw).events
        except ValidationError:
            events = self._read_one_by_one(raw)
        mine = [event for event in events if event.receiver is self._receiver]
        unique = {(event.emitter, *_key(event), event.version): event for event in mine}
        return [unique[place] for place in sorted(unique)]

    def _read_one_by_one(self, raw: bytes) -> Iterator[Envelope]:
        for event in json.loads(raw)["events"]:
            try:
                yield Envelope.model_validate_json(json.dumps(event))
            except ValidationError:
                UNREADABLE.labels(receiver=self._receiver.value).inc()
                log.warning("inbox.unreadable", receiver=self._receiver)


def _key(event: Envelope) -> StreamKey:
    return (event.shop_id, event.stream)


def _groups(events: Sequence[Envelope]) -> Iterator[Sequence[Envelope]]:
    """Cut sorted events into groups of one emitter and at most MAX_SHOPS shops."""
    group: list[Envelope] = []
    for (_, _), same_shop in groupby(events, key=lambda event: (event.emitter, event.shop_id)):
        share = list(same_shop)
        shops = {event.shop_id for event in group}
        if group and (len(shops) == MAX_SHOPS or group[0].emitter is not share[0].emitter):
            yield group
            group = []
        group = [*group, *share]
    if group:
        yield group
