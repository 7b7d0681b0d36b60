"""All three services in one process on one port, with the embedded database: the default."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import asyncpg
import structlog
from fastapi import APIRouter, FastAPI
from rich.console import Console
from rich.text import Text
from starlette.responses import RedirectResponse

from services.demo.people import AGENTS, PASSWORD, SHOP_ID, SUPERVISOR
from services.demo.seed import Demo, seed_demo, shut_demo
from services.demo.shop_backend import demo_routes
from services.gateway.app import RunningGateway, run_gateway
from services.gateway.config import GatewaySettings
from services.history.app import RunningHistory, run_history
from services.history.config import HistorySettings
from services.router.app import RunningRouter, run_router
from services.router.config import RouterSettings
from services.settings import RUN_FILE, Settings
from shared.kernel.clock import Clock
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Service
from shared.kit.auth.keyring import Keyring, KeyringFileError
from shared.kit.bus.in_process import InProcessBus
from shared.kit.database_away import DatabaseAwayError, told_when_away
from shared.kit.installation import (
    FILES,
    RoleUrls,
    SecretFileError,
    node_id,
    prepare_embedded,
    prepare_given,
    read_or_make_secret,
)
from shared.kit.logs import configure_logging
from shared.kit.postgres import (
    DeathWitness,
    EmbeddedPostgres,
    HomeLock,
    LauncherError,
    PostgresOptions,
    embedded_postgres,
)
from shared.kit.system_clock import SystemClock
from shared.kit.tasks import background
from shared.kit.web.app import create_app
from shared.kit.web.server import ListenError, bind_port, serve, stop_on_signals

log = structlog.get_logger()

STATIC = Path(__file__).parent / "static"
DATABASE_WATCH_S = 0.5
"""How long a dead database may go unnoticed here; /ready tells of it at once."""

Progress: TypeAlias = Callable[[str], None]
"""Told one short line before each step that may take a while."""


class DatabaseGoneError(Exception):
    """The database of DATABASE_URL cannot be used, or the embedded one died."""

    @classmethod
    def by_itself(cls, server: EmbeddedPostgres) -> DatabaseGoneError:
        """Return what is said of an embedded server that nobody stopped."""
        return cls(f"PostgreSQL ended by itself: the reason is at the end of {server.log}.")


CANNOT_START = (
    LauncherError,
    ListenError,
    KeyringFileError,
    SecretFileError,
    DatabaseGoneError,
)
"""What ends `up` with one sentence for the operator."""


@dataclass(frozen=True)
class Product:
    """The three services, running in this process, and what they share."""

    clock: Clock
    keys: Keyring
    urls: RoleUrls
    server: EmbeddedPostgres | None
    gateway: RunningGateway
    router: RunningRouter
    history: RunningHistory

    def web(self, settings: Settings | None = None, *, extra: Sequence[APIRouter] = ()) -> FastAPI:
        """Return the one application that answers for all three."""
        parts = (self.gateway, self.router, self.history)
        return create_app(
            title="Firstreply",
            routers=[*(router for part in parts for router in part.routers), *extra],
            statuses={code: status for part in parts for code, status in part.statuses.items()},
            # By name: the three tell of the same clock.
            checks=list({check.name: check for part in parts for check in part.checks}.values()),
            static=STATIC if STATIC.is_dir() else None,
            hosts=settings.names if settings else (),
            metrics_token=settings.metrics_token if settings else None,
        )


@asynccontextmanager
async def open_product(
    settings: Settings, *, stopping: asyncio.Event, progress: Progress = lambda _: None
) -> AsyncIterator[Product]:
    """Start the database and the services; stop them in reverse at the end of the block.

    Raises:
        LauncherError: the home folder or the embedded database cannot be used.
        KeyringFileError: the signing keys cannot be read.
        DatabaseGoneError: the database cannot be used, or went away in the block.
    """
    witness = DeathWitness()
    try:
        async with _opened(settings, stopping, progress, witness) as product:
            yield product
    except Exception as error:  # out here no task group wraps what is said of it
        gone = _explained(error, witness)
        if gone is None:
            raise
        raise gone from error


def _explained(error: Exception, witness: DeathWitness) -> DatabaseGoneError | None:
    """Return the sentence for the operator when the database is behind an error."""
    if witness.dead is not None:
        return DatabaseGoneError.by_itself(witness.dead)
    if ExceptionGroup("", [error]).subgroup(DatabaseAwayError) is not None:
        return DatabaseGoneError("The database does not answer: start again when it does.")
    return None


@asynccontextmanager
async def _opened(
    settings: Settings, stopping: asyncio.Event, progress: Progress, witness: DeathWitness
) -> AsyncIterator[Product]:
    _gateway_settings(RoleUrls(""), settings)  # a bad variable is told before anything begins
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        lock = stack.enter_context(HomeLock(settings.home))
        keys = Keyring.open(settings.home / "keys.json")
        secret = read_or_make_secret(settings.home / "secret")
        if settings.database_url is not None:
            progress("Preparing the database of DATABASE_URL.")
            urls, server = await prepare_database_url(settings.database_url, secret), None
        else:
            progress("Starting PostgreSQL; the first time it makes its data folder.")
            server = await _start_database(settings, lock, stack, stopping)
            witness.watch(server, stack)
            with told_when_away():
                urls = await prepare_embedded(server.socket_dir, secret=secret)
        progress("Starting the services.")
        bus = await stack.enter_async_context(InProcessBus())
        history = await stack.enter_async_context(
            run_history(_history_settings(urls), clock=clock, bus=bus, keys=keys)
        )
        router = await stack.enter_async_context(
            run_router(_router_settings(urls, settings.home), clock=clock, bus=bus, keys=keys)
        )
        gateway = await stack.enter_async_context(
            run_gateway(
                _gateway_settings(urls, settings),
                clock=clock,
                bus=bus,
                keys=keys,
                stopping=stopping,
            )
        )
        yield Product(clock, keys, urls, server, gateway, router, history)


def _history_settings(urls: RoleUrls) -> HistorySettings:
    return HistorySettings(
        database_url=urls.service(Service.HISTORY).dsn, sweep_url=urls.sweep(Service.HISTORY).dsn
    )


def _router_settings(urls: RoleUrls, home: Path) -> RouterSettings:
    return RouterSettings(
        database_url=urls.service(Service.ROUTER).dsn,
        sweep_url=urls.sweep(Service.ROUTER).dsn,
        # The home's lock keeps a second one away: a start after a kill is this router again.
        id=node_id(read_or_make_secret(home / "secret"), Service.ROUTER),
    )


def _gateway_settings(urls: RoleUrls, settings: Settings) -> GatewaySettings:
    return GatewaySettings(
        database_url=urls.service(Service.GATEWAY).dsn,
        sweep_url=urls.sweep(Service.GATEWAY).dsn,
        files=settings.home / FILES,
        hosts=settings.names,
    )


async def prepare_database_url(url: str, secret: bytes) -> RoleUrls:
    """Make roles and newest schemas in a given database, or raise DatabaseGoneError."""
    try:
        with told_when_away():
            return await prepare_given(url, secret=secret)
    except (asyncpg.PostgresError, DatabaseAwayError, ValueError) as error:
        reason = error.__cause__ or error
        raise DatabaseGoneError(
            f"The database of DATABASE_URL cannot be used: {reason}. Its user must be allowed "
            "to connect and to create roles."
        ) from error


async def _start_database(
    settings: Settings, lock: HomeLock, stack: AsyncExitStack, stopping: asyncio.Event
) -> EmbeddedPostgres:
    options = PostgresOptions(
        home=settings.home, pg_bin=settings.pg_bin, bundled_only=settings.bundled_only
    )
    server = await stack.enter_async_context(embedded_postgres(options, lock=lock))
    await stack.enter_async_context(background(database_watch=_watch(server, stopping)))
    return server


def _watch(server: EmbeddedPostgres, stopping: asyncio.Event) -> Callable[[], Awaitable[None]]:
    """Return a loop that stops everything when the database died: whoever started us decides."""

    async def watch() -> None:
        while server.running:  # noqa: ASYNC110  a child's end is no asyncio event here
            await asyncio.sleep(DATABASE_WATCH_S)
        log.error("database.died", log=str(server.log))
        stopping.set()

    return watch


async def up(settings: Settings, console: Console) -> None:
    """Serve until SIGINT or SIGTERM, or until the database dies.

    Raises:
        One of CANNOT_START, with a sentence for the operator.
    """
    quiet = "warning" if sys.stderr.isatty() else "info"
    configure_logging(SystemClock(), level=settings.log_level or quiet)
    stopping = asyncio.Event()
    with stop_on_signals(stopping), closing(bind_port(settings.host, settings.port)) as listener:
        port = listener.getsockname()[1]
        url = f"http://{settings.place}:{port}"

        def progress(line: str) -> None:
            console.print(Text(line, style="dim"))

        async with open_product(settings, stopping=stopping, progress=progress) as product:
            demo = await _demo(settings, product, progress)
            extra = [demo_routes(demo, product.clock)] if demo else []
            app = product.web(settings, extra=[*extra, _front_door(demo)])
            with run_file(settings.home, {"url": url}):
                await serve(
                    app,
                    listener,
                    stopping=stopping,
                    ws=product.gateway.websocket,
                    on_ready=lambda: announce(console, url, demo),
                    trusted_proxies=settings.trusted_proxies,
                )
            died = None if product.server is None or product.server.running else product.server
            if died is None:
                console.print(Text("Stopping.", style="dim"))
        # Not inside the block: its task groups would wrap the error in groups of their own.
        if died is not None:
            raise DatabaseGoneError.by_itself(died)


async def _demo(settings: Settings, product: Product, progress: Progress) -> Demo | None:
    if not settings.loopback_only:
        await shut_demo(product.router)
        return None
    progress("Filling the demo shop.")
    return await seed_demo(product.gateway, product.router, product.history)


def _front_door(demo: Demo | None) -> APIRouter:
    """Return GET /, which leads to the demo shop when it is there, else to the console."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def front_door() -> RedirectResponse:
        return RedirectResponse("./demo/" if demo else "./console/")

    return router


