"""Reads the lines of a file in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from services.history.shops.csv_records import LINE_MAX_BYTES


def cut_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines, each cut to LINE_MAX_BYTES; the rest of a cut one is read and dropped."""
    while line := stream.readline(LINE_MAX_BYTES):
        yield line
        while len(line) == LINE_MAX_BYTES and not line.endswith(b"\n"):
            line = stream.readline(LINE_MAX_BYTES)
