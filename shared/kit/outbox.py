"""Rows of a service's outbox: how a transaction writes them and how the sweep role reads them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import structlog

from shared.contracts.events import Envelope
from shared.kernel import clock
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import EventType, Service
from shared.kit.database import Database, WriteTransaction
from shared.kit.relay_lane import Positions, StreamKey

BACKLOG_MAX = 10_000
"""Rows counted at most for the backlog's figure: it is read each second, full or empty."""

log = structlog.get_logger()


def insert_events(schema: str, source: str) -> str:
    """Return the INSERT that writes events from a jsonb expression made by `outbox_rows`.

    A function of the service passes its jsonb parameter: `insert_events("gateway", "p_events")`;
    a transaction uses `write_events`.
    """
    return f"""
        INSERT INTO {schema}.outbox
            (receiver, shop_id, stream, version, event_id, type, occurred_at, body)
        SELECT receiver, shop_id, stream, version, event_id, type, occurred_at, body
        FROM jsonb_to_recordset({source}) AS event(
            receiver text, shop_id uuid, stream text, version bigint,
            event_id uuid, type text, occurred_at timestamptz, body jsonb)
        """  # noqa: S608  both are the caller's own literals


async def write_events(tx: WriteTransaction, schema: str, events: Sequence[Envelope]) -> None:
    """Write events in the transaction that makes them true."""
    if events:
        statement = insert_events(schema, "CAST(:events AS jsonb)")
        await tx.execute(statement, {"events": outbox_rows(events)})


def outbox_rows(events: Iterable[Envelope]) -> str:
    """Return the JSON that `insert_events` reads: one object an event, named as the columns.

    What follows itself with another receiver is encoded once.
    """
    rows: list[str] = []
    before: Envelope | None = None
    rest = ""
    for event in events:
        if before is None or not _differs_in_receiver_only(before, event):
            rest = _ENCODE(_row(event))[1:]
        rows.append(f'{{"receiver": "{event.receiver}", {rest}')
        before = event
    return f"[{', '.join(rows)}]"


_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def _differs_in_receiver_only(one: Envelope, other: Envelope) -> bool:
    """Tell it cheaply: the body is the same object, or is not looked into."""
    return (
        one.body is other.body
        and one.event_id == other.event_id
        and one.shop_id == other.shop_id
        and one.stream == other.stream
        and one.version == other.version
        and one.type == other.type
        and one.occurred_at == other.occurred_at
    )


def _row(event: Envelope) -> dict[str, object]:
    return {
        "shop_id": str(event.shop_id),
        "stream": event.stream,
        "version": event.version,
        "event_id": str(event.event_id),
        "type": event.type,
        "occurred_at": clock.to_iso(event.occurred_at),
        "body": event.body,
    }


@dataclass(frozen=True)
class Backlog:
    """What waits for one receiver.

    Attributes:
        rows: how many, counted up to BACKLOG_MAX.
        oldest_age_ms: how long the oldest has waited; 0 when there is none.
    """

    rows: int
    oldest_age_ms: Millis


