"""The kinds of files that are taken, and what is found out about one; refusals are values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from shared.contracts.files import MediaType
from shared.kernel.errors import ErrorCode

ReadAt: TypeAlias = Callable[[int, int], bytes]
"""(offset, size) -> the bytes there, fewer than asked for where the file ends."""

EXTENSIONS: Final[Mapping[MediaType, tuple[str, ...]]] = MappingProxyType(
    {
        MediaType.PNG: (".png",),
        MediaType.JPEG: (".jpg", ".jpeg"),
        MediaType.GIF: (".gif",),
        MediaType.WEBP: (".webp",),
        MediaType.PDF: (".pdf",),
        MediaType.TEXT: (".txt",),
        MediaType.CSV: (".csv",),
        MediaType.DOCX: (".docx",),
        MediaType.XLSX: (".xlsx",),
    }
)
"""What the name of a file of each type may end in; the first is added where it ends otherwise."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A file that may be kept: what it is by its own bytes, and its size in pixels if a picture."""

    media_type: MediaType
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Unfit:
    """A file that may not be kept."""

    code: ErrorCode


OTHER_TYPE: Final = Unfit(ErrorCode.FILE_TYPE)
"""None of the types that are taken, or broken where the type says it cannot be."""
TOO_LARGE_INSIDE: Final = Unfit(ErrorCode.FILE_UNFIT)
"""It would unpack to more than whoever opens it should be made to hold."""
