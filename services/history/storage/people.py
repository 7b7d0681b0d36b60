"""Keeps who is one person; functions in the database say what a merge and its undoing change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.history.domain.cards import may_be
from services.history.domain.merging import Dossier, Evidence
from services.history.usecases.ports import CustomersChanged, Judge
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.items import IdentityKind
from shared.contracts.people import Identity, Merge, NewMerge, Person
from shared.kernel.clock import Clock, from_datetime, to_datetime
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import MergeEvidence
from shared.kit.change_log import ChangeLog
from shared.kit.database import Database, ReadTransaction, WriteTransaction
from shared.kit.new_ids import new_id

_ALL = "SELECT history.customers_of(:shop_id, :customer_id)"
_ADDRESSES = """
    SELECT kind, value, customer_id, true AS verified FROM history.identities
    WHERE shop_id = :shop_id AND customer_id = ANY (:ids)
    UNION ALL
    SELECT kind, value, customer_id, false FROM history.mentions
    WHERE shop_id = :shop_id AND customer_id = ANY (:ids)
    ORDER BY kind, value, verified DESC, customer_id
    """
_MERGES = """
    SELECT * FROM history.merges
    WHERE shop_id = :shop_id AND (customer_id = ANY (:ids) OR other_id = ANY (:ids)) ORDER BY id
    """
_MERGE = "SELECT * FROM history.merges WHERE shop_id = :shop_id AND id = :merge_id"
_MAY_BE = "SELECT history.may_be(:shop_id, CAST(:ids AS uuid[]), :most)"
_HAS_ORDER = """
    SELECT 1 FROM history.orders
    WHERE shop_id = :shop_id AND customer_id = ANY (:ids) AND :reference IN (reference, number)
    LIMIT 1
    """
_LOCK = "SELECT history.lock_merges(:shop_id)"
_DO = """
    SELECT history.merge_customers(:shop_id, :merge_id, :one, :other, :evidence, :kind, :value,
        :order_reference, :at, :by)
    """
_UNDO = "SELECT history.undo_merge(:shop_id, :merge_id, :at, :by)"

MAY_BE_MOST = 20
"""Hints on a person's own page; the card shows three."""