class OutboxRows:
    """One schema's outbox, across shops; `database` connects as the service's sweep role."""

    def __init__(self, database: Database, schema: str, emitter: Service) -> None:
        self._database = database
        self._emitter = emitter
        self._sql = _Statements(schema)

    async def unsent(
        self,
        receiver: Service,
        *,
        older_than_ms: Millis,
        besides: Collection[StreamKey],
        limit: int,
    ) -> list[Envelope]:
        """Return the oldest rows of streams that are not among `besides`.

        Never "what came after the last one read": rows become visible in the order of commits,
        which is not the order of anything in them.
        """
        rows = await self._database.call(
            self._sql.unsent,
            receiver.value,
            older_than_ms,
            [f"{shop_id}{stream}" for shop_id, stream in besides],
            limit,
        )
        return self._read(rows, receiver)

    async def after(self, receiver: Service, positions: Positions, *, limit: int) -> list[Envelope]:
        """Return these streams' rows after these versions, ascending, at most `limit` of each."""
        rows = await self._database.call(
            self._sql.after,
            receiver.value,
            [shop_id for shop_id, _ in positions],
            [stream for _, stream in positions],
            list(positions.values()),
            limit,
        )
        return self._read(rows, receiver)

    async def delete(self, done: Mapping[tuple[Service, UUID, str], int]) -> None:
        """Delete every row up to these versions."""
        keys = list(done)
        await self._database.call(
            self._sql.delete,
            [receiver.value for receiver, _, _ in keys],
            [shop_id for _, shop_id, _ in keys],
            [stream for _, _, stream in keys],
            list(done.values()),
        )

    async def backlog(self, receiver: Service) -> Backlog:
        """Return what waits for a receiver."""
        (row,) = await self._database.call(self._sql.backlog, receiver.value, BACKLOG_MAX)
        return Backlog(row["rows"], row["oldest_age_ms"])

    def _read(self, rows: Sequence[asyncpg.Record], receiver: Service) -> list[Envelope]:
        events = []
        for row in rows:
            try:
                events.append(self._envelope(row, receiver))
            except ValueError:
                # A newer release wrote it and a newer node will send it.
                log.warning("outbox.unreadable", type=row["type"], version=row["version"])
        return events

    def _envelope(self, row: asyncpg.Record, receiver: Service) -> Envelope:
        return Envelope(
            event_id=row["event_id"],
            type=EventType(row["type"]),
            emitter=self._emitter,
            receiver=receiver,
            shop_id=row["shop_id"],
            stream=row["stream"],
            version=row["version"],
            occurred_at=clock.from_datetime(row["occurred_at"]),
            body=json.loads(row["body"]),
        )


class _Statements:
    """The four statements of one schema's outbox."""

    def __init__(self, schema: str) -> None:
        # `<> ALL` of an array is hashed; an anti join with unnest() compared row by row.
        columns = "shop_id, stream, version, event_id, type, occurred_at, body::text AS body"
        self.unsent = f"""
            SELECT {columns} FROM {schema}.outbox
            WHERE receiver = $1 AND created_at < now() - $2::int * interval '1 millisecond'
                AND shop_id::text || stream <> ALL ($3::text[])
            ORDER BY created_at, shop_id, stream, version LIMIT $4
            """  # noqa: S608  the schema is the composition root's own literal
        self.after = f"""
            SELECT row.* FROM unnest($2::uuid[], $3::text[], $4::bigint[])
                AS asked(shop_id, stream, version)
            CROSS JOIN LATERAL (
                SELECT {columns} FROM {schema}.outbox AS o
                WHERE o.receiver = $1 AND o.shop_id = asked.shop_id
                    AND o.stream = asked.stream AND o.version > asked.version
                ORDER BY o.version LIMIT $5) AS row
            ORDER BY row.shop_id, row.stream, row.version
            """  # noqa: S608
        # No commit waits for the disk behind this one: rows that a crash brings back are found old.
        self.delete = f"""
            WITH commit AS MATERIALIZED (
                SELECT set_config('synchronous_commit', 'off', true) AS waits)
            DELETE FROM {schema}.outbox AS o
            USING commit, unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[])
                AS done(receiver, shop_id, stream, version)
            WHERE commit.waits = 'off' AND o.receiver = done.receiver AND o.shop_id = done.shop_id
                AND o.stream = done.stream AND o.version <= done.version
            """  # noqa: S608
        self.backlog = f"""
            SELECT
                (SELECT count(*) FROM (
                    SELECT FROM {schema}.outbox WHERE receiver = $1 LIMIT $2) AS counted) AS rows,
                coalesce((
                    SELECT extract(epoch FROM now() - created_at) * 1000 FROM {schema}.outbox
                    WHERE receiver = $1 ORDER BY created_at LIMIT 1), 0)::bigint AS oldest_age_ms
            """  # noqa: S608
