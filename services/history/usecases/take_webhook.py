"""Takes one webhook of a shop platform: verified on its raw bytes before anything else."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.history.domain.webhook_paths import read_key
from services.history.shops.platforms import PLATFORMS
from services.history.shops.told import Ignored, State, UnreadableError
from services.history.usecases.ports import ConnectionStore, OrderStore
from shared.contracts.connections import WebhookTaken
from shared.contracts.orders import IngestCart, Ingested, IngestOrder
from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import WebhookOutcome


class TakeWebhook:
    """Replayed and re-ordered webhooks change nothing: every state carries its own instant.

    One that is signed and cannot be kept is answered well all the same, and told of on the
    connection: a platform that hears a refusal sends it again for hours and then stops for good.
    """

    def __init__(self, connections: ConnectionStore, orders: OrderStore, clock: Clock) -> None:
        self._connections = connections
        self._orders = orders
        self._clock = clock

    async def take(self, key: str, headers: Mapping[str, str], body: bytes) -> WebhookTaken:
        """Take a webhook; header names are in lower case.

        Raises:
            RefusedError: BAD_SIGNATURE; a connection that does not exist looks the same.
        """
        named = read_key(key)
        if named is None:
            raise _unsigned()
        found = await self._connections.find(named.shop_id, named.connection_id)
        if found is None:
            raise _unsigned()
        platform = PLATFORMS[found.platform]
        if not platform.verify(found.link, headers, body, self._clock.now()):
            raise _unsigned()
        try:
            told = platform.parse(found.link, headers, body)
        except UnreadableError as error:
            await self._connections.note_rejected(
                named.shop_id, named.connection_id, str(error), self._clock.now()
            )
            return WebhookTaken(outcome=WebhookOutcome.REJECTED, reason=str(error))
        if isinstance(told, Ignored):
            return WebhookTaken(outcome=WebhookOutcome.IGNORED, reason=told.reason)
        ingested = await self._keep(named.shop_id, told)
        is_old = ingested.outdated > 0
        return WebhookTaken(outcome=WebhookOutcome.OUTDATED if is_old else WebhookOutcome.TAKEN)

    async def _keep(self, shop_id: UUID, told: State) -> Ingested:
        if isinstance(told, IngestOrder):
            return await self._orders.ingest(shop_id, [told], None)
        if isinstance(told, IngestCart):
            return await self._orders.ingest_carts(shop_id, [told])
        return await self._orders.ingest_products(shop_id, [told])


def _unsigned() -> RefusedError:
    return RefusedError(
        ErrorCode.BAD_SIGNATURE,
        "No connection has this path, or its secret did not sign this body.",
    )
