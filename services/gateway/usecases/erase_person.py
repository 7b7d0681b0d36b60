"""Erases what the gateway keeps of one customer, and tells of it.

Conversations keep their rows, numbers and times: what was said in them is gone, and each item
stands as a tombstone at its `seq`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from shared.contracts.privacy import (
    EraseAnswer,
    ErasureWait,
    ExportAnswer,
    ExportAsked,
    PersonAsked,
    Record,
)
from shared.kernel.ids import IdKind, decode

FILES_AT_ONCE: Final = 100

Link: TypeAlias = Callable[[UUID, UUID], str]
"""Returns where the bytes of a shop's file can be had, for some minutes."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Where a person is met: conversations, and the sessions they were written in.

    `is_open`: one of them goes on. `unsent`: events of theirs are still on their way.
    """

    conversation_ids: tuple[UUID, ...]
    session_ids: tuple[UUID, ...]
    is_open: bool
    unsent: bool

    @property
    def waits_for(self) -> ErasureWait | None:
        """Return what has to be over before anything is erased."""
        if self.is_open:
            return ErasureWait.OPEN_CONVERSATION
        return ErasureWait.EVENTS_UNDER_WAY if self.unsent else None


class Shredder(Protocol):
    """Deletes the bytes of files."""

    async def delete(self, file_id: UUID, digest: bytes | None = None) -> None:
        """Delete a file's bytes, if they are there."""
        ...


class PersonRows(Protocol):
    """The tables, by person."""

    async def traces(self, asked: PersonAsked) -> Traces:
        """Return where a person is met."""
        ...

    async def files(self, shop_id: UUID, traces: Traces, limit: int) -> Sequence[UUID]:
        """Return files that were uploaded or sent there."""
        ...

    async def forget_files(self, shop_id: UUID, file_ids: Sequence[UUID]) -> None:
        """Delete the rows of files whose bytes are gone."""
        ...

    async def erase(self, asked: PersonAsked, traces: Traces) -> dict[str, int] | None:
        """Erase all else in one transaction; None: a conversation goes on again."""
        ...

    async def export(self, asked: ExportAsked, traces: Traces) -> ExportAnswer:
        """Return some of what is kept of a person."""
        ...


async def erase_person(rows: PersonRows, kept: Shredder, asked: PersonAsked) -> EraseAnswer:
    """Erase a person once none of their conversations goes on; may be repeated without harm.

    Bytes go before the rows that name them: killed in between, the next try finds them again.
    """
    traces = await rows.traces(asked)
    if traces.waits_for is not None:
        return EraseAnswer(waits_for=traces.waits_for, conversation_ids=traces.conversation_ids)
    files = await _erase_files(rows, kept, asked.shop_id, traces)
    erased = await rows.erase(asked, traces)
    if erased is None:
        waits = ErasureWait.OPEN_CONVERSATION
        return EraseAnswer(waits_for=waits, conversation_ids=traces.conversation_ids)
    return EraseAnswer(conversation_ids=traces.conversation_ids, erased={**erased, "files": files})


async def export_person(rows: PersonRows, link: Link, asked: ExportAsked) -> ExportAnswer:
    """Return some of what is kept of a person, from a place on; of a file, where its bytes are."""
    answer = await rows.export(asked, await rows.traces(asked))
    records = tuple(_linked(record, asked.shop_id, link) for record in answer.records)
    return answer.model_copy(update={"records": records})


def _linked(record: Record, shop_id: UUID, link: Link) -> Record:
    if record.kind != "files":
        return record
    file_id = decode(IdKind.FILE, str(record.data["id"]))
    return record.model_copy(update={"data": record.data | {"url": link(shop_id, file_id)}})


async def _erase_files(rows: PersonRows, kept: Shredder, shop_id: UUID, traces: Traces) -> int:
    erased = 0
    while files := await rows.files(shop_id, traces, FILES_AT_ONCE):
        for file_id in files:
            await kept.delete(file_id)
        await rows.forget_files(shop_id, files)
        erased += len(files)
    return erased