class SqlPeopleStore:
    """A PeopleStore on PostgreSQL."""

    def __init__(
        self, db: Database, log: ChangeLog, clock: Clock, changed: CustomersChanged
    ) -> None:
        self._db = db
        self._log = log
        self._clock = clock
        self._changed = changed

    async def person(self, shop_id: UUID, customer_id: UUID) -> Person | None:
        """Return the person that a customer of this shop is."""
        async with self._db.read(shop_id) as tx:
            ids = await _customers_of(tx, shop_id, customer_id)
            if not ids:
                return None
            named = {"shop_id": shop_id, "ids": ids}
            hints = await tx.value(_MAY_BE, named | {"most": MAY_BE_MOST})
            return Person(
                customer_ids=tuple(ids),
                identities=tuple(_identity(row) for row in await tx.rows(_ADDRESSES, named)),
                merges=tuple(_merge(row) for row in await tx.rows(_MERGES, named)),
                may_be=tuple(may_be(one) for one in hints),
            )

    async def merge(
        self, caller: Principal, once: Once, customer_id: UUID, new: NewMerge, judge: Judge
    ) -> Merge:
        """Make two customers one person, if the judge finds evidence in their dossiers."""
        async with self._db.write(caller.shop_id) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return Merge.model_validate(kept, strict=False)
            await tx.value(_LOCK, {"shop_id": caller.shop_id})
            one = await _dossier(tx, caller.shop_id, customer_id, new.order_reference)
            other = await _dossier(tx, caller.shop_id, new.other_id, new.order_reference)
            evidence = judge(one, other, new.order_reference)
            if evidence is None or customer_id == new.other_id:
                raise RefusedError(
                    ErrorCode.NO_EVIDENCE,
                    "Nothing proves that these customers are one person; they may be.",
                )
            merge_id = await tx.value(_DO, self._row(caller, (customer_id, new.other_id), evidence))
            merge = await self._answer(tx, caller, once, merge_id)
        self._changed(caller.shop_id, (merge.customer_id, merge.other_id))
        return merge

    async def undo(self, caller: Principal, once: Once, customer_id: UUID, merge_id: UUID) -> Merge:
        """Undo a merge of this person's customers; one undone already stays as it is."""
        async with self._db.write(caller.shop_id) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return Merge.model_validate(kept, strict=False)
            await tx.value(_LOCK, {"shop_id": caller.shop_id})
            ids = await _customers_of(tx, caller.shop_id, customer_id)
            row = await tx.row(_MERGE, {"shop_id": caller.shop_id, "merge_id": merge_id})
            if row is None or not {row["customer_id"], row["other_id"]} & set(ids):
                raise RefusedError(ErrorCode.NOT_FOUND, "There is no such merge.")
            undone = {
                "shop_id": caller.shop_id,
                "merge_id": merge_id,
                "at": to_datetime(self._clock.now()),
                "by": caller.name,
            }
            await tx.value(_UNDO, undone)
            merge = await self._answer(tx, caller, once, merge_id)
        self._changed(caller.shop_id, (merge.customer_id, merge.other_id))
        return merge

    def _row(
        self, caller: Principal, pair: tuple[UUID, UUID], evidence: Evidence
    ) -> Mapping[str, Any]:
        kind, value = evidence.address
        return {
            "shop_id": caller.shop_id,
            "merge_id": new_id(),
            "one": pair[0],
            "other": pair[1],
            "evidence": evidence.kind.value,
            "kind": kind.value,
            "value": value,
            "order_reference": evidence.order_reference,
            "at": to_datetime(self._clock.now()),
            "by": caller.name,
        }

    async def _answer(
        self, tx: WriteTransaction, caller: Principal, once: Once, merge_id: UUID
    ) -> Merge:
        row = await tx.row(_MERGE, {"shop_id": caller.shop_id, "merge_id": merge_id})
        if row is None:
            raise LookupError("a merge just made is there")
        merge = _merge(row)
        await self._log.keep(tx, caller, once, merge.model_dump(mode="json"))
        return merge


async def _customers_of(tx: ReadTransaction, shop_id: UUID, customer_id: UUID) -> list[UUID]:
    found = await tx.value(_ALL, {"shop_id": shop_id, "customer_id": customer_id})
    return list(found)


async def _dossier(
    tx: ReadTransaction, shop_id: UUID, customer_id: UUID, order_reference: str | None
) -> Dossier:
    """Return what is known of the person that a customer is.

    Raises:
        RefusedError: NOT_FOUND.
    """
    ids = await _customers_of(tx, shop_id, customer_id)
    if not ids:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such customer.")
    named = {"shop_id": shop_id, "ids": ids}
    rows = await tx.rows(_ADDRESSES, named)
    has_order = await tx.value(_HAS_ORDER, named | {"reference": order_reference})
    addresses = [((IdentityKind(row["kind"]), row["value"]), row["verified"]) for row in rows]
    return Dossier(
        proven=frozenset(address for address, verified in addresses if verified),
        given=frozenset(address for address, _ in addresses),
        orders=frozenset({order_reference} if has_order and order_reference else ()),
    )


def _identity(row: RowMapping) -> Identity:
    return Identity(**{**row, "kind": IdentityKind(row["kind"])})


def _merge(row: RowMapping) -> Merge:
    undone_at = row["undone_at"]
    told: dict[str, Any] = {
        "kind": IdentityKind(row["kind"]),
        "evidence": MergeEvidence(row["evidence"]),
        "merged_at": from_datetime(row["merged_at"]),
        "undone_at": None if undone_at is None else from_datetime(undone_at),
    }
    return Merge(**{name: told.get(name, row[name]) for name in Merge.model_fields})
