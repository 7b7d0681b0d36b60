"""Keeps the bytes of files in a folder that all gateways share.

`<folder>/<shard>/<id>.<digest>`: the name is made of our own id and of what is in the file, never
of what somebody said. A file is written beside, synced, judged, and only then moved into its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

import structlog

from services.gateway.domain.files.media import Fit, Unfit
from services.gateway.usecases.file_ports import (
    Inspect,
    MissingBytesError,
    UnfitFileError,
    WrongLengthError,
)
from shared.kernel.clock import Instant
from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id

SHARDS: Final = 256
INCOMING: Final = "incoming"
WRITE_BYTES: Final = 256 * 1024
"""Bytes gathered before a thread is troubled with them."""
READ_BYTES: Final = 128 * 1024
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_NAME = re.compile(r"(?P<id>[0-9a-f]{32})\.(?P<digest>[0-9a-f]{64})")
_MS_PER_S = 1_000

log = structlog.get_logger()


class FolderBytes:
    """The FileBytes and StrayBytes of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / INCOMING

    def prepare(self) -> None:
        """Make the folder, for its owner alone.

        Raises:
            OSError: it cannot be made or written to.
        """
        for folder in (self._folder, self._incoming):
            folder.mkdir(_PRIVATE_FOLDER, parents=True, exist_ok=True)

    def is_usable(self) -> bool:
        """Return whether files can be put there now."""
        return os.access(self._incoming, os.W_OK | os.X_OK)

    async def put(
        self, file_id: UUID, body: AsyncIterator[bytes], size_bytes: int, inspect: Inspect
    ) -> tuple[bytes, Fit]:
        """See `FileBytes.put`."""
        beside = self._incoming / new_id().hex
        try:
            file = await asyncio.to_thread(_create, beside)
            with file:
                digest = await _receive(file, body, size_bytes)
                what = await asyncio.to_thread(_judge, file, size_bytes, inspect)
            await asyncio.to_thread(self._keep, beside, self._place(file_id, digest))
        finally:
            beside.unlink(missing_ok=True)
        return digest, what

    async def open(self, file_id: UUID, digest: bytes) -> OpenFile:
        """See `FileBytes.open`."""
        path = self._place(file_id, digest)
        try:
            file = await asyncio.to_thread(path.open, "rb", 0)
        except FileNotFoundError:
            file_name = encode(IdKind.FILE, file_id)
            log.error(  # noqa: TRY400  all there is to say
                "file.missing", file_id=file_name, folder=str(self._folder)
            )
            raise MissingBytesError from None
        return OpenFile(file, os.fstat(file.fileno()).st_size)

    async def delete(self, file_id: UUID, digest: bytes | None = None) -> None:
        """See `FileBytes.delete`."""
        await asyncio.to_thread(self._delete, file_id, digest)

    async def look(self, shard: int, before: Instant) -> Sequence[tuple[UUID, bytes]]:
        """See `StrayBytes.look`."""
        return await asyncio.to_thread(lambda: list(self._old_ones(shard, before)))

    def _place(self, file_id: UUID, digest: bytes) -> Path:
        return self._shard(file_id.int % SHARDS) / f"{file_id.hex}.{digest.hex()}"

    def _shard(self, number: int) -> Path:
        return self._folder / f"{number:02x}"

    def _keep(self, beside: Path, place: Path) -> None:
        shard = place.parent
        if not shard.is_dir():
            shard.mkdir(_PRIVATE_FOLDER, exist_ok=True)
            _sync_folder(self._folder)
        beside.replace(place)
        _sync_folder(shard)

    def _delete(self, file_id: UUID, digest: bytes | None) -> None:
        if digest is not None:
            self._place(file_id, digest).unlink(missing_ok=True)
            return
        for path in self._shard(file_id.int % SHARDS).glob(f"{file_id.hex}.*"):
            path.unlink(missing_ok=True)

    def _old_ones(self, shard: int, before: Instant) -> Iterator[tuple[UUID, bytes]]:
        for path in _older(self._incoming, before):
            path.unlink(missing_ok=True)
        for path in _older(self._shard(shard), before):
            name = _NAME.fullmatch(path.name)
            if name is not None:
                yield UUID(name["id"]), bytes.fromhex(name["digest"])


class OpenFile:
    """The OpenedBytes of a file in the folder."""

    def __init__(self, file: FileIO, size_bytes: int) -> None:
        self._file = file
        self.size_bytes = size_bytes

    async def pieces(self) -> AsyncGenerator[bytes]:
        """See `OpenedBytes.pieces`."""
        with self._file:
            while piece := await asyncio.to_thread(self._file.read, READ_BYTES):
                yield piece


async def _receive(file: BinaryIO, body: AsyncIterator[bytes], size_bytes: int) -> bytes:
    """Write what comes, as long as it is no more than was told of; return its digest."""
    digest = hashlib.sha256()
    gathered = bytearray()
    size = 0
    async for piece in body:
        size += len(piece)
        if size > size_bytes:
            raise WrongLengthError
        gathered += piece
        if len(gathered) >= WRITE_BYTES:
            await asyncio.to_thread(_write, file, digest, bytes(gathered))
            gathered.clear()
    if size != size_bytes:
        raise WrongLengthError
    await asyncio.to_thread(_write, file, digest, bytes(gathered))
    await asyncio.to_thread(_sync, file)
    return digest.digest()


def _create(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    return os.fdopen(descriptor, "w+b")


def _write(file: BinaryIO, digest: hashlib._Hash, data: bytes) -> None:
    digest.update(data)
    file.write(data)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _judge(file: BinaryIO, size_bytes: int, inspect: Inspect) -> Fit:
    number = file.fileno()
    what = inspect(lambda offset, size: os.pread(number, size, offset), size_bytes)
    if isinstance(what, Unfit):
        raise UnfitFileError(what)
    return what


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _older(folder: Path, before: Instant) -> Iterator[Path]:
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                if entry.stat().st_mtime * _MS_PER_S < before:
                    yield Path(entry.path)
