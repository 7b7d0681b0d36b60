"""A real PostgreSQL for tests: one server a process, one fresh database a test.

FIRSTREPLY_TEST_PG may name the socket folder of a running throw-away server whose superuser is
`postgres`; otherwise the embedded one is started without fsync and thrown away.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from shared.kernel.vocabulary import Service
from shared.kit import roles
from shared.kit.database import DatabaseUrl
from shared.kit.migrations import migrate
from shared.kit.postgres import PostgresOptions, running_postgres

TEST_SECRET = b"only for tests"
IN_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of a random name is made in it
ROOM_BYTES = 4 * 2**30
"""What the databases of some tests and their log need at most, with room to spare."""


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
    folder = _in_memory()
    with tempfile.TemporaryDirectory("", "fr-pg-", folder, ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)  # the server may run as another uid than the tests
        with running_postgres(PostgresOptions(home=Path(home), ephemeral=True)) as running:
            yield Server(running.socket_dir)


def _in_memory() -> Path | None:
    """Return a folder that no disk is behind, if the machine has one with room.

    A fresh database is a thousand small files: on a busy disk they take ten times as long.
    """
    if not os.access(IN_MEMORY, os.W_OK) or shutil.disk_usage(IN_MEMORY).free < ROOM_BYTES:
        return None
    return IN_MEMORY
