"""Connections: where a shop's platform sends its webhooks, and how far a back-fill has come."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from shared.contracts.wire import ConnectionId, Contract, Readable, WireInstant
from shared.kernel.vocabulary import WebhookOutcome

STORE_PATTERN = r"^[a-z0-9][a-z0-9.-]{0,250}[a-z0-9]$"
"""A host name in lower case: what the platform itself calls the shop."""
CURSOR_MAX = 200

CursorText: TypeAlias = Annotated[str, Field(min_length=1, max_length=CURSOR_MAX)]


class NewConnection(Contract):
    """A shop's store on a platform; connecting it again replaces the secret.

    `customers_as` stands before the platform's customer ids, for a shop whose several platforms
    each count their customers from one.
    """

    platform: str = Field(pattern="^[a-z0-9_-]{1,40}$")
    store: str = Field(pattern=STORE_PATTERN)
    webhook_secret: str = Field(min_length=8, max_length=200)
    customers_as: str = Field(default="", max_length=40, pattern=r"^[\w.:/-]*$")


class Connection(Readable):
    """A connection, never its secret; `webhook_path` is where the platform sends to."""

    id: ConnectionId
    platform: str
    store: str
    customers_as: str
    webhook_path: str
    topics: tuple[str, ...]
    connected_at: WireInstant
    cursors: dict[str, str] = {}
    rejected: int = 0
    rejected_at: WireInstant | None = None
    rejected_reason: str | None = None


class Connections(Readable):
    """A shop's connections, the newest first: as many as a shop has platforms."""

    connections: tuple[Connection, ...]


class Cursors(Contract):
    """How far each collection is read: what the next back-fill goes on from; none is complete."""

    cursors: dict[CursorText, CursorText] = Field(max_length=20)


class WebhookTaken(Readable):
    """What became of a signed webhook; the platform need not send it again."""

    outcome: WebhookOutcome
    reason: str | None = None
