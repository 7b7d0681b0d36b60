"""Server-sent events as bytes (HTML standard, 9.2.5); the stream itself is its service's."""

from __future__ import annotations

MEDIA_TYPE = "text/event-stream"


def encode_event(event: str, data: bytes) -> bytes:
    """Return one event; the data may hold any line breaks and arrives whole.

    Raises:
        ValueError: the event's name holds a line break.
    """
    if "\n" in event or "\r" in event:
        raise ValueError("an event's name is one line")
    return b"event: %b\n%b\n" % (event.encode(), _data_lines(data))


def encode_comment(text: str = "") -> bytes:
    """Return a comment: no client sees it, it keeps a quiet stream alive."""
    return b"".join(b": %b\n" % line.encode() for line in _lines(text)) + b"\n"


def _data_lines(data: bytes) -> bytes:
    if b"\n" not in data and b"\r" not in data:  # always so for compact JSON
        return b"data: %b\n" % data
    unified = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return b"".join(b"data: %b\n" % line for line in unified.split(b"\n"))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
