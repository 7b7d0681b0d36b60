"""History alone on a real port, for commands that call it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass

import pytest

from services.history.app import run_history
from services.history.config import HistorySettings
from shared.contracts.claims import Principal
from shared.kernel.vocabulary import Scope, Service
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.bus.in_process import InProcessBus
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from shared.kit.web.app import create_app
from shared.kit.web.server import bind_port, serve
from tests.support.postgres import TestDatabase
from tests.support.revocations import nobody_revoked


@dataclass(frozen=True)
class Port:
    """A history service on a port, and a token for a shop of its own."""

    url: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


@pytest.fixture
async def port(
    clone_database: Callable[..., Awaitable[TestDatabase]],
) -> AsyncIterator[Port]:
    database = await clone_database(Service.HISTORY)
    settings = HistorySettings(
        database_url=database.service_url(Service.HISTORY).dsn,
        sweep_url=database.sweep_url(Service.HISTORY).dsn,
    )
    clock, keys, stopping = SystemClock(), Keyring.ephemeral(), asyncio.Event()
    principal = Principal(
        shop_id=new_id(),
        scopes=(Scope.ORDERS_WRITE, Scope.ADMIN, Scope.CUSTOMERS_READ),
        expires_at=clock.now() + 60_000,
    )
    with closing(bind_port("127.0.0.1", 0)) as listener:
        async with (
            InProcessBus() as bus,
            nobody_revoked(bus),
            run_history(settings, clock=clock, bus=bus, keys=keys) as history,
        ):
            app = create_app(
                title="History", routers=history.routers, statuses=history.statuses, checks=()
            )
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"

            async with asyncio.TaskGroup() as group:
                group.create_task(serve(app, listener, stopping=stopping))
                yield Port(url, sign_principal(keys, principal))
                stopping.set()
