"""A shop's webhooks over HTTP."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.router.api.shops import ADMINS
from services.router.usecases.manage_webhooks import ManageWebhooks
from shared.contracts.claims import Principal
from shared.contracts.webhooks import (
    DeliveryPage,
    NewWebhook,
    Replayed,
    SecretRotation,
    Webhook,
    WebhookChange,
    WebhookMade,
    WebhookPage,
)
from shared.contracts.wire import EventId, WebhookId
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import DeliveryStatus
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey, once
from shared.kit.web.paging import Page, paged


def webhooks_router(manage: ManageWebhooks, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/routing/webhooks that make and change webhooks."""
    router = APIRouter(prefix="/v1/routing/webhooks", tags=["webhooks"])
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]

    @router.post("", status_code=201)
    async def create_webhook(
        caller: admin, new: JsonBody[NewWebhook], key: IdempotencyKey
    ) -> WebhookMade:
        """Have events posted to an address, from the next one on; show the secret, this once.

        The same Idempotency-Key again returns the same webhook with `secret: null`.
        """
        return await manage.create(caller, new, once(key, "webhook", new))

    @router.get("")
    async def list_webhooks(caller: admin, page: Page) -> WebhookPage:
        """List the shop's webhooks, disabled ones included."""
        found = await manage.page(caller, page.after, page.limit + 1)
        webhooks, cursor = paged(found, page)
        return WebhookPage(webhooks=webhooks, next_cursor=cursor)

    @router.get("/{webhook_id}")
    async def read_webhook(caller: admin, webhook_id: WebhookId) -> Webhook:
        """Return a webhook, never its secret."""
        return await manage.show(caller, webhook_id)

    @router.patch("/{webhook_id}")
    async def change_webhook(
        caller: admin, webhook_id: WebhookId, change: JsonBody[WebhookChange]
    ) -> Webhook:
        """Change the given fields; of two changes of one field the later one stays."""
        return await manage.change(caller, webhook_id, change)

    @router.delete("/{webhook_id}", status_code=204)
    async def remove_webhook(caller: admin, webhook_id: WebhookId) -> None:
        """Remove a webhook, its log and all that waits for it."""
        await manage.remove(caller, webhook_id)

    return router


def rotation_router(manage: ManageWebhooks, *, callers: Callers) -> APIRouter:
    """Return the endpoint that gives a webhook another secret."""
    router = APIRouter(prefix="/v1/routing/webhooks", tags=["webhooks"])
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]

    @router.post("/{webhook_id}/rotate-secret", status_code=201)
    async def rotate_secret(
        caller: admin, webhook_id: WebhookId, how: JsonBody[SecretRotation], key: IdempotencyKey
    ) -> WebhookMade:
        """Make another secret and show it, this once.

        The old one signs beside it for `keep_old_ms` more, a day unless told.
        """
        what = f"rotate-secret/{encode(IdKind.WEBHOOK, webhook_id)}"
        return await manage.rotate(caller, webhook_id, how.keep_old_ms, once(key, what, how))

    return router


def deliveries_router(manage: ManageWebhooks, *, callers: Callers) -> APIRouter:
    """Return the endpoints that show and replay what was posted."""
    router = APIRouter(prefix="/v1/routing/webhooks/{webhook_id}", tags=["webhooks"])
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]

    @router.get("/deliveries")
    async def list_deliveries(
        caller: admin, webhook_id: WebhookId, page: Page, status: DeliveryStatus | None = None
    ) -> DeliveryPage:
        """List what was posted and what waits, newest first; `status=dead`: the dead letters.

        Kept for 7 days once delivered, for 30 days else.
        """
        found = await manage.deliveries(caller, webhook_id, status, page.after, page.limit + 1)
        deliveries, cursor = paged(found, page)
        return DeliveryPage(deliveries=deliveries, next_cursor=cursor)

    @router.post("/replay")
    async def replay_dead(caller: admin, webhook_id: WebhookId, key: IdempotencyKey) -> Replayed:
        """Let every dead delivery begin anew, each under the id it had."""
        what = f"replay/{encode(IdKind.WEBHOOK, webhook_id)}"
        return await manage.replay(caller, webhook_id, None, once(key, what))

    @router.post("/deliveries/{event_id}/replay")
    async def replay_one(
        caller: admin, webhook_id: WebhookId, event_id: EventId, key: IdempotencyKey
    ) -> Replayed:
        """Let one delivery that is dead or done begin anew; one that waits is left as it is."""
        what = f"replay/{encode(IdKind.WEBHOOK, webhook_id)}/{encode(IdKind.EVENT, event_id)}"
        return await manage.replay(caller, webhook_id, event_id, once(key, what))

    return router
