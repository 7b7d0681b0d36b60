"""Makes, shows, changes and removes a shop's webhooks; shows and replays their deliveries."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Sequence
from typing import Final, Never
from uuid import UUID

from services.router.domain.webhooks import url_fault
from services.router.usecases.webhook_ports import WebhookBook
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.webhooks import (
    NewWebhook,
    Replayed,
    Webhook,
    WebhookChange,
    WebhookDelivery,
    WebhookMade,
)
from shared.kernel.clock import Clock, Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import DeliveryStatus

SECRET_BYTES: Final = 32
"""Standard Webhooks asks for 24 to 64."""


class ManageWebhooks:
    """What is changed holds for the next event that is committed, whichever router does it."""

    def __init__(
        self,
        webhooks: WebhookBook,
        clock: Clock,
        new_id: Callable[[], UUID],
        look: Callable[[UUID], None],
        *,
        to_this_machine: bool = False,
    ) -> None:
        self._webhooks = webhooks
        self._clock = clock
        self._new_id = new_id
        self._look = look
        self._to_this_machine = to_this_machine

    async def create(self, caller: Principal, new: NewWebhook, once: Once) -> WebhookMade:
        """Make a webhook.

        Raises:
            RefusedError: INVALID_REQUEST, an address that may not be asked; IN_USE, too many.
        """
        self._check_url(new.url)
        webhook = Webhook(
            id=self._new_id(),
            url=new.url,
            events=tuple(dict.fromkeys(new.events)),
            description=new.description,
            internal=new.internal,
            enabled=True,
            created_at=self._clock.now(),
        )
        secret = _fresh_secret()
        made, is_new = await self._webhooks.add(caller, webhook, secret, once)
        self._look(caller.shop_id)
        return WebhookMade(**dict(made), secret=secret if is_new else None)

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[Webhook]:
        """Return webhooks of the caller's shop, after an id."""
        return await self._webhooks.page(caller, after, limit)

    async def show(self, caller: Principal, webhook_id: UUID) -> Webhook:
        """Return a webhook.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        return await self._webhooks.find(caller, webhook_id) or _none()

    async def change(self, caller: Principal, webhook_id: UUID, change: WebhookChange) -> Webhook:
        """Change a webhook and return it as it is now.

        Raises:
            RefusedError: NOT_FOUND; INVALID_REQUEST, an address that may not be asked.
        """
        if change.url is not None:
            self._check_url(change.url)
        fields = change.model_dump(mode="json", exclude_none=True)
        changed = await self._webhooks.change(caller, webhook_id, fields) or _none()
        self._look(caller.shop_id)
        return changed

    async def remove(self, caller: Principal, webhook_id: UUID) -> None:
        """Delete a webhook with its log and all that waits for it.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        if not await self._webhooks.remove(caller, webhook_id):
            _none()

    async def rotate(
        self, caller: Principal, webhook_id: UUID, keep_old_ms: Millis, once: Once
    ) -> WebhookMade:
        """Give a webhook another secret; the old one signs beside it for so long yet.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        secret = _fresh_secret()
        turned = await self._webhooks.rotate(caller, webhook_id, secret, keep_old_ms, once)
        webhook, is_new = turned or _none()
        return WebhookMade(**dict(webhook), secret=secret if is_new else None)

    async def deliveries(
        self,
        caller: Principal,
        webhook_id: UUID,
        status: DeliveryStatus | None,
        before: UUID | None,
        limit: int,
    ) -> Sequence[WebhookDelivery]:
        """Return deliveries, newest first.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        found = await self._webhooks.deliveries(caller, webhook_id, status, before, limit)
        return _none() if found is None else found

    async def replay(
        self, caller: Principal, webhook_id: UUID, event_id: UUID | None, once: Once
    ) -> Replayed:
        """Let a finished delivery, or all dead ones, begin anew.

        Raises:
            RefusedError: NOT_FOUND, no such webhook, or no such delivery.
        """
        count = await self._webhooks.replay(caller, webhook_id, event_id, once)
        if count is None:
            _none()
        self._look(caller.shop_id)
        return Replayed(replayed=count)

    def _check_url(self, url: str) -> None:
        fault = url_fault(url, to_this_machine=self._to_this_machine)
        if fault is not None:
            raise RefusedError(ErrorCode.INVALID_REQUEST, fault)


def _fresh_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def _none() -> Never:
    raise RefusedError(ErrorCode.NOT_FOUND, "There is no such webhook, or nothing such of it.")
