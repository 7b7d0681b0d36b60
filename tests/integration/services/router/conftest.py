"""Several routers on one database and one bus, which both are the real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import Bus
from shared.kit.bus.nats import NatsBus
from tests.support.clock import VirtualClock
from tests.support.nats import NatsServer, running_nats
from tests.support.postgres import TestDatabase
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
