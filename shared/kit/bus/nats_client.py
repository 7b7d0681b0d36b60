"""Opens and closes one nats-py client with this project's settings; knows no subject."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypedDict

import structlog
from nats import errors
from nats.aio.client import Client

from shared.kernel.clock import Millis
from shared.kit.bus.interface import BusError

PING_INTERVAL_S = 5
MAX_OUTSTANDING_PINGS = 2
"""A silent link counts as dead after three pings, 15 s."""
RECONNECT_WAIT_S = 0.2
"""Pause between attempts on one server: nats-py's own 2 s would be a fifth of our ten seconds."""
CONNECT_ATTEMPT_S = 2
FLUSH_S = 2.0
FOR_EVER = -1

FAILURES = (errors.Error, OSError, RuntimeError)
"""What a call of nats-py may raise; the last is uvloop's, of a transport that is closed already."""

log = structlog.get_logger()


@dataclass(frozen=True)
class NatsOptions:
    """Where NATS is. The URLs may hold credentials, so they are never shown or logged."""

    servers: tuple[str, ...]
    name: str
    connect_timeout_ms: Millis


async def open_client(
    options: NatsOptions,
    *,
    on_reconnect: Callable[[], None],
    on_loss: Callable[[], None],
    on_end: Callable[[], None],
) -> Client:
    """Return a connected client that reconnects by itself.

    `on_loss` tells that publishes may be missing while the connection stands; `on_end` that the
    client is closed for good.

    Raises:
        BusError: no server answered in time.
    """
    client = Client()

    async def reconnected() -> None:
        log.info("bus.reconnected")
        on_reconnect()

    async def disconnected() -> None:
        log.warning("bus.disconnected")

    async def closed() -> None:
        on_end()

    async def failed(error: Exception) -> None:
        if client.is_connected:
            log.warning("bus.error", error=type(error).__name__)
            on_loss()
        else:
            log.debug("bus.away", error=type(error).__name__)

    callbacks = _Callbacks(
        error_cb=failed,
        reconnected_cb=reconnected,
        disconnected_cb=disconnected,
        closed_cb=closed,
    )
    try:
        async with asyncio.timeout(options.connect_timeout_ms / 1000):
            await _connect(client, options, callbacks)
    except TimeoutError:
        await close_client(client)
        raise BusError("no NATS server answered; is it running, and is its URL right?") from None
    except BaseException:
        await close_client(client)
        raise
    return client


class _Callbacks(TypedDict):
    """What nats-py calls back, by the names of its own arguments."""

    error_cb: Callable[[Exception], Awaitable[None]]
    reconnected_cb: Callable[[], Awaitable[None]]
    disconnected_cb: Callable[[], Awaitable[None]]
    closed_cb: Callable[[], Awaitable[None]]


async def _connect(client: Client, options: NatsOptions, callbacks: _Callbacks) -> None:
    await client.connect(
        list(options.servers),
        name=options.name,
        ping_interval=PING_INTERVAL_S,
        max_outstanding_pings=MAX_OUTSTANDING_PINGS,
        max_reconnect_attempts=FOR_EVER,
        reconnect_time_wait=RECONNECT_WAIT_S,  # type: ignore[arg-type]  # any number does
        connect_timeout=CONNECT_ATTEMPT_S,
        flush_timeout=FLUSH_S,
        **callbacks,
    )


def is_coming_back(client: Client) -> bool:
    """Tell whether a client that is away still tries: an unforeseen error ends that for ever."""
    trying = client._reconnection_task  # noqa: SLF001  nobody is told otherwise
    return trying is None or not trying.done()


async def close_client(client: Client) -> None:
    """Close a client in whatever state it is."""
    if not client.is_connected:
        # nats-py would write what waits to a transport that is gone, and stop half-way if it fails.
        client._pending.clear()  # noqa: SLF001
        client._pending_data_size = 0  # noqa: SLF001
    with suppress(*FAILURES):
        await client.close()
