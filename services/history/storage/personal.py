"""Finds, tells of and erases one person in history's tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from shared.contracts.items import IdentityKind
from shared.contracts.privacy import (
    EXPORTED,
    Address,
    ExportAnswer,
    ExportAsked,
    PersonAsked,
    next_place,
    read_place,
    record_of,
)
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Service
from shared.kit.database import ReadTransaction, WriteTransaction

PAGE: Final = 50
"""Records at once: an order with the most lines has a megabyte."""

_ALL = "SELECT history.customers_of(:shop_id, :customer_id)"
_PROVEN = """
    SELECT kind, value FROM history.identities
    WHERE shop_id = :shop_id AND customer_id = ANY (:ids) ORDER BY kind, value
    """
_GIVEN = """
    SELECT DISTINCT value FROM history.mentions
    WHERE shop_id = :shop_id AND customer_id = ANY (:ids)
    UNION
    SELECT unnest(ARRAY[email, phone]) FROM history.customers
    WHERE shop_id = :shop_id AND id = ANY (:ids)
    """
_TALKS = """
    SELECT conversation_id AS id FROM history.contacts
    WHERE shop_id = :shop_id AND customer_id = ANY (:ids) AND platform IS NULL
    UNION
    SELECT c.id FROM history.conversations c
    JOIN history.identities i ON i.shop_id = c.shop_id AND i.kind = c.customer_kind
        AND i.value = c.customer_value
    WHERE i.shop_id = :shop_id AND i.customer_id = ANY (:ids)
    ORDER BY 1
    """

_OF_CUSTOMER = "t.shop_id = :shop_id AND t.customer_id = ANY (:ids)"
_WHOSE: Final[Mapping[str, str]] = {
    "promises": _OF_CUSTOMER,
    "notes": _OF_CUSTOMER,
    "carts": _OF_CUSTOMER,
    "orders": _OF_CUSTOMER,
    "contacts": """t.shop_id = :shop_id AND (t.customer_id = ANY (:ids)
        OR t.conversation_id = ANY (:talks))""",
    "conversations": "t.shop_id = :shop_id AND t.id = ANY (:talks)",
    "merges": "t.shop_id = :shop_id AND (t.customer_id = ANY (:ids) OR t.other_id = ANY (:ids))",
    "mentions": _OF_CUSTOMER,
    "identities": _OF_CUSTOMER,
    "customers": "t.shop_id = :shop_id AND t.id = ANY (:ids)",
}
"""Table -> which of its rows are a person's, in an order in which they may be deleted."""
SECTIONS: Final = EXPORTED[Service.HISTORY]

_TOLD: Final = {**_WHOSE, "card_views": _OF_CUSTOMER}
"""What is told of: to whom a customer was shown is no words of theirs, and stays."""

_SORTED: Final = {
    "card_views": "t.hour, t.how, t.viewer_kind, t.viewer_id, t.customer_id",
    "identities": "t.kind, t.value",
    "mentions": "t.kind, t.value, t.customer_id",
    "carts": "t.platform, t.reference",
}
_IDS: Final = {
    "shop_id": IdKind.SHOP,
    "customer_id": IdKind.CUSTOMER,
    "other_id": IdKind.CUSTOMER,
    "merged_into": IdKind.CUSTOMER,
    "conversation_id": IdKind.CONVERSATION,
}
_OWN_ID: Final = {
    "customers": IdKind.CUSTOMER,
    "merges": IdKind.MERGE,
    "conversations": IdKind.CONVERSATION,
    "contacts": IdKind.CONTACT,
    "orders": IdKind.ORDER,
    "notes": IdKind.CUSTOMER_NOTE,
    "promises": IdKind.FOLLOW_UP,
}
_UNFIND = """
    DELETE FROM history.searchable s
    WHERE s.shop_id = :shop_id AND (
        (s.kind = 'order' AND s.id IN (SELECT t.id FROM history.orders t WHERE {orders}))
        OR (s.kind = 'contact' AND s.id IN (SELECT t.id FROM history.contacts t WHERE {contacts})))
    """
_NAMES = """
    SELECT id, 'note' AS kind FROM history.notes t WHERE {notes}
    UNION ALL SELECT id, 'cust' FROM history.customers t WHERE {customers}
    """
_FORGET_ANSWERS = """
    DELETE FROM history.kept_answers
    WHERE shop_id = :shop_id AND answer::text LIKE ANY (:mentions)
    """


async def find_person(tx: ReadTransaction, shop_id: UUID, customer_id: UUID) -> PersonAsked | None:
    """Return what the person that a customer is is known by; None: there is no such customer."""
    ids = await customers_of(tx, shop_id, customer_id)
    if not ids:
        return None
    named = {"shop_id": shop_id, "ids": ids}
    proven = [
        Address(kind=IdentityKind(row["kind"]), value=row["value"])
        for row in await tx.rows(_PROVEN, named)
    ]
    given = {row["value"] for row in await tx.rows(_GIVEN, named)} - {None}
    return PersonAsked(
        shop_id=shop_id,
        proven=tuple(proven),
        given=tuple(sorted(given | {one.value for one in proven})),
        conversation_ids=tuple(row["id"] for row in await tx.rows(_TALKS, named)),
    )


async def customers_of(tx: ReadTransaction, shop_id: UUID, customer_id: UUID) -> list[UUID]:
    """Return everybody who is one person with a customer."""
    return list(await tx.value(_ALL, {"shop_id": shop_id, "customer_id": customer_id}))


async def export_page(tx: ReadTransaction, ids: list[UUID], asked: ExportAsked) -> ExportAnswer:
    """Return some of history's records. Whole rows: a column that is added is exported too."""
    section, told = read_place(asked.place, SECTIONS)
    order = _SORTED.get(section, "t.id")
    sql = f"""SELECT to_jsonb(t) AS row FROM history.{section} t WHERE {_TOLD[section]}
        ORDER BY {order} LIMIT :limit OFFSET :offset"""  # noqa: S608  literals of ours
    named = _named(asked, ids) | {"limit": PAGE + 1, "offset": told}
    rows = [row["row"] for row in await tx.rows(sql, named)]
    names = _IDS | ({"id": _OWN_ID[section]} if section in _OWN_ID else {})
    more = len(rows) > PAGE
    return ExportAnswer(
        records=tuple(record_of(Service.HISTORY, section, row, names) for row in rows[:PAGE]),
        next_place=next_place(section, told + PAGE, more=more, sections=SECTIONS),
        conversation_ids=asked.conversation_ids,
    )


async def erase_rows(
    tx: WriteTransaction, ids: list[UUID], asked: PersonAsked
) -> Mapping[str, int]:
    """Delete everything of a person; return how many rows of which table."""
    named = _named(asked, ids)
    names = [
        f"%{encode(IdKind(row['kind']), row['id'])}%".replace("_", "\\_")
        for row in await tx.rows(_NAMES.format(**_WHOSE), named)
    ]
    erased = {"searchable": await tx.execute(_UNFIND.format(**_WHOSE), named)}
    for table, whose in _WHOSE.items():
        sql = f"DELETE FROM history.{table} t WHERE {whose}"  # noqa: S608  literals of ours
        erased[table] = await tx.execute(sql, named)
    told = {"shop_id": asked.shop_id, "mentions": names}
    erased["kept_answers"] = await tx.execute(_FORGET_ANSWERS, told)
    return erased


def _named(asked: PersonAsked, ids: list[UUID]) -> dict[str, Any]:
    return {"shop_id": asked.shop_id, "ids": ids, "talks": list(asked.conversation_ids)}
