"""A whole cluster on this machine: every part a process, all behind one port, kept running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    closing,
    contextmanager,
)
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console
from rich.text import Text

from services.cluster.child import Child, ClusterError, Program, Tell, kept
from services.cluster.database import kept_database
from services.cluster.demo import open_demo
from services.cluster.house import serving_house
from services.cluster.orphans import end_orphans
from services.cluster.ports import LOOPBACK, free_ports
from services.cluster.programs import Node, Workshop
from services.demo.seed import Demo
from services.demo.shop_backend import demo_routes
from services.settings import Settings
from services.standalone import CANNOT_START, STATIC, announce, run_file, write_run_file
from shared.kernel.vocabulary import Service
from shared.kit.auth.keyring import Keyring
from shared.kit.logs import configure_logging
from shared.kit.postgres import HomeLock
from shared.kit.system_clock import SystemClock
from shared.kit.web.server import bind_port, stop_on_signals

CLUSTER_CANNOT_START = (*CANNOT_START, ClusterError)
"""What ends `cluster` with one sentence for the operator."""
PROBE_S = 2.0
"""How long a node may take to say whether it is ready."""


@dataclass(frozen=True)
class Size:
    """How many nodes each service has."""

    gateways: int = 2
    routers: int = 2
    histories: int = 1

    def nodes(self, ports: Iterator[int]) -> list[Node]:
        """Return the nodes in the order of their start."""
        counts = {
            Service.HISTORY: self.histories,
            Service.ROUTER: self.routers,
            Service.GATEWAY: self.gateways,
        }
        return [
            Node(service, number, next(ports))
            for service, count in counts.items()
            for number in range(1, count + 1)
        ]

    @property
    def total(self) -> int:
        """How many there are."""
        return self.gateways + self.routers + self.histories


async def run_cluster(settings: Settings, size: Size, console: Console) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        One of CLUSTER_CANNOT_START, with a sentence for the operator.
    """
    configure_logging(SystemClock(), level="WARNING")
    # A relative home would be another one for each child.
    settings = settings.model_copy(
        update={"home": settings.home.absolute(), "port": _front_port(settings)}
    )
    stopping = asyncio.Event()

    def tell(line: str) -> None:
        console.print(Text(line, style="dim"), soft_wrap=True)

    with stop_on_signals(stopping), _one_error(), HomeLock(settings.home) as lock:
        end_orphans(settings.home)
        async with (
            asyncio.TaskGroup() as group,
            _running(settings, size, lock=lock, group=group, tell=tell) as cluster,
        ):
            with run_file(settings.home, cluster.facts()):
                announce(console, cluster.url, cluster.demo)
                await stopping.wait()
                tell("Stopping.")
                await cluster.drain()


@dataclass
class _Cluster:
    """What runs, and where."""

    home: Path
    url: str
    nodes: Mapping[str, str]
    demo: Demo | None
    tell: Tell
    children: list[Child] = field(default_factory=list)
    is_up: bool = False

    def child(self, program: Program) -> Child:
        """Take a program up among those that run."""
        child = Child(program, self.home, self.tell, self._changed)
        self.children.append(child)
        return child

    def facts(self) -> dict[str, object]:
        """Return what the run file says: where we serve, and each process."""
        self.is_up = True
        pids = {child.name: child.pid for child in self.children}
        return {"url": self.url, "nodes": self.nodes, "pids": pids}

    async def drain(self) -> None:
        """Stop the gateways, who say good-bye to everybody.

        They go before the front: it does not wait for the sockets that pass through it.
        """
        self.is_up = False
        gateways = [one for one in self.children if one.name.startswith(Service.GATEWAY)]
        await asyncio.gather(*(child.stop() for child in gateways))

    def _changed(self) -> None:
        if self.is_up:
            write_run_file(self.home, self.facts())


@asynccontextmanager
async def _running(
    settings: Settings, size: Size, *, lock: HomeLock, group: asyncio.TaskGroup, tell: Tell
) -> AsyncIterator[_Cluster]:
    """Start every part after those it needs; stop them in reverse at the end of the block."""
    ports = iter(free_ports(size.total + 2))
    nats_port, house_port, nodes = next(ports), next(ports), size.nodes(ports)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=PROBE_S, trust_env=False))
        Keyring.open(settings.home / "keys.json")  # before the nodes: each could make its own
        urls = await stack.enter_async_context(kept_database(settings, lock, group, tell))
        demo = await open_demo(urls, loopback_only=settings.loopback_only)
        cluster = _Cluster(
            home=settings.home,
            url=f"http://{settings.host}:{settings.port}",
            nodes={node.name: node.url for node in nodes},
            demo=demo,
            tell=tell,
        )
        workshop = Workshop(settings.home, http)
        tell(f"Starting NATS, {size.total} nodes and Caddy.")
        nats, nats_url = workshop.nats(nats_port)
        await stack.enter_async_context(kept(group, cluster.child(nats)))
        pages = STATIC if STATIC.is_dir() else None
        programs = [workshop.node(node, urls, nats_url, pages) for node in nodes]
        await stack.enter_async_context(kept(group, *map(cluster.child, programs)))
        await stack.enter_async_context(_house(house_port, nodes, http, demo))
        house = f"{LOOPBACK}:{house_port}"
        front = workshop.front(nodes, house, host=settings.host, port=settings.port)
        await stack.enter_async_context(kept(group, cluster.child(front)))
        yield cluster


def _house(
    port: int, nodes: list[Node], http: httpx.AsyncClient, demo: Demo | None
) -> AbstractAsyncContextManager[None]:
    return serving_house(
        (LOOPBACK, port),
        {each: [node.url for node in nodes if node.service is each] for each in Service},
        http,
        [demo_routes(demo, SystemClock())] if demo else [],
    )


def _front_port(settings: Settings) -> int:
    """Return the port that Caddy will take, after a look whether it may.

    Raises:
        ListenError: it may not.
    """
    if settings.port == 0:
        return free_ports(1)[0]
    with closing(bind_port(settings.host, settings.port)):
        return settings.port


@contextmanager
def _one_error() -> Iterator[None]:
    """Bring the operator's sentence out of the groups that the parts' tasks wrapped it in."""
    try:
        yield
    except BaseExceptionGroup as group:
        known = group.subgroup(CLUSTER_CANNOT_START)
        if known is None:
            raise
        raise _first(known) from group


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    one: BaseException = group
    while isinstance(one, BaseExceptionGroup):
        one = one.exceptions[0]
    return one