@contextmanager
def run_file(home: Path, facts: Mapping[str, object]) -> Iterator[None]:
    """Say in the home folder where we serve, while we do."""
    write_run_file(home, facts)
    try:
        yield
    finally:
        (home / RUN_FILE).unlink(missing_ok=True)


def write_run_file(home: Path, facts: Mapping[str, object]) -> None:
    """Say it anew, whole or not at all."""
    path = home / RUN_FILE
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps({**facts, "pid": os.getpid()}))
    beside.replace(path)


def announce(console: Console, url: str, demo: Demo | None) -> None:
    """Say where everything is and how to get in."""

    def line(text: str) -> None:
        console.print(Text(text), soft_wrap=True)

    console.print(Text("\nFirstreply is ready.", style="bold green"))
    shop = encode(IdKind.SHOP, SHOP_ID)
    if demo is None:
        line(f"  Console     {url}/console/")
        line("  Demo shop and demo sign-ins exist only on 127.0.0.1.")
        return
    line(f"  Demo shop   {url}/demo/")
    line(f"  Console     {url}/console/?shop={shop}")
    for agent in (*AGENTS, SUPERVISOR):
        who = f"{agent.name}, supervisor" if agent is SUPERVISOR else agent.name
        line(f"  Sign in     {agent.email}  password  {PASSWORD}   ({who})")
    console.print(Text("Ctrl-C stops it.", style="dim"))
