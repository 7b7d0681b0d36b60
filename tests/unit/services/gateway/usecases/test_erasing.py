"""What is erased by person and by age: bytes before the rows that name them, whatever is killed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from pydantic import JsonValue

from services.gateway.usecases.erase_person import Traces, erase_person, export_person
from services.gateway.usecases.keep_retention import BATCH, keep_retention
from shared.contracts.privacy import (
    ErasureWait,
    ExportAnswer,
    ExportAsked,
    PersonAsked,
    Record,
)
from shared.contracts.retention import RetentionAsked
from shared.kernel.clock import Instant
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Service

SHOP, TALK, SESSION = UUID(int=1), UUID(int=2), UUID(int=3)
KINDS = ("files", "items")
ASKED = PersonAsked(shop_id=SHOP, proven=())


class KilledError(Exception):
    """The process was killed here."""


@dataclass
class Rows:
    """The tables, in memory: ids of files, and how many conversations are old."""

    file_ids: list[UUID] = field(default_factory=list)
    is_open: bool = False
    unsent: bool = False
    goes_on_again: bool = False
    erased: int = 0
    old: int = 0
    killed: bool = False

    async def traces(self, asked: PersonAsked) -> Traces:
        return Traces((TALK,), (SESSION,), self.is_open, self.unsent)

    async def files(self, shop_id: UUID, traces: Traces, limit: int) -> Sequence[UUID]:
        return self.file_ids[:limit]

    async def old_files(self, shop_id: UUID, before: Instant, limit: int) -> Sequence[UUID]:
        return self.file_ids[:limit]

    async def files_of_old(self, shop_id: UUID, before: Instant, limit: int) -> Sequence[UUID]:
        return self.file_ids[:limit]

    async def forget_files(self, shop_id: UUID, file_ids: Sequence[UUID]) -> None:
        if self.killed:
            self.killed = False
            raise KilledError
        self.file_ids = [one for one in self.file_ids if one not in file_ids]

    async def erase(self, asked: PersonAsked, traces: Traces) -> dict[str, int] | None:
        if self.goes_on_again:
            return None
        self.erased += 1
        return {"items": 2}

    async def erase_old(self, shop_id: UUID, before: Instant, limit: int) -> int:
        done = min(self.old, limit)
        self.old -= done
        return done

    async def export(self, asked: ExportAsked, traces: Traces) -> ExportAnswer:
        data: dict[str, JsonValue] = {"id": encode(IdKind.FILE, UUID(int=7))}
        records = tuple(
            Record(service=Service.GATEWAY, kind=kind, data=dict(data))
            for kind in ("files", "items")
        )
        return ExportAnswer(records=records, next_place=None)


class Bytes:
    """The folder of files, in memory."""

    def __init__(self, rows: Rows) -> None:
        self.kept = set(rows.file_ids)

    async def delete(self, file_id: UUID, digest: bytes | None = None) -> None:
        self.kept.discard(file_id)


def files(count: int) -> list[UUID]:
    return [UUID(int=100 + number) for number in range(count)]


class TestPerson:
    @pytest.mark.parametrize(
        ("rows", "why"),
        [
            (Rows(is_open=True, unsent=True), ErasureWait.OPEN_CONVERSATION),
            (Rows(unsent=True), ErasureWait.EVENTS_UNDER_WAY),
            (Rows(goes_on_again=True), ErasureWait.OPEN_CONVERSATION),
        ],
    )
    async def test_nothing_is_erased_of_who_still_talks(self, rows: Rows, why: ErasureWait) -> None:
        answer = await erase_person(rows, Bytes(rows), ASKED)
        assert (answer.waits_for, answer.conversation_ids) == (why, (TALK,))
        assert rows.erased == 0

    async def test_every_file_goes_however_many_there_are(self) -> None:
        rows = Rows(file_ids=files(250))
        kept = Bytes(rows)
        answer = await erase_person(rows, kept, ASKED)
        assert answer.erased == {"items": 2, "files": 250}
        assert kept.kept == set()

    async def test_killed_between_bytes_and_rows_it_finds_them_again(self) -> None:
        rows = Rows(file_ids=files(3), killed=True)
        kept = Bytes(rows)
        with pytest.raises(KilledError):
            await erase_person(rows, kept, ASKED)
        assert kept.kept == set()
        answer = await erase_person(rows, kept, ASKED)
        assert answer.erased["files"] == 3

    async def test_an_export_says_where_the_bytes_of_a_file_are(self) -> None:
        asked = ExportAsked(shop_id=SHOP, proven=())
        answer = await export_person(Rows(), lambda _, file_id: f"/{file_id.int}", asked)
        file, item = answer.records
        assert file.data["url"] == "/7"
        assert "url" not in item.data


class TestAge:
    async def test_a_shop_without_a_rule_keeps_it(self) -> None:
        rows = Rows(file_ids=files(1), old=1)
        answer = await keep_retention(rows, Bytes(rows), RetentionAsked(shop_id=SHOP))
        assert answer.erased == {"files": 0, "conversations": 0}
        assert not answer.more

    async def test_files_go_before_the_conversations_that_lead_to_them(self) -> None:
        rows = Rows(file_ids=files(BATCH + 1), old=1)
        asked = RetentionAsked(shop_id=SHOP, conversations_before=0)
        kept = Bytes(rows)
        first, then, last = [await keep_retention(rows, kept, asked) for _ in range(3)]
        assert (first.erased, first.more) == ({"files": BATCH, "conversations": 0}, True)
        assert (then.erased, then.more) == ({"files": 1, "conversations": 1}, False)
        assert last.erased == {"files": 0, "conversations": 0}
        assert kept.kept == set()

    async def test_there_may_be_more_after_a_whole_batch(self) -> None:
        rows = Rows(file_ids=files(2), old=BATCH + 1)
        both = RetentionAsked(shop_id=SHOP, files_before=0, conversations_before=0)
        kept = Bytes(rows)
        first, then = [await keep_retention(rows, kept, both) for _ in range(2)]
        assert first.erased == {"files": 2, "conversations": BATCH}
        assert (first.more, then.more) == (True, False)
