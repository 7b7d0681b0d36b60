"""What was never sent, and bytes that are no file's, are removed; what was sent stays."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from services.gateway.domain.files.media import Fit
from services.gateway.storage.file_bytes import SHARDS, FolderBytes
from services.gateway.storage.files import PostgresFiles, PostgresFileSweep
from services.gateway.usecases.attach_files import attached
from services.gateway.usecases.file_ports import KeptFile, Quotas
from services.gateway.usecases.ports import AppendRow, RefusedGroupError
from services.gateway.usecases.remove_files import (
    NEVER_SENT_MS,
    sweep_files,
    sweep_strays,
)
from shared.contracts.files import MediaType
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import Service
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from tests.support.clock import START
from tests.support.gateway import SHOP, Stores, a_message
from tests.support.postgres import TestDatabase
from tests.support.sample_files import PDF

LATER = START + NEVER_SENT_MS + 1
PLENTY = Quotas(1 << 30, 1 << 30, NEVER_SENT_MS)


async def bytes_of(data: bytes) -> AsyncIterator[bytes]:
    yield data


@dataclass
class Cabinet:
    """Rows and folder."""

    rows: PostgresFiles
    sweep: PostgresFileSweep
    folder: FolderBytes
    path: Path

    async def file(self, uploader_id: UUID, *, committed: bool = True) -> KeptFile:
        """Upload a file; not committed: killed between the bytes and the commit."""
        new = KeptFile(new_id(), SHOP, uploader_id, "a.pdf", "application/pdf", len(PDF))
        await self.rows.add(new, PLENTY, START)
        what = Fit(MediaType.PDF)
        digest, _ = await self.folder.put(new.id, bytes_of(PDF), len(PDF), lambda *_: what)
        if committed:
            await self.rows.complete(SHOP, new.id, "a.pdf", digest, what)
        return new

    def age(self, at: Instant) -> None:
        for path in self.files():
            os.utime(path, (at / 1_000, at / 1_000))

    def files(self) -> list[Path]:
        return [one for one in self.path.rglob("*") if one.is_file()]

    async def sweep_all(self, now: Instant) -> int:
        async for _ in sweep_files(self.sweep, self.folder, now):
            pass
        return sum(
            [
                await sweep_strays(self.sweep, self.folder, self.folder, shard, now)
                for shard in range(SHARDS)
            ]
        )


@pytest.fixture
async def cabinet(stores: Stores, database: TestDatabase, tmp_path: Path) -> AsyncIterator[Cabinet]:
    folder = FolderBytes(tmp_path)
    folder.prepare()
    async with open_database(database.sweep_url(Service.GATEWAY)) as sweep:
        yield Cabinet(PostgresFiles(stores.database), PostgresFileSweep(sweep), folder, tmp_path)


async def a_message_with(cabinet: Cabinet, file: KeptFile, client_id: str) -> AppendRow:
    content = await attached(cabinet.rows, SHOP, file.uploader_id, client_id, [file.id])
    plain = a_message(file.uploader_id, client_id)
    return AppendRow(
        shop_id=plain.shop_id,
        sender_id=plain.sender_id,
        client_id=client_id,
        text="",
        received_at=START,
        session_id=plain.session_id,
        content=content,
    )


async def test_what_was_never_sent_goes_after_a_day_and_what_was_sent_stays(
    cabinet: Cabinet, stores: Stores
) -> None:
    session_id = await stores.session()
    sent, unsent = await cabinet.file(session_id), await cabinet.file(session_id)
    await cabinet.file(session_id, committed=False)
    await stores.appends.append([await a_message_with(cabinet, sent, "m1")])
    cabinet.age(START)

    assert await cabinet.sweep_all(START + NEVER_SENT_MS) == 0
    before = len(cabinet.files())
    await cabinet.sweep_all(LATER)

    assert before == 3
    assert [path.name.partition(".")[0] for path in cabinet.files()] == [sent.id.hex]
    assert await cabinet.rows.find(SHOP, unsent.id) is None


async def test_bytes_without_a_row_and_half_written_ones_are_strays(
    cabinet: Cabinet, stores: Stores
) -> None:
    kept = await cabinet.file(await stores.session())
    await cabinet.folder.put(new_id(), bytes_of(PDF), len(PDF), lambda *_: Fit(MediaType.PDF))
    other = PDF + b"\n"
    await cabinet.folder.put(kept.id, bytes_of(other), len(other), lambda *_: Fit(MediaType.PDF))
    (cabinet.path / "incoming" / new_id().hex).write_bytes(b"half")
    cabinet.age(START)

    strays = [
        await sweep_strays(cabinet.sweep, cabinet.folder, cabinet.folder, shard, LATER)
        for shard in range(SHARDS)
    ]

    assert sum(strays) == 2
    assert [path.name.partition(".")[0] for path in cabinet.files()] == [kept.id.hex]


async def test_a_commit_gives_a_file_to_one_message_whoever_looked_it_up_before(
    cabinet: Cabinet, stores: Stores
) -> None:
    kept = await cabinet.file(await stores.session())
    first = await a_message_with(cabinet, kept, "m1")
    second = await a_message_with(cabinet, kept, "m2")

    await stores.appends.append([first])
    with pytest.raises(RefusedGroupError):
        await stores.appends.append([second])
    (again,) = await stores.appends.append([first])

    assert again.verdict == "known"
