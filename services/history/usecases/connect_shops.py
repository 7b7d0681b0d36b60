"""Connects a shop's stores on platforms, shows them, and ends them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from services.history.domain.webhook_paths import webhook_path
from services.history.shops.platforms import PLATFORMS
from services.history.usecases.ports import ConnectionStore, StoredConnection
from shared.contracts.connections import Connection, Connections, NewConnection
from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode, RefusedError


class ConnectShops:
    """A connection's secret goes in and never comes out."""

    def __init__(self, store: ConnectionStore, clock: Clock, new_id: Callable[[], UUID]) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    async def connect(self, shop_id: UUID, new: NewConnection) -> Connection:
        """Connect a store; once more replaces its secret and keeps its path.

        Raises:
            RefusedError: NOT_FOUND, the platform is none we know.
        """
        if new.platform not in PLATFORMS:
            known = ", ".join(PLATFORMS)
            raise RefusedError(ErrorCode.NOT_FOUND, f"There are no platforms but these: {known}.")
        stored = await self._store.connect(shop_id, self._new_id(), new, self._clock.now())
        return _shown(shop_id, stored)

    async def list(self, shop_id: UUID) -> Connections:
        """Return the shop's connections."""
        found = await self._store.all(shop_id)
        return Connections(connections=tuple(_shown(shop_id, one) for one in found))

    async def show(self, shop_id: UUID, connection_id: UUID) -> Connection:
        """Return a connection.

        Raises:
            RefusedError: NOT_FOUND; another shop's looks the same (LESSONS 25).
        """
        stored = await self._store.find(shop_id, connection_id)
        if stored is None:
            raise _no_such()
        return _shown(shop_id, stored)

    async def keep_cursors(
        self, shop_id: UUID, connection_id: UUID, cursors: Mapping[str, str]
    ) -> None:
        """Keep how far a back-fill has come.

        Raises:
            RefusedError: NOT_FOUND; another shop's looks the same (LESSONS 25).
        """
        if not await self._store.keep_cursors(shop_id, connection_id, cursors):
            raise _no_such()

    async def end(self, shop_id: UUID, connection_id: UUID) -> None:
        """Take no more webhooks and forget the secret; the orders stay.

        Raises:
            RefusedError: NOT_FOUND; another shop's looks the same (LESSONS 25).
        """
        if not await self._store.end(shop_id, connection_id):
            raise _no_such()


def _shown(shop_id: UUID, stored: StoredConnection) -> Connection:
    return Connection(
        id=stored.id,
        platform=stored.platform,
        store=stored.link.store,
        customers_as=stored.link.customers_as,
        webhook_path=webhook_path(shop_id, stored.id),
        topics=PLATFORMS[stored.platform].topics,
        connected_at=stored.connected_at,
        cursors=dict(stored.cursors),
        rejected=stored.rejected,
        rejected_at=stored.rejected_at,
        rejected_reason=stored.rejected_reason,
    )


def _no_such() -> RefusedError:
    return RefusedError(ErrorCode.NOT_FOUND, "There is no such connection.")
