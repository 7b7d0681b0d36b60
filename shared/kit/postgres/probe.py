"""Asks a socket whether a PostgreSQL behind it takes connections, by really connecting."""

from __future__ import annotations

import socket
import struct
from enum import Enum, auto
from pathlib import Path

from shared.kit.postgres.errors import LauncherError

PROTOCOL_3 = 196608
AUTHENTICATION, ERROR, READY = b"R", b"E", b"Z"
STARTING_UP = "57P03"
"""SQLSTATE cannot_connect_now: starting, recovering or shutting down."""
TIMEOUT_S = 5.0
SUPERUSER = "postgres"


class Answer(Enum):
    """What came back from the socket."""

    READY = auto()
    NOT_YET = auto()


def ask(path: Path, *, user: str = SUPERUSER, database: str = "postgres") -> Answer:
    """Connect as the superuser and leave again.

    Raises:
        LauncherError: the server is up and refuses for good.
    """
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(TIMEOUT_S)
        try:
            link.connect(str(path))
            link.sendall(startup_message(user, database))
            return _converse(link)
        except OSError:
            return Answer.NOT_YET


def listens(path: Path) -> bool:
    """Tell whether any process accepts connections on a socket."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(TIMEOUT_S)
        try:
            link.connect(str(path))
        except OSError:
            return False
        return True


def startup_message(user: str, database: str) -> bytes:
    """Return the first message of protocol 3."""
    words = ["user", user, "database", database, "", ""]
    body = struct.pack("!i", PROTOCOL_3) + b"\0".join(word.encode() for word in words)
    return struct.pack("!i", len(body) + 4) + body


def _converse(link: socket.socket) -> Answer:
    while True:
        kind, body = _message(link)
        if kind == READY:
            link.sendall(b"X" + struct.pack("!i", 4))
            return Answer.READY
        if kind == ERROR:
            return refusal(body)


def _message(link: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(link, 5)
    return head[:1], _exactly(link, struct.unpack("!i", head[1:])[0] - 4)


def _exactly(link: socket.socket, length: int) -> bytes:
    parts = b""
    while len(parts) < length:
        part = link.recv(length - len(parts))
        if not part:
            raise ConnectionResetError
        parts += part
    return parts


def refusal(body: bytes) -> Answer:
    """Judge an ErrorResponse: come again, or never.

    Raises:
        LauncherError: it will not change by waiting.
    """
    fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    if fields.get(b"C") == STARTING_UP:
        return Answer.NOT_YET
    raise LauncherError(
        f"The embedded PostgreSQL refuses our connection ({fields.get(b'M', 'no reason given')}): "
        "is its folder one that another program made?"
    )
