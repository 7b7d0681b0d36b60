"""Files on their way in and out of a conversation, owned by the gateway."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from pydantic import Field

from shared.contracts.wire import Contract, FileId, WireInstant

FILE_MAX_BYTES: Final = 10 << 20
"""A phone's picture has 2 to 8 MiB, a scanned contract seldom more."""
FILE_NAME_MAX: Final = 120
ATTACHMENTS_MAX: Final = 10
"""Files of one item: an album of a phone's messenger."""

FileIds: TypeAlias = Annotated[
    tuple[FileId, ...], Field(max_length=ATTACHMENTS_MAX, fail_fast=True)
]


class MediaType(StrEnum):
    """The types that are taken. Nothing that can run a script where it is shown, and no video."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    GIF = "image/gif"
    WEBP = "image/webp"
    PDF = "application/pdf"
    TEXT = "text/plain"
    CSV = "text/csv"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NewFile(Contract):
    """A file somebody wants to upload. What it is called there is cleaned before it is kept.

    `media_type` is what its sender takes it for; what it is, its bytes say.
    """

    name: str = Field(min_length=1, max_length=1_000)
    size_bytes: int = Field(ge=1)
    media_type: str = Field(min_length=1, max_length=200)


class UploadPlace(Contract):
    """Where to PUT the bytes, as they are, with their Content-Length, until `expires_at`.

    `upload_url` is relative to the server that was asked.
    """

    id: FileId
    upload_url: str
    expires_at: WireInstant


class StoredFile(Contract):
    """A file that is kept; `width` and `height` in pixels, of pictures alone."""

    id: FileId
    name: str
    media_type: MediaType
    size_bytes: int
    width: int | None = None
    height: int | None = None


class FileLink(Contract):
    """Where a file's bytes can be had until `expires_at`, by whoever has the URL."""

    file: StoredFile
    url: str
    expires_at: WireInstant
