"""What the use cases of files need of the world; implemented in storage/, clients/ and app.py."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias
from uuid import UUID

from services.gateway.domain.files.media import Fit, ReadAt, Unfit
from shared.contracts.items import Attachment
from shared.kernel.clock import Instant, Millis


@dataclass(frozen=True, slots=True)
class Uploader:
    """Who uploads and downloads: a customer's session or an agent."""

    shop_id: UUID
    id: UUID
    is_agent: bool
    reads_all: bool = False
    """A supervisor, who reads every conversation of the shop."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file's row. Without a digest its bytes have not come; without an item it is not sent."""

    id: UUID
    shop_id: UUID
    uploader_id: UUID
    name: str
    media_type: str
    size_bytes: int
    digest: bytes | None = None
    width: int | None = None
    height: int | None = None
    item_id: UUID | None = None
    conversation_id: UUID | None = None
    session_id: UUID | None = None
    """Of the conversation it was sent in, when its customer may see the item."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """Bytes that may be asked for within `span_ms`, by one uploader and in one shop."""

    uploader_bytes: int
    shop_bytes: int
    span_ms: Millis


class FileRows(Protocol):
    """Keeps what is known of files."""

    async def add(self, new: KeptFile, quotas: Quotas, now: Instant) -> bool:
        """Add a file without bytes; false when that would be more than the quotas allow."""
        ...

    async def find(self, shop_id: UUID, file_id: UUID) -> KeptFile | None:
        """Return a file of this shop."""
        ...

    async def complete(
        self, shop_id: UUID, file_id: UUID, name: str, digest: bytes, what: Fit
    ) -> bool:
        """Say that a file's bytes have come; false when there is none that waits for them."""
        ...

    async def sendable(
        self, shop_id: UUID, uploader_id: UUID, client_id: str, file_ids: Sequence[UUID]
    ) -> Sequence[Attachment]:
        """Return those of the files that the uploader may send as, or has sent with, client_id.

        In the order asked for.
        """
        ...


class FileSweep(Protocol):
    """Finds and removes what was never sent, of all shops."""

    async def remove_never_sent(self, before: Instant, limit: int) -> Sequence[UUID]:
        """Forget files that were asked for before an instant and never sent; return them."""
        ...

    async def known(self, files: Sequence[tuple[UUID, bytes]]) -> set[tuple[UUID, bytes]]:
        """Return those (id, digest) that there are rows of."""
        ...


class WrongLengthError(Exception):
    """The bytes that came are fewer or more than were told of."""


class UnfitFileError(Exception):
    """The bytes are of a file that may not be kept."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(why.code)
        self.why = why


class MissingBytesError(Exception):
    """The folder does not have the bytes of a file that its row tells of."""


Inspect: TypeAlias = Callable[[ReadAt, int], Fit | Unfit]


class OpenedBytes(Protocol):
    """The bytes of a file, open for reading."""

    @property
    def size_bytes(self) -> int:
        """How many there are."""
        ...

    def pieces(self) -> AsyncGenerator[bytes]:
        """Read them all, once, and close them, however the reading ends."""
        ...


class FileBytes(Protocol):
    """Keeps the bytes of files, for all nodes; knows no shop and no name."""

    async def put(
        self, file_id: UUID, body: AsyncIterator[bytes], size_bytes: int, inspect: Inspect
    ) -> tuple[bytes, Fit]:
        """Keep what comes, once all of it is on the disk and found fit; return its digest.

        Raises:
            WrongLengthError, UnfitFileError: nothing is kept.
        """
        ...

    async def open(self, file_id: UUID, digest: bytes) -> OpenedBytes:
        """Open a file's bytes.

        Raises:
            MissingBytesError: they are not here.
        """
        ...

    async def delete(self, file_id: UUID, digest: bytes | None = None) -> None:
        """Remove a file's bytes, all of them or those of a digest; gone ones are no error."""
        ...


class StrayBytes(Protocol):
    """Looks through the folder for what no row tells of."""

    async def look(self, shard: int, before: Instant) -> Sequence[tuple[UUID, bytes]]:
        """Return (id, digest) of what is in one of SHARDS since before an instant.

        What was left half written is removed on the way.
        """
        ...


class FileAction(StrEnum):
    """What a signed URL allows."""

    UPLOAD = "upload"
    DOWNLOAD = "download"


@dataclass(frozen=True, slots=True)
class Pass:
    """What a signed URL says: one action on one file, for some minutes."""

    action: FileAction
    shop_id: UUID
    file_id: UUID
    expires_at: Instant


class FilePasses(Protocol):
    """Signs and reads passes."""

    def sign(self, one: Pass) -> str:
        """Return the text that stands for a pass."""
        ...

    def read(self, text: str, action: FileAction, now: Instant) -> Pass | None:
        """Return the pass a text stands for; None unless it is good now, for this action."""
        ...
