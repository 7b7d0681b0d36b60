"""Tells of and erases one customer in the router's tables; the engines write the conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from shared.contracts.privacy import (
    EXPORTED,
    ExportAnswer,
    ExportAsked,
    PersonAsked,
    next_place,
    read_place,
    record_of,
)
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Service
from shared.kit.database import Database

PAGE: Final = 100
"""Conversations at once: the customer, a preview and a promise are a few hundred bytes."""

SECTIONS: Final = EXPORTED[Service.ROUTER]

_UNSENT = """
    SELECT EXISTS (SELECT FROM router.outbox
        WHERE shop_id = :shop_id AND (stream = ANY (:names)
            OR split_part(stream, ':', 1) IN (SELECT router.wire_id('fwup', c.id)
                FROM router.conversations c WHERE c.shop_id = :shop_id
                    AND c.kind = 'follow_up' AND c.external_id = ANY (:names))))
    """
_BLANK_DELIVERIES = """
    UPDATE router.webhook_deliveries
    SET body = jsonb_set(body::jsonb, '{data}', '{"erased": true}')::text
    WHERE shop_id = :shop_id
        AND (subject = ANY (:names) OR body LIKE ANY (:words) OR body LIKE ANY (:mentions))
    """
_FORGET_ANSWERS = """
    DELETE FROM router.kept_answers
    WHERE shop_id = :shop_id AND answer::text LIKE ANY (:mentions)
    """
_PROMISED = """
    SELECT id FROM router.conversations
    WHERE shop_id = :shop_id AND kind = 'follow_up' AND external_id = ANY (:names) ORDER BY id
    """
_FORGET_PROMISES = """
    UPDATE router.conversations SET work = work || '{"title": "", "order_reference": null}'
    WHERE shop_id = :shop_id AND kind = 'follow_up' AND external_id = ANY (:names)
    """
_NEXT_JOURNALS = """
    UPDATE router.shops SET journal_epoch = journal_epoch + 1 WHERE shop_id = :shop_id
    """
_FORGET_JOURNALS = "DELETE FROM router.journals WHERE shop_id = :shop_id"
"""All of the shop's: what stood has everybody's names in one piece."""
_SECTIONS: Final[Mapping[str, str]] = {
    "conversations": """
        SELECT to_jsonb(t) AS row FROM router.conversations t
        WHERE t.shop_id = :shop_id
            AND (t.id = ANY (:ids) OR (t.kind = 'follow_up' AND t.external_id = ANY (:names)))
        ORDER BY t.id
        """,
    # To whom the card was offered: it rides in the offer.
    "offers": """
        SELECT to_jsonb(t) || jsonb_build_object('agent_name', a.name) AS row
        FROM router.offers t
        JOIN router.agents a ON a.shop_id = t.shop_id AND a.id = t.agent_id
        WHERE t.shop_id = :shop_id AND t.conversation_id = ANY (:ids) ORDER BY t.id
        """,
}
_IDS: Final = {
    "shop_id": IdKind.SHOP,
    "agent_id": IdKind.AGENT,
    "assignment_id": IdKind.ASSIGNMENT,
    "preferred_agent": IdKind.AGENT,
    "conversation_id": IdKind.CONVERSATION,
}
_OWN_ID: Final = {"conversations": IdKind.CONVERSATION, "offers": IdKind.OFFER}


class PersonTables:
    """See `usecases.erase_person.PersonRows`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unsent(self, asked: PersonAsked) -> bool:
        """See `PersonRows.unsent`."""
        named = {"shop_id": asked.shop_id, "names": _names(asked)}
        async with self._database.read(asked.shop_id) as tx:
            return bool(await tx.value(_UNSENT, named))

    async def promised(self, asked: PersonAsked) -> Sequence[UUID]:
        """See `PersonRows.promised`."""
        named = {"shop_id": asked.shop_id, "names": _names(asked)}
        async with self._database.read(asked.shop_id) as tx:
            return [row["id"] for row in await tx.rows(_PROMISED, named)]

    async def erase(self, asked: PersonAsked) -> dict[str, int]:
        """See `PersonRows.erase`."""
        named: dict[str, Any] = {
            "shop_id": asked.shop_id,
            "names": _names(asked),
            "words": [_like(f'"{word}"') for word in _addresses(asked)],
            "mentions": [_like(name) for name in _names(asked)],
        }
        async with self._database.write(asked.shop_id) as tx:
            deliveries = await tx.execute(_BLANK_DELIVERIES, named)
            answers = await tx.execute(_FORGET_ANSWERS, named)
            await tx.execute(_FORGET_PROMISES, named)
            await tx.execute(_NEXT_JOURNALS, named)  # what is on its way is written before, or not
            await tx.execute(_FORGET_JOURNALS, named)
        return {"webhook_deliveries": deliveries, "kept_answers": answers}

    async def export(self, asked: ExportAsked) -> ExportAnswer:
        """See `PersonRows.export`."""
        section, told = read_place(asked.place, SECTIONS)
        named = {
            "shop_id": asked.shop_id,
            "ids": list(asked.conversation_ids),
            "names": _names(asked),
            "limit": PAGE + 1,
            "offset": told,
        }
        async with self._database.read(asked.shop_id) as tx:
            sql = f"{_SECTIONS[section]} LIMIT :limit OFFSET :offset"
            rows = [row["row"] for row in await tx.rows(sql, named)]
        ids = {**_IDS, "id": _OWN_ID[section]}
        more = len(rows) > PAGE
        return ExportAnswer(
            records=tuple(record_of(Service.ROUTER, section, row, ids) for row in rows[:PAGE]),
            next_place=next_place(section, told + PAGE, more=more, sections=SECTIONS),
        )


def _names(asked: PersonAsked) -> list[str]:
    return [encode(IdKind.CONVERSATION, one) for one in asked.conversation_ids]


def _addresses(asked: PersonAsked) -> list[str]:
    """Return what only this person is written to at; a shop's own number may be anything's."""
    return sorted({word for word in asked.given if "@" in word or word.startswith("+")})


def _like(text: str) -> str:
    """Return a pattern that finds the text anywhere, as it stands."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
