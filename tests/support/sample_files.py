"""Small files of every kind, made here: real ones, and ones that lie."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from services.gateway.domain.files.media import ReadAt

GIF_1X1 = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b"
)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
ZIP_COUNTS = 8
"""Where in the end record of an archive its counts begin."""


def read_at_of(data: bytes) -> ReadAt:
    """Return what reads these bytes."""
    return lambda offset, size: data[offset : offset + size]


def a_png(width: int = 3, height: int = 2, claims: tuple[int, int] | None = None) -> bytes:
    """Return a whole picture of one colour; `claims`: what its header says instead."""
    said = struct.pack(">2I5B", *(claims or (width, height)), 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\x2a\x9d\x6b" * width for _ in range(height))
    chunks = {b"IHDR": said, b"IDAT": zlib.compress(rows), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks.items())


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def a_jpeg(width: int = 3, height: int = 2, *, before: bytes = b"") -> bytes:
    """Return a photograph up to its frame; `before` stands between its beginning and that."""
    about = b"\xff\xe1\x00\x08Exif\0\0"
    frame = b"\xff\xc2\x00\x0b\x08" + struct.pack(">2H", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8" + before + about + frame


def a_webp(kind: bytes, width: int = 3, height: int = 2) -> bytes:
    """Return the head of a picture of one of the three kinds: lossy, lossless, extended."""
    match kind:
        case b"VP8 ":
            body = b"\0\0\0\x9d\x01\x2a" + struct.pack("<2H", width, height)
        case b"VP8L":
            body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\0" * 5
        case _:
            sizes = (one.to_bytes(3, "little") for one in (width - 1, height - 1))
            body = b"\0\0\0\0" + b"".join(sizes)
    chunk = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def an_archive(parts: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive of these parts."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return whole.getvalue()


def a_docx(more: Mapping[str, bytes] | None = None) -> bytes:
    """Return a document of a word processor."""
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
    return an_archive(parts | dict(more or {}))


def an_xlsx() -> bytes:
    """Return a workbook."""
    return an_archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
