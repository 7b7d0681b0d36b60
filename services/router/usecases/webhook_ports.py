"""What the use cases of webhooks need: where they are kept, and how an event is posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from services.router.domain.webhooks import Tried, Verdict
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.webhooks import Webhook, WebhookDelivery
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import DeliveryFault, DeliveryStatus, WebhookEnd


class WebhookBook(Protocol):
    """Webhooks as administrators keep them; see `administration_ports` for what all books do."""

    async def add(
        self, caller: Principal, webhook: Webhook, secret: str, once: Once
    ) -> tuple[Webhook, bool]:
        """Make a webhook; return it, and whether it is new: a repeated request gets the first one.

        Raises:
            RefusedError: IN_USE, the shop has as many as it may have.
        """
        ...

    async def find(self, caller: Principal, webhook_id: UUID) -> Webhook | None:
        """Return a webhook of the caller's shop."""
        ...

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[Webhook]:
        """Return webhooks of the caller's shop after an id."""
        ...

    async def change(
        self, caller: Principal, webhook_id: UUID, fields: Mapping[str, Any]
    ) -> Webhook | None:
        """Set the fields; None: there is no such webhook."""
        ...

    async def remove(self, caller: Principal, webhook_id: UUID) -> bool:
        """Delete a webhook with all that waits for it; false: there is no such webhook."""
        ...

    async def rotate(
        self, caller: Principal, webhook_id: UUID, secret: str, keep_old_ms: Millis, once: Once
    ) -> tuple[Webhook, bool] | None:
        """Put in a fresh secret; the flag tells a repeated request. None: no such webhook."""
        ...

    async def deliveries(
        self,
        caller: Principal,
        webhook_id: UUID,
        status: DeliveryStatus | None,
        before: UUID | None,
        limit: int,
    ) -> Sequence[WebhookDelivery] | None:
        """Return deliveries, newest first, before one; None: there is no such webhook."""
        ...

    async def replay(
        self, caller: Principal, webhook_id: UUID, event_id: UUID | None, once: Once
    ) -> int | None:
        """Let a finished delivery, or all dead ones, begin anew; return how many.

        None: there is no such webhook, or no such delivery.
        """
        ...


@dataclass(frozen=True, slots=True)
class Claimed:
    """One event to be posted now, by nobody else until the claim runs out."""

    claim: UUID
    shop_id: UUID
    webhook_id: UUID
    subject: str
    event_id: UUID
    body: str
    attempts: int
    url: str
    secrets: tuple[str, ...]
    failing_since: Instant | None


@dataclass(frozen=True, slots=True)
class Room:
    """What may be claimed at once: how many in all, how many of one webhook, what is under way."""

    limit: int
    each: int
    sending: Mapping[UUID, int]


class DeliveryQueue(Protocol):
    """What waits to be posted. Each method is one transaction, or reads across shops."""

    async def due(self, now: Instant) -> Sequence[UUID]:
        """Return shops of which something is due, whoever should have sent it."""
        ...

    async def subscribed(self) -> Sequence[UUID]:
        """Return the shops that have a webhook."""
        ...

    async def claim(
        self, shop_id: UUID, now: Instant, until: Instant, room: Room
    ) -> Sequence[Claimed]:
        """Take what is due of a shop: of each subject the first event alone."""
        ...

    async def settle(self, one: Claimed, tried: Tried, verdict: Verdict) -> Instant | None:
        """Write what came of a try; return when the subject is due next, if it is.

        Does nothing when the claim is somebody else's by now.
        """
        ...

    async def end(self, one: Claimed, why: WebhookEnd, now: Instant) -> bool:
        """End a webhook as it was when it was claimed; false: it is another one by now."""
        ...

    async def prune(self, shop_id: UUID, now: Instant) -> int:
        """Delete some of what the log keeps no longer; return how many."""
        ...


class Poster(Protocol):
    """Signs and posts."""

    async def post(self, one: Claimed, at: Instant) -> int | DeliveryFault:
        """Return the status that was answered, or why there is none."""
        ...
