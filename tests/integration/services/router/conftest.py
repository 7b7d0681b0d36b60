"""A router with a shop and its admin; several routers on one database and one bus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

import asyncpg
import pytest

from shared.contracts import subjects
from shared.kernel.vocabulary import Scope
from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import Bus
from shared.kit.bus.nats import NatsBus
from tests.support.admin import Admin
from tests.support.clock import VirtualClock
from tests.support.nats import NatsServer, running_nats
from tests.support.played_history import PlayedHistory
from tests.support.posted import Program, running_program
from tests.support.postgres import TestDatabase
from tests.support.router import Rig, running_router
from tests.support.routers import Cluster, running_cluster


@pytest.fixture(scope="module")
def nats() -> Iterator[NatsServer]:
    with running_nats() as server:
        yield server


@pytest.fixture(params=["in one process", "over NATS"])
async def cluster(
    request: pytest.FixtureRequest, database: TestDatabase, clock: VirtualClock
) -> AsyncIterator[Cluster]:
    if request.param == "over NATS":
        nats: NatsServer = request.getfixturevalue("nats")
        async with running_cluster(database, clock, partial(NatsBus, [nats.url])) as cluster:
            yield cluster
    else:
        async with InProcessBus() as bus:

            @asynccontextmanager
            async def the_bus() -> AsyncIterator[Bus]:
                yield bus

            async with running_cluster(database, clock, the_bus) as cluster:
                yield cluster


@pytest.fixture
async def rig(database: TestDatabase, clock: VirtualClock) -> AsyncIterator[Rig]:
    async with running_router(database, clock) as rig:
        yield rig


@pytest.fixture
async def schema_owner(database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may break the schema and look past the policies."""
    async with database.server.admin(database.name) as connection:
        yield connection


@pytest.fixture
async def shop(rig: Rig) -> UUID:
    return await rig.shop()


@pytest.fixture
async def admin(rig: Rig, shop: UUID) -> Admin:
    """An agent of the shop with the admin role."""
    agent = await rig.agent(shop, scopes=(Scope.AGENT, Scope.ADMIN))
    return Admin(rig.http, rig.token(shop, agent, Scope.AGENT, Scope.ADMIN))


@pytest.fixture
async def history(rig: Rig) -> PlayedHistory:
    """History, which knows one customer."""
    history = PlayedHistory()
    await rig.bus.serve(subjects.CARD, history.answer)
    return history


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    """A program of the shop's, to which webhooks are posted."""
    async with running_program() as program:
        yield program
