"""What the connections of a node share, and what one of them needs of its socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.gateway.api.connections import Connections
from services.gateway.api.errands import Errands
from services.gateway.domain.answers import Found
from services.gateway.domain.customer_rates import CustomerRates
from services.gateway.usecases.attach_files import Attach
from services.gateway.usecases.cut_off import Guests
from services.gateway.usecases.feed_ports import ConversationFeed
from services.gateway.usecases.greet import Greeting
from services.gateway.usecases.invite import Invitations
from services.gateway.usecases.note_context import ContextRow
from services.gateway.usecases.pass_signs import SignRow
from services.gateway.usecases.ports import AppendResult, AppendRow, StoredPage
from shared.contracts.frames import CloseCode, Hello
from shared.contracts.hours import ShopHours
from shared.kernel.clock import Clock, Millis
from shared.kernel.rates import Buckets
from shared.kit.web.hosts import Hosts


@dataclass(frozen=True, slots=True)
class ChatParts:
    """What every connection of a node shares."""

    clock: Clock
    greet: Callable[[Hello, str | None], Awaitable[Greeting]]
    catch_up: Callable[[Greeting], Awaitable[Found]]
    hours: Callable[[UUID], Awaitable[ShopHours | None]]
    """(shop) -> whether it is open now; None: nobody knows."""
    read: Callable[[UUID, UUID, int], Awaitable[StoredPage]]
    post: Callable[[AppendRow], asyncio.Future[AppendResult]]
    sign: Callable[[SignRow], None]
    leave: Callable[[UUID, UUID], Awaitable[None]]
    """(shop, conversation): have the router end it; raises RefusedError."""
    note_context: Callable[[ContextRow], None]
    invitations: Invitations
    attach: Attach
    tell_newest: Callable[[UUID, int], Awaitable[None]]
    feed: ConversationFeed
    connections: Connections
    guests: Guests
    errands: Errands
    retry_in_ms: Callable[[], Millis]
    rates: CustomerRates
    requests: Buckets
    """What one session may ask over REST, by its id."""
    hosts: Hosts
    arrive: Callable[[str, str | None], Millis]
    """(peer, X-Forwarded-For) -> 0, or how long no connection is taken from that address."""
    page_refused: Callable[[str, str], Awaitable[bool]]
    """(site key, origin) -> whether the page may not chat for the site that the URL names."""


class Wire(Protocol):
    """The socket under a connection."""

    def send(self, text: bytes) -> None:
        """Write one text message."""
        ...

    def ping(self, payload: bytes) -> None:
        """Write a ping; its pong brings the payload back."""
        ...

    def close(self, code: CloseCode) -> None:
        """Close after what was written."""
        ...

    def drop(self) -> None:
        """Cut at once."""
        ...

    def waiting_bytes(self) -> int:
        """Return how much was written and is not sent yet."""
        ...
