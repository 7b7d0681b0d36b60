"""Judges a document that is a ZIP archive by its central directory; unpacks nothing.

APPNOTE.TXT 6.3.10, sections 4.3.12 and 4.3.16. Whoever opens the document trusts the same sizes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.gateway.domain.files.media import OTHER_TYPE, TOO_LARGE_INSIDE, Fit, ReadAt, Unfit
from shared.contracts.files import MediaType

ENTRIES_MAX: Final = 2_000
"""Parts of a document: a book with a picture on each page has several hundred."""
DIRECTORY_MAX: Final = 1 << 20
UNPACKED_MAX: Final = 200 << 20
"""Bytes all parts unpack to: a workbook of a million rows has some 150 MiB."""
RATIO_MAX: Final = 100
"""Times that a document may grow: repetitive sheets reach fifty, bombs a thousand."""
RATIO_FREE: Final = 4 << 20
"""A document that unpacks to so little may have grown by any ratio."""

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END_MARK, _ENTRY_MARK = b"PK\x05\x06", b"PK\x01\x02"
_COMMENT_MAX = 0xFFFF
_ENCRYPTED = 1


@dataclass(frozen=True, slots=True)
class _Part:
    name: bytes
    packed: int
    unpacked: int
    flags: int


def looks_like_archive(head: bytes) -> bool:
    """Return whether a file that begins so would be an archive with something in it."""
    return head.startswith(b"PK\x03\x04")


def judge_archive(read_at: ReadAt, size: int) -> Fit | Unfit:
    """Return which document an archive is: a text or a workbook, without programs in it."""
    directory = _directory(read_at, size)
    if isinstance(directory, Unfit):
        return directory
    parts = list(_parts(*directory))
    if len(parts) != directory[1] or any(part.flags & _ENCRYPTED for part in parts):
        return OTHER_TYPE
    unpacked = sum(part.unpacked for part in parts)
    grows_too_much = unpacked > RATIO_FREE and unpacked > RATIO_MAX * size
    overlaps = sum(part.packed for part in parts) > size
    if unpacked > UNPACKED_MAX or grows_too_much or overlaps:
        return TOO_LARGE_INSIDE
    return _document({part.name for part in parts})


def _document(names: set[bytes]) -> Fit | Unfit:
    if b"[Content_Types].xml" not in names or any(b"vbaproject" in one.lower() for one in names):
        return OTHER_TYPE
    if b"word/document.xml" in names:
        return Fit(MediaType.DOCX)
    return Fit(MediaType.XLSX) if b"xl/workbook.xml" in names else OTHER_TYPE


def _directory(read_at: ReadAt, size: int) -> tuple[bytes, int] | Unfit:
    """Return the central directory and how many entries it is said to have."""
    begin = max(0, size - _END.size - _COMMENT_MAX)
    tail = read_at(begin, size - begin)
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) - place < _END.size:
        return OTHER_TYPE
    _, disk, first_disk, here, count, length, offset, comment = _END.unpack_from(tail, place)
    is_last = place + _END.size + comment == len(tail)
    if disk or first_disk or here != count or not is_last or offset + length > begin + place:
        return OTHER_TYPE  # of several volumes, cut off, or with 64 bit sizes
    if count > ENTRIES_MAX or length > DIRECTORY_MAX:
        return TOO_LARGE_INSIDE
    return read_at(offset, length), count


def _parts(directory: bytes, count: int) -> Iterator[_Part]:
    place = 0
    for _ in range(count):
        if len(directory) - place < _ENTRY.size:
            return
        entry = _ENTRY.unpack_from(directory, place)
        mark, flags, packed, unpacked = entry[0], entry[3], entry[8], entry[9]
        name_length, extra_length, comment_length = entry[10:13]
        if mark != _ENTRY_MARK:
            return
        begin = place + _ENTRY.size
        yield _Part(directory[begin : begin + name_length], packed, unpacked, flags)
        place = begin + name_length + extra_length + comment_length
