"""What a shop platform tells, once it is verified and read; the same for every platform."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from shared.contracts.orders import IngestCart, IngestOrder, IngestProduct
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import RowFault

State: TypeAlias = IngestOrder | IngestCart | IngestProduct
"""One whole state of one thing."""


_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def without_nul(raw: bytes) -> bytes:
    """Return JSON without the one character that PostgreSQL keeps in no text."""
    return _NUL.sub(rb"\1", raw) if b"\\u0000" in raw else raw


class UnreadableError(ValueError):
    """Why something told makes no state; the sentence goes on after "it" and echoes no input."""

    def __init__(self, reason: str, fault: RowFault = RowFault.BAD_VALUE) -> None:
        super().__init__(reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something told that history keeps nothing of."""

    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """What of a connection reading needs.

    Attributes:
        store: the platform's own name of the shop.
        secret: what the platform signs webhooks with.
        customers_as: stands before the platform's customer ids, where several platforms of one
            shop count their customers from one; else empty.
    """

    store: str
    secret: str
    customers_as: str = ""


Verify: TypeAlias = Callable[[Link, Mapping[str, str], bytes, Instant], bool]
"""Tells whether the platform signed these raw bytes, at that instant; heads are lower case."""
Parse: TypeAlias = Callable[[Link, Mapping[str, str], bytes], State | Ignored]
"""Reads a verified webhook. Raises UnreadableError."""
Read: TypeAlias = Callable[[Link, Mapping[str, object]], State | Ignored]
"""Reads one object of a back-fill's page. Raises UnreadableError."""


@dataclass(frozen=True, slots=True)
class Platform:
    """One shop platform: how its webhooks are verified and read, and what a back-fill reads.

    Attributes:
        topics: what to subscribe the connection's webhook path to.
        resources: the collections of the platform's API, in the order they are read, and how one
            object of each is read.
    """

    name: str
    verify: Verify
    parse: Parse
    topics: tuple[str, ...]
    resources: Mapping[str, Read]
