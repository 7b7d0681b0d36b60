"""Keeps erasures, and how far each has come; forgets the person with the last step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from services.history.storage.personal import (
    customers_of,
    erase_rows,
    export_page,
    find_person,
)
from services.history.usecases.erase_customer import Due, ErasureJob
from services.history.usecases.note_views import CardViews, Shown
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.items import IdentityKind
from shared.contracts.privacy import (
    Address,
    EraseAnswer,
    Erasure,
    ErasureWait,
    ExportAnswer,
    ExportAsked,
    PersonAsked,
    ServiceErasure,
)
from shared.kernel.clock import Clock, Instant, from_datetime, to_datetime
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Service
from shared.kit.change_log import ChangeLog
from shared.kit.database import Database, ReadTransaction
from shared.kit.new_ids import new_id

DUE_AT_ONCE: Final = 100

_DUE = """
    SELECT shop_id, id FROM history.erasures WHERE next_try_at <= $1
    ORDER BY next_try_at LIMIT $2
    """
_ADD = """
    INSERT INTO history.erasures (shop_id, id, customer_ids, proven, given, conversation_ids,
        requested_at, requested_by, next_try_at)
    VALUES (:shop_id, :id, :customer_ids, CAST(:proven AS jsonb), :given, :conversation_ids,
        :now, :by, :now)
    """
_NEWEST = """
    SELECT * FROM history.erasures
    WHERE shop_id = :shop_id AND customer_ids @> ARRAY[CAST(:customer_id AS uuid)]
    ORDER BY id DESC LIMIT 1
    """
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(:text, 0))"
_CLAIM = """
    UPDATE history.erasures SET next_try_at = :until, tries = tries + 1
    WHERE shop_id = :shop_id AND id = :id AND next_try_at <= :now RETURNING *
    """
_RENEW = """
    UPDATE history.erasures SET next_try_at = :until
    WHERE shop_id = :shop_id AND id = :id AND finished_at IS NULL AND tries = :tries
    """
_NOTE = """
    UPDATE history.erasures SET waits_for = NULL,
        gateway_at = CASE WHEN :service = 'gateway' THEN :now ELSE gateway_at END,
        router_at = CASE WHEN :service = 'router' THEN :now ELSE router_at END,
        conversation_ids = ARRAY(SELECT DISTINCT unnest(
            conversation_ids || CAST(:conversation_ids AS uuid[]))),
        erased = erased || CAST(:erased AS jsonb)
    WHERE shop_id = :shop_id AND id = :id
    """
_REST = """
    UPDATE history.erasures SET waits_for = :waits_for, next_try_at = :until
    WHERE shop_id = :shop_id AND id = :id AND finished_at IS NULL AND tries = :tries
    """
_FINISH = """
    UPDATE history.erasures SET finished_at = :now, next_try_at = NULL, waits_for = NULL,
        proven = '[]', given = '{}', erased = erased || CAST(:erased AS jsonb)
    WHERE shop_id = :shop_id AND id = :id AND finished_at IS NULL
    """


class SqlErasures:
    """The ErasureBook and the PersonSource on PostgreSQL; `sweep` connects as the sweep role."""

    def __init__(
        self, db: Database, sweep: Database, log: ChangeLog, clock: Clock, views: CardViews
    ) -> None:
        self._db = db
        self._sweep = sweep
        self._log = log
        self._clock = clock
        self._views = views

    async def request(self, caller: Principal, once: Once, customer_id: UUID) -> Erasure:
        """See `ErasureBook.request`."""
        shop_id = caller.shop_id
        named = {"shop_id": shop_id, "customer_id": customer_id}
        async with self._db.write(shop_id) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return Erasure.model_validate(kept, strict=False)
            await tx.value(_LOCK, {"text": f"{shop_id}/erasures"})
            row = await tx.row(_NEWEST, named)
            if row is None or row["finished_at"] is not None:
                person = await find_person(tx, shop_id, customer_id)
                if person is None:
                    raise RefusedError(ErrorCode.NOT_FOUND, "There is no such customer.")
                ids = await customers_of(tx, shop_id, customer_id)
                await tx.execute(_ADD, self._new(caller, ids, person))
                row = await tx.row(_NEWEST, named)
                target = encode(IdKind.CUSTOMER, customer_id)
                await self._log.record(tx, caller, "customer.erasure_requested", target, {})
            erasure = _erasure(_there(row))
            await self._log.keep(tx, caller, once, erasure.model_dump(mode="json"))
        return erasure

    async def newest(self, shop_id: UUID, customer_id: UUID) -> Erasure | None:
        """See `ErasureBook.newest`."""
        async with self._db.read(shop_id) as tx:
            row = await tx.row(_NEWEST, {"shop_id": shop_id, "customer_id": customer_id})
        return None if row is None else _erasure(row)

    async def due(self, now: Instant) -> Sequence[Due]:
        """See `ErasureBook.due`."""
        rows = await self._sweep.call(_DUE, to_datetime(now), DUE_AT_ONCE)
        return [(row["shop_id"], row["id"]) for row in rows]

    async def claim(self, due: Due, now: Instant, until: Instant) -> ErasureJob | None:
        """See `ErasureBook.claim`."""
        shop_id, erasure_id = due
        named = {"shop_id": shop_id, "id": erasure_id}
        told = named | {"now": to_datetime(now), "until": to_datetime(until)}
        async with self._db.write(shop_id) as tx:
            row = await tx.row(_CLAIM, told)
        return None if row is None else _job(row)

    async def renew(self, job: ErasureJob, until: Instant) -> None:
        """See `ErasureBook.renew`."""
        told = self._told(job) | {"until": to_datetime(until)}
        async with self._db.write(job.asked.shop_id) as tx:
            await tx.execute(_RENEW, told)

    async def note(self, job: ErasureJob, service: Service, answer: EraseAnswer) -> None:
        """See `ErasureBook.note`."""
        told = self._told(job) | {
            "service": service.value,
            "conversation_ids": list(answer.conversation_ids),
            "erased": _counted(service, answer.erased),
        }
        async with self._db.write(job.asked.shop_id) as tx:
            await tx.execute(_NOTE, told)

    async def rest(self, job: ErasureJob, waits_for: ErasureWait, until: Instant) -> None:
        """See `ErasureBook.rest`."""
        told = self._told(job) | {"waits_for": waits_for.value, "until": to_datetime(until)}
        async with self._db.write(job.asked.shop_id) as tx:
            await tx.execute(_REST, told)

    async def finish(self, job: ErasureJob) -> None:
        """See `ErasureBook.finish`."""
        async with self._db.write(job.asked.shop_id) as tx:
            erased = await erase_rows(tx, list(job.customer_ids), job.asked)
            await tx.execute(
                _FINISH, self._told(job) | {"erased": _counted(Service.HISTORY, erased)}
            )

    async def person(self, caller: Principal, customer_id: UUID) -> PersonAsked | None:
        """See `PersonSource.person`."""
        async with self._db.read(caller.shop_id) as tx:
            return await find_person(tx, caller.shop_id, customer_id)

    async def erased(self, shop_id: UUID, customer_id: UUID) -> PersonAsked | None:
        """See `PersonSource.erased`."""
        async with self._db.read(shop_id) as tx:
            row = await self._erased(tx, shop_id, customer_id)
        return None if row is None else _job(row).asked

    async def export(self, customer_id: UUID, asked: ExportAsked) -> ExportAnswer:
        """See `PersonSource.export`."""
        async with self._db.read(asked.shop_id) as tx:
            row = await self._erased(tx, asked.shop_id, customer_id)
            if row is not None:
                return await export_page(tx, row["customer_ids"], asked)
            ids = await customers_of(tx, asked.shop_id, customer_id)
            return await export_page(tx, ids, asked)

    async def _erased(
        self, tx: ReadTransaction, shop_id: UUID, customer_id: UUID
    ) -> RowMapping | None:
        row = await tx.row(_NEWEST, {"shop_id": shop_id, "customer_id": customer_id})
        return None if row is None or row["finished_at"] is None else row

    async def note_export(self, caller: Principal, customer_id: UUID) -> None:
        """See `PersonSource.note_export`."""
        target = encode(IdKind.CUSTOMER, customer_id)
        async with self._db.write(caller.shop_id) as tx:
            await self._log.record(tx, caller, "customer.exported", target, {})
        self._views.note(caller, customer_id, Shown.EXPORT)

    def _new(self, caller: Principal, ids: list[UUID], person: PersonAsked) -> dict[str, Any]:
        return {
            "shop_id": caller.shop_id,
            "id": new_id(),
            "customer_ids": ids,
            "proven": json.dumps([one.model_dump(mode="json") for one in person.proven]),
            "given": list(person.given),
            "conversation_ids": list(person.conversation_ids),
            "now": to_datetime(self._clock.now()),
            "by": caller.name,
        }

    def _told(self, job: ErasureJob) -> dict[str, Any]:
        now = to_datetime(self._clock.now())
        return {"shop_id": job.asked.shop_id, "id": job.id, "now": now, "tries": job.tries}


def _there(row: RowMapping | None) -> RowMapping:
    if row is None:
        raise LookupError("a row just added is there")
    return row


def _counted(service: Service, erased: Mapping[str, int]) -> str:
    return json.dumps({f"{service.value}.{name}": count for name, count in erased.items()})


def _job(row: RowMapping) -> ErasureJob:
    asked = PersonAsked(
        shop_id=row["shop_id"],
        proven=tuple(
            Address(kind=IdentityKind(one["kind"]), value=one["value"]) for one in row["proven"]
        ),
        given=tuple(row["given"]),
        conversation_ids=tuple(row["conversation_ids"]),
    )
    return ErasureJob(
        id=row["id"],
        asked=asked,
        customer_ids=tuple(row["customer_ids"]),
        tries=row["tries"],
        gateway_at=_instant(row, "gateway_at"),
        router_at=_instant(row, "router_at"),
    )


def _erasure(row: RowMapping) -> Erasure:
    steps = {
        Service.GATEWAY: _instant(row, "gateway_at"),
        Service.ROUTER: _instant(row, "router_at"),
        Service.HISTORY: _instant(row, "finished_at"),
    }
    return Erasure(
        id=row["id"],
        customer_ids=tuple(row["customer_ids"]),
        requested_at=from_datetime(row["requested_at"]),
        requested_by=row["requested_by"],
        services=tuple(
            ServiceErasure(service=service, erased_at=at)
            for service, at in steps.items()
            if at is not None
        ),
        waits_for=None if row["waits_for"] is None else ErasureWait(row["waits_for"]),
        tries=row["tries"],
        next_try_at=_instant(row, "next_try_at"),
        finished_at=_instant(row, "finished_at"),
        erased=row["erased"],
    )


def _instant(row: RowMapping, name: str) -> Instant | None:
    return None if row[name] is None else from_datetime(row[name])
