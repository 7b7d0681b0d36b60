"""Reads a picture's size from its header and decodes nothing: a bomb is told by what it claims.

PNG: ISO/IEC 15948, 11.2.2. JPEG: ITU-T T.81, annex B. GIF: GIF89a, 17 to 20. WebP: RFC 9649, 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from services.gateway.domain.files.media import OTHER_TYPE, TOO_LARGE_INSIDE, Fit, ReadAt, Unfit
from shared.contracts.files import MediaType

PIXELS_MAX: Final = 64_000_000
"""Decoded four bytes each: a quarter of a gigabyte. A phone's largest pictures have 50 million."""
STEPS_MAX: Final = 1_000
"""Blocks walked through before the size must have come: photographs have some thirty."""
EXTENSIONS_MAX: Final = 50
"""Extensions of a GIF before its first picture: a delay, a comment, how often it goes round."""

Size: TypeAlias = tuple[int, int]

_PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_NO_SIZE = frozenset({0xC4, 0xC8, 0xCC})
"""Between the frames C0 to CF: tables, an extension, conditioning."""
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers of JPEG without a length."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - _NO_SIZE
_DATA_BEGINS = frozenset({0xD8, 0xD9, 0xDA})


def looks_like_picture(head: bytes) -> MediaType | None:
    """Return which kind of picture a file that begins so would be."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return MediaType.GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return MediaType.WEBP
    return None


def judge_picture(kind: MediaType, read_at: ReadAt) -> Fit | Unfit:
    """Return what a picture of this kind is, by its header."""
    size = _SIZES[kind](read_at)
    if size is None or 0 in size:
        return OTHER_TYPE
    width, height = size
    if width * height > PIXELS_MAX:
        return TOO_LARGE_INSIDE
    return Fit(kind, width, height)


def _png_size(read_at: ReadAt) -> Size | None:
    head = read_at(0, len(_PNG_HEAD) + 8)
    if len(head) < len(_PNG_HEAD) + 8 or not head.startswith(_PNG_HEAD):
        return None
    return _big(head[-8:-4]), _big(head[-4:])


def _jpeg_size(read_at: ReadAt) -> Size | None:
    place = 2
    for _ in range(STEPS_MAX):
        head = read_at(place, 9)
        if len(head) < 9 or head[0] != 0xFF:  # noqa: PLR2004  shorter than the shortest frame
            return None
        marker = head[1]
        if marker in _FRAMES:
            return _big(head[7:9]), _big(head[5:7])
        if marker in _DATA_BEGINS:
            return None
        if marker == 0xFF:  # noqa: PLR2004  a fill byte
            place += 1
        elif marker in _BARE:
            place += 2
        else:
            place += 2 + _big(head[2:4])
    return None


def _gif_size(read_at: ReadAt) -> Size | None:
    """Return the larger of the screen and its first picture: browsers make room for that."""
    head = read_at(0, 13)
    if len(head) < 13:  # noqa: PLR2004  the header and the screen
        return None
    place = 13 + _colours(head[10])
    for _ in range(EXTENSIONS_MAX):
        block = read_at(place, 10)
        if block[:1] == b"," and len(block) == 10:  # noqa: PLR2004  a picture begins
            right = _little(block[1:3]) + _little(block[5:7])
            lower = _little(block[3:5]) + _little(block[7:9])
            return max(_little(head[6:8]), right), max(_little(head[8:10]), lower)
        if block[:1] != b"!":
            return None
        place = _after_blocks(read_at, place + 2)
    return None


def _colours(flags: int) -> int:
    """Return the bytes of the table of colours that these flags tell of."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(read_at: ReadAt, place: int) -> int:
    """Return where a chain of blocks ends; one without an end ends at the file's."""
    for _ in range(STEPS_MAX):
        length = read_at(place, 1)
        if length in {b"", b"\0"}:
            return place + len(length)
        place += 1 + length[0]
    return place


def _webp_size(read_at: ReadAt) -> Size | None:
    head = read_at(0, 30)
    if len(head) < 30:  # noqa: PLR2004  the longest of the three heads
        return None
    match head[12:16]:
        case b"VP8X":
            return _little(head[24:27]) + 1, _little(head[27:30]) + 1
        case b"VP8L" if head[20] == 0x2F:  # noqa: PLR2004  its signature
            bits = _little(head[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if head[23:26] == b"\x9d\x01\x2a":
            return _little(head[26:28]) & 0x3FFF, _little(head[28:30]) & 0x3FFF
        case _:
            return None


_SIZES: Mapping[MediaType, Callable[[ReadAt], Size | None]] = MappingProxyType(
    {
        MediaType.PNG: _png_size,
        MediaType.JPEG: _jpeg_size,
        MediaType.GIF: _gif_size,
        MediaType.WEBP: _webp_size,
    }
)


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
