"""A shop's connections to platforms over HTTP, and the webhooks those platforms send."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from services.history.usecases.connect_shops import ConnectShops
from services.history.usecases.take_webhook import TakeWebhook
from shared.contracts.claims import Principal
from shared.contracts.connections import (
    Connection,
    Connections,
    Cursors,
    NewConnection,
    WebhookTaken,
)
from shared.contracts.wire import ConnectionId
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody

ADMINS = (Scope.ADMIN, Scope.OPERATOR)


def connections_router(connect: ConnectShops, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/orders/connections."""
    router = APIRouter(prefix="/v1/orders/connections", tags=["orders"])
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]

    @router.post("", status_code=201)
    async def connect_store(caller: admin, new: JsonBody[NewConnection]) -> Connection:
        """Connect a store, or replace the secret of one that is connected."""
        return await connect.connect(caller.shop_id, new)

    @router.get("")
    async def list_connections(caller: admin) -> Connections:
        """List the shop's connections."""
        return await connect.list(caller.shop_id)

    @router.get("/{connection_id}")
    async def read_connection(caller: admin, connection_id: ConnectionId) -> Connection:
        """Return a connection, never its secret."""
        return await connect.show(caller.shop_id, connection_id)

    @router.put("/{connection_id}/cursors", status_code=204)
    async def keep_cursors(
        caller: admin, connection_id: ConnectionId, told: JsonBody[Cursors]
    ) -> None:
        """Keep how far a back-fill has come."""
        await connect.keep_cursors(caller.shop_id, connection_id, told.cursors)

    @router.delete("/{connection_id}", status_code=204)
    async def end_connection(caller: admin, connection_id: ConnectionId) -> None:
        """Take no more webhooks of this store; its orders stay."""
        await connect.end(caller.shop_id, connection_id)

    return router


def webhooks_router(take: TakeWebhook) -> APIRouter:
    """Return the endpoint that shop platforms send to; their signature is all that counts."""
    router = APIRouter(prefix="/v1/orders/webhooks", tags=["orders"])

    @router.post("/{key}")
    async def take_webhook(key: str, request: Request) -> WebhookTaken:
        """Take a webhook: the signature is over the bytes as they came.

        Answered once it is kept; what is signed and cannot be kept is answered 200 too, with the
        reason, and told of on the connection.
        """
        headers = {name.lower(): value for name, value in request.headers.items()}
        return await take.take(key, headers, await request.body())

    return router
