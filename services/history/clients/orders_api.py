"""Sends orders and contacts to a running Firstreply over HTTP; an OrderSink."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias, TypeVar

import httpx
from pydantic import ValidationError
from pydantic_core import from_json

from shared.contracts.cards import ContactBatch
from shared.contracts.connections import Connection, Cursors
from shared.contracts.orders import CartBatch, Checkpoint, IngestBatch, Ingested, ProductBatch
from shared.kernel.errors import ErrorCode, RefusedError

PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Before each further attempt: eight seconds in all cover a restart of the service."""
TIMEOUT_S = 30.0
"""Above the service's own time-out of a batch, so that its answer is heard."""

Sleep: TypeAlias = Callable[[float], Awaitable[None]]
AnswerT = TypeVar("AnswerT", Checkpoint, Ingested, Connection)


class OrdersApi:
    """The endpoints of imports; a batch without an answer is sent again, which is always safe."""

    def __init__(self, client: httpx.AsyncClient, *, sleep: Sleep = asyncio.sleep) -> None:
        self._client = client
        self._sleep = sleep

    async def next_batch(self, source: str) -> int:
        """Return the batch an unfinished import of this source stopped at.

        Raises:
            RefusedError: nobody answers, or the service refuses.
        """
        return _read(Checkpoint, await self._get(f"/v1/orders/imports/{source}")).next_batch

    async def ingest(self, batch: IngestBatch) -> Ingested:
        """Send a batch until it is answered.

        Raises:
            RefusedError: nobody answers any more, or the service refuses.
        """
        # Without what is at its default: an order of 10,000 lines is to fit in one request.
        body = batch.model_dump_json(exclude_defaults=True).encode()
        return await self._deliver("/v1/orders/batches", body)

    async def ingest_carts(self, batch: CartBatch) -> Ingested:
        """Send a batch of carts until it is answered; raises as `ingest`."""
        return await self._deliver("/v1/orders/carts/batches", batch.to_json())

    async def ingest_products(self, batch: ProductBatch) -> Ingested:
        """Send a batch of products until it is answered; raises as `ingest`."""
        return await self._deliver("/v1/orders/products/batches", batch.to_json())

    async def connection(self, connection: str) -> Connection:
        """Return a connection of the shop.

        Raises:
            RefusedError: there is no such one, nobody answers, or the service refuses.
        """
        return _read(Connection, await self._get(f"/v1/orders/connections/{connection}"))

    async def keep_cursors(self, connection: str, cursors: Mapping[str, str]) -> None:
        """Keep how far a back-fill has come; raises as `connection`."""
        path = f"/v1/orders/connections/{connection}/cursors"
        body = Cursors(cursors=dict(cursors)).to_json()
        answer = await self._send_patiently("PUT", path, body)
        if answer.status_code != httpx.codes.NO_CONTENT:
            raise _refusal(answer)

    async def ingest_contacts(self, batch: ContactBatch) -> Ingested:
        """Send a batch of contacts until it is answered.

        Raises:
            RefusedError: nobody answers any more, or the service refuses.
        """
        return await self._deliver("/v1/contacts/batches", batch.to_json())

    async def _get(self, path: str) -> httpx.Response:
        try:
            return await self._client.get(path)
        except httpx.TransportError:
            raise RefusedError(
                ErrorCode.TRY_AGAIN,
                f"Firstreply does not answer at {self._client.base_url}: "
                "start it with `make run`, then import again.",
            ) from None

    async def _deliver(self, path: str, body: bytes) -> Ingested:
        return _read(Ingested, await self._send_patiently("POST", path, body))

    async def _send_patiently(self, method: str, path: str, body: bytes) -> httpx.Response:
        for pause_s in (*PAUSES_S, None):
            response = await self._send(method, path, body)
            if response is not None and response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return response
            if pause_s is not None:
                await self._sleep(pause_s)
        raise RefusedError(
            ErrorCode.TRY_AGAIN,
            "Firstreply stopped answering. What it took is safe: "
            "import again, and it goes on from there.",
        )

    async def _send(self, method: str, path: str, body: bytes) -> httpx.Response | None:
        headers = {"content-type": "application/json"}
        try:
            return await self._client.request(method, path, content=body, headers=headers)
        except httpx.TransportError:
            return None


@asynccontextmanager
async def open_orders_api(
    url: str, token: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[OrdersApi]:
    """Talk to the service at a URL with a bearer token that allows what is sent."""
    async with httpx.AsyncClient(
        base_url=url,
        headers={"authorization": f"Bearer {token}"},
        timeout=TIMEOUT_S,
        transport=transport,
        trust_env=False,  # a proxy meant for the internet must not see a shop's orders
    ) as client:
        yield OrdersApi(client)


def _read(shape: type[AnswerT], response: httpx.Response) -> AnswerT:
    if response.status_code == httpx.codes.OK:
        try:
            return shape.model_validate_json(response.content)
        except ValidationError:
            raise RefusedError(
                ErrorCode.INTERNAL, "What answers there is not this Firstreply."
            ) from None
    raise _refusal(response)


def _refusal(response: httpx.Response) -> RefusedError:
    try:
        problem = from_json(response.content)
        return RefusedError(ErrorCode(problem["code"]), str(problem["detail"]))
    except (ValueError, KeyError, TypeError):
        return RefusedError(
            ErrorCode.INTERNAL,
            f"What answers there is not Firstreply (status {response.status_code}).",
        )
