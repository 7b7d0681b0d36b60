"""A real PostgreSQL for tests: one server a process, one fresh database a test.

FIRSTREPLY_TEST_PG may name the socket folder of a running throw-away server whose superuser is
`postgres`; otherwise the embedded one is started without fsync and thrown away.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from shared.kernel.vocabulary import Service
from shared.kit import roles
from shared.kit.database import DatabaseUrl
from shared.kit.migrations import migrate

TEST_SECRET = b"only for tests"


@dataclass(frozen=True)
class Server:
    """A running server, reached through a socket folder."""

    socket_dir: Path

    def url(self, role: str, database: str) -> DatabaseUrl:
        return DatabaseUrl(f"postgresql://{role}@/{database}?host={self.socket_dir}")

    @asynccontextmanager
    async def admin(self, database: str = "postgres") -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.url("postgres", database).dsn)
        try:
            yield connection
        finally:
            await connection.close()


@dataclass(frozen=True)
class TestDatabase:
    """One database with the migrated schemas of some services."""

    __test__ = False

    server: Server
    name: str

    def url(self, role: str) -> DatabaseUrl:
        return self.server.url(role, self.name)

    def service_url(self, service: Service) -> DatabaseUrl:
        return self.url(roles.service_role(service))

    def sweep_url(self, service: Service) -> DatabaseUrl:
        return self.url(roles.sweep_role(service))


@dataclass
class Templates:
    """Clones databases from templates that the real migrations made."""

    server: Server
    _made: dict[tuple[Service, ...], str] = field(default_factory=dict)
    _clones: int = 0

    async def clone(self, *services: Service) -> TestDatabase:
        """Return a fresh database with these services' schemas."""
        template = self._made.get(services) or await self._make(services)
        self._clones += 1
        name = f"fr_test_{os.getpid()}_{self._clones}"
        async with self.server.admin() as admin:
            await roles.create_database(admin, name, template=template)
        return TestDatabase(self.server, name)

    async def drop(self, name: str) -> None:
        async with self.server.admin() as admin:
            await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def drop_all(self) -> None:
        for name in self._made.values():
            await self.drop(name)

    async def _make(self, services: tuple[Service, ...]) -> str:
        name = "_".join(["fr_template", str(os.getpid()), *services])
        async with self.server.admin() as admin:
            await roles.create_roles(admin, secret=TEST_SECRET)
            await roles.create_database(admin, name)
        await migrate(self.server.url(roles.OWNER, name), *services)
        self._made[services] = name
        return name


@contextmanager
def running_server() -> Iterator[Server]:
    """Use the server the environment names, or run the embedded one while the block runs."""
    given = os.environ.get("FIRSTREPLY_TEST_PG")
    if given:
        yield Server(Path(given))
        return
    with tempfile.TemporaryDirectory(prefix="fr-pg-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)  # the server may run as another uid than the tests
        with _EmbeddedThread(Path(home)) as server:
            yield server


class _EmbeddedThread:
    """Holds the launcher's async context open on a loop of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._server: Server | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._main, name="test-postgres")

    def __enter__(self) -> Server:
        self._thread.start()
        self._started.wait()
        if self._server is None:
            self._thread.join()
            raise RuntimeError("the test database did not start") from self._failure
        return self._server

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _main(self) -> None:
        try:
            asyncio.run(self._hold())
        except BaseException as error:  # noqa: BLE001  handed to the thread that waits
            self._failure = error
            self._started.set()

    async def _hold(self) -> None:
        from shared.kit.postgres import PostgresOptions, embedded_postgres  # noqa: PLC0415

        self._loop = asyncio.get_running_loop()
        options = PostgresOptions(home=self._home, ephemeral=True)
        async with embedded_postgres(options) as running:
            self._server = Server(running.socket_dir)
            self._started.set()
            await self._stop.wait()
