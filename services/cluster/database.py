"""The cluster's database: the embedded PostgreSQL, started again when it dies, or a given one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.cluster.child import ClusterError, Tell, growing_pauses
from services.settings import Settings
from services.standalone import prepare_database_url
from shared.kit.installation import RoleUrls, prepare_embedded, read_or_make_secret
from shared.kit.postgres import (
    EmbeddedPostgres,
    HomeLock,
    LauncherError,
    PostgresOptions,
    embedded_postgres,
)

LOOK_S = 0.1
"""How late the death of PostgreSQL may be noticed: its end is no event of ours."""


@asynccontextmanager
async def kept_database(
    settings: Settings, lock: HomeLock, group: asyncio.TaskGroup, tell: Tell
) -> AsyncIterator[RoleUrls]:
    """Keep the database running while the block runs, with roles and newest schemas in it.

    Raises:
        LauncherError, DatabaseGoneError: it cannot be used.
    """
    secret = read_or_make_secret(settings.home / "secret")
    if settings.database_url is not None:
        tell("Preparing the database of DATABASE_URL.")
        yield await prepare_database_url(settings.database_url, secret)
        return
    tell("Starting PostgreSQL; the first time it makes its data folder.")
    options = PostgresOptions(
        home=settings.home, pg_bin=settings.pg_bin, bundled_only=settings.bundled_only
    )
    postgres = _Postgres(options, lock, tell)
    keeper = group.create_task(postgres.keep(), name="keep.postgres")
    try:
        server = await postgres.first
        yield await prepare_embedded(server.socket_dir, secret=secret)
    finally:
        keeper.cancel()
        await asyncio.wait([keeper])


class _Postgres:
    """The server that runs now, and the ones before it, all reached at one place."""

    def __init__(self, options: PostgresOptions, lock: HomeLock, tell: Tell) -> None:
        self._options = options
        self._lock = lock
        self._tell = tell
        self.first: asyncio.Future[EmbeddedPostgres] = asyncio.get_running_loop().create_future()

    async def keep(self) -> None:
        """Run until cancelled, or until it cannot be started the first time.

        Raises:
            ClusterError: it cannot be had at its place any more.
        """
        pauses = growing_pauses()
        while True:
            try:
                await self._run()
                pauses = growing_pauses()
                self._tell("postgres ended by itself: starting it again.")
            except LauncherError as error:
                if not self.first.done():
                    self.first.set_exception(error)
                    return
                self._tell(f"postgres cannot be started again: {error.sentence}")
                await asyncio.sleep(next(pauses))

    async def _run(self) -> None:
        async with embedded_postgres(self._options, lock=self._lock) as server:
            self._answers(server)
            while server.running:  # noqa: ASYNC110  a child's end is no asyncio event here
                await asyncio.sleep(LOOK_S)

    def _answers(self, server: EmbeddedPostgres) -> None:
        if not self.first.done():
            self.first.set_result(server)
        elif server.socket_dir != self.first.result().socket_dir:
            # Its path is too long for a socket in the home, and a temporary one is never the same.
            raise ClusterError("PostgreSQL ended by itself, and cannot be had at its old place.")
