"""Erases what a shop does not want kept any longer, a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from services.gateway.usecases.erase_person import Shredder
from shared.contracts.retention import RetentionAnswer, RetentionAsked
from shared.kernel.clock import Instant

BATCH: Final = 100


class AgedRows(Protocol):
    """The tables, by age."""

    async def old_files(self, shop_id: UUID, before: Instant, limit: int) -> Sequence[UUID]:
        """Return files that were uploaded before."""
        ...

    async def files_of_old(self, shop_id: UUID, before: Instant, limit: int) -> Sequence[UUID]:
        """Return files that were sent in conversations that are to be erased."""
        ...

    async def forget_files(self, shop_id: UUID, file_ids: Sequence[UUID]) -> None:
        """Delete the rows of files whose bytes are gone."""
        ...

    async def erase_old(self, shop_id: UUID, before: Instant, limit: int) -> int:
        """Erase what was said in conversations that ended before; return how many they were."""
        ...


async def keep_retention(rows: AgedRows, kept: Shredder, asked: RetentionAsked) -> RetentionAnswer:
    """Erase one batch of each kind; may be repeated without harm.

    Bytes go before the rows that name them, and files before the conversations that lead to them.
    """
    shop_id, files, conversations = asked.shop_id, 0, 0
    if asked.files_before is not None:
        old = await rows.old_files(shop_id, asked.files_before, BATCH)
        files += await _erase(rows, kept, shop_id, old)
    if asked.conversations_before is not None:
        sent = await rows.files_of_old(shop_id, asked.conversations_before, BATCH)
        files += await _erase(rows, kept, shop_id, sent)
        if len(sent) < BATCH:
            conversations = await rows.erase_old(shop_id, asked.conversations_before, BATCH)
    return RetentionAnswer(
        erased={"files": files, "conversations": conversations},
        more=files >= BATCH or conversations == BATCH,
    )


async def _erase(rows: AgedRows, kept: Shredder, shop_id: UUID, files: Sequence[UUID]) -> int:
    for file_id in files:
        await kept.delete(file_id)
    if files:
        await rows.forget_files(shop_id, files)
    return len(files)
