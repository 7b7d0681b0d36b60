"""The embedded server as its callers meet it."""

from __future__ import annotations

import asyncio
import os
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.kit.postgres import (
    EmbeddedPostgres,
    HomeLock,
    PostgresOptions,
    embedded_postgres,
    running_postgres,
)
from shared.kit.postgres.home import LOG_LIMIT_BYTES
from shared.kit.postgres.processes import processes_of
from shared.kit.postgres.server import StartAbandonedError
from tests.support.postgres_homes import new_home

SECRET = "hunter2hunter2"
TCP_LISTENING = "0A"


@pytest.fixture
def home() -> Iterator[Path]:
    with new_home(0o711) as home:
        yield home


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """One durable server for all tests that only look."""
    with new_home(0o711) as home, running_postgres(PostgresOptions(home=home)) as server:
        yield server


async def value(server: EmbeddedPostgres, query: str) -> object:
    connection = await asyncpg.connect(server.dsn("postgres", "postgres"))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def unfinished(home: Path) -> list[Path]:
    return list(home.glob("pg.new-*"))


def listening_sockets(pid: int) -> set[str]:
    """Return the inodes of TCP sockets on which a process listens."""
    inodes = set()
    for table in Path("/proc/net").glob("tcp*"):
        for line in table.read_text().splitlines()[1:]:
            if line.split()[3] == TCP_LISTENING:
                inodes.add(f"socket:[{line.split()[9]}]")
    held = {str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()}
    return inodes & held


class TestAddresses:
    async def test_asyncpg_connects_by_the_dsn(self, server: EmbeddedPostgres) -> None:
        assert await value(server, "SELECT current_user") == "postgres"

    async def test_sqlalchemy_connects_by_its_url(self, server: EmbeddedPostgres) -> None:
        engine = create_async_engine(server.sqlalchemy_url("postgres", "postgres"))
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
        await engine.dispose()

    async def test_names_with_odd_characters_reach_the_server(
        self, server: EmbeddedPostgres
    ) -> None:
        with pytest.raises(asyncpg.InvalidCatalogNameError, match="a/b c"):
            await asyncpg.connect(server.dsn("postgres", "a/b c"))


class TestPrivacy:
    def test_no_network_socket_is_open(self, server: EmbeddedPostgres) -> None:
        assert listening_sockets(server.pid) == set()

    def test_only_the_servers_user_enters_its_folders(self, server: EmbeddedPostgres) -> None:
        assert mode(server.socket_dir) == 0o700
        assert mode(server.data) == 0o700

    async def test_only_the_socket_is_trusted(self, server: EmbeddedPostgres) -> None:
        rules = await value(
            server, "SELECT string_agg(type || ' ' || auth_method, ', ') FROM pg_hba_file_rules"
        )
        assert rules == "local trust, host reject"

    async def test_what_a_failed_statement_held_is_not_logged(
        self, server: EmbeddedPostgres
    ) -> None:
        connection = await asyncpg.connect(server.dsn("postgres", "postgres"))
        await connection.execute("CREATE TEMP TABLE once (word text PRIMARY KEY)")
        await connection.execute("INSERT INTO once VALUES ($1)", SECRET)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO once VALUES ($1)", SECRET)
        with pytest.raises(asyncpg.PostgresSyntaxError):
            await connection.execute(f"ALTER ROLE postgres PASSWORT '{SECRET}'")
        await connection.close()
        assert "duplicate key" in server.log.read_text()
        assert SECRET not in server.log.read_text()


class TestSettings:
    async def test_commits_are_durable(self, server: EmbeddedPostgres) -> None:
        assert await value(server, "SHOW fsync") == "on"
        assert await value(server, "SHOW synchronous_commit") == "on"

    async def test_text_sorts_by_the_servers_own_rules(self, server: EmbeddedPostgres) -> None:
        assert await value(server, "SHOW server_encoding") == "UTF8"
        assert await value(server, "SELECT upper('café')") == "CAFÉ"
        assert await value(server, "SELECT 'Z' < 'a' AND 'z' < 'é'") is True

    async def test_a_test_server_flushes_nothing_and_takes_settings(self, home: Path) -> None:
        options = PostgresOptions(home=home, ephemeral=True, settings={"max_connections": "17"})
        async with embedded_postgres(options) as server:
            assert await value(server, "SHOW fsync") == "off"
            assert await value(server, "SHOW max_connections") == "17"


class TestLifetime:
    async def test_rows_are_there_after_a_restart(self, home: Path) -> None:
        options = PostgresOptions(home=home)
        async with embedded_postgres(options) as server:
            await value(server, "CREATE TABLE kept AS SELECT 7 AS n")
        async with embedded_postgres(options) as server:
            assert await value(server, "SELECT n FROM kept") == 7

    async def test_nothing_runs_after_the_block(self, home: Path) -> None:
        async with embedded_postgres(PostgresOptions(home=home, ephemeral=True)) as server:
            assert server.pid in processes_of(server.data)
        assert not server.running
        assert processes_of(server.data) == []

    async def test_an_open_connection_does_not_hold_up_the_stop(self, home: Path) -> None:
        async with embedded_postgres(PostgresOptions(home=home, ephemeral=True)) as server:
            connection = await asyncpg.connect(server.dsn("postgres", "postgres"))
        assert not server.running
        connection.terminate()

    async def test_the_handle_tells_when_the_server_died(self, home: Path) -> None:
        async with embedded_postgres(PostgresOptions(home=home, ephemeral=True)) as server:
            assert await value(server, "SELECT 1") == 1
            os.kill(server.pid, 9)
            await asyncio.to_thread(server.process.wait)
        assert not server.running

    async def test_a_home_with_a_long_path_runs_from_the_temporary_folder(self, home: Path) -> None:
        far = home / ("long" * 30)
        async with embedded_postgres(PostgresOptions(home=far, ephemeral=True)) as server:
            assert server.socket_dir.parent == Path(tempfile.gettempdir())
            assert mode(server.socket_dir) == 0o700
            assert await value(server, "SELECT 1") == 1
        assert not server.socket_dir.exists()

    async def test_a_caller_that_holds_the_lock_hands_it_in(self, home: Path) -> None:
        with HomeLock(home) as lock:
            async with embedded_postgres(
                PostgresOptions(home=home, ephemeral=True), lock=lock
            ) as server:
                assert server.running
            assert lock.held

    async def test_a_long_log_is_put_aside(self, home: Path) -> None:
        (home / "log").mkdir()
        log = home / "log" / "postgres.log"
        log.write_bytes(b"x" * (LOG_LIMIT_BYTES + 1))
        async with embedded_postgres(PostgresOptions(home=home, ephemeral=True)):
            assert log.stat().st_size < LOG_LIMIT_BYTES
        assert (home / "log" / "postgres.log.1").stat().st_size == LOG_LIMIT_BYTES + 1


class TestCancellation:
    @pytest.mark.parametrize("after_s", [0.0, 0.05, 0.3, 0.6, 0.7])
    async def test_a_start_cancelled_at_any_time_leaves_nothing_running(
        self, home: Path, after_s: float
    ) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(after_s):
                async with embedded_postgres(PostgresOptions(home=home)):
                    await asyncio.Event().wait()
        assert processes_of(home / "pg") == []
        assert unfinished(home) == []
        async with embedded_postgres(PostgresOptions(home=home)) as server:
            assert await value(server, "SELECT 1") == 1

    async def test_a_stop_cancelled_twice_still_stops(self, home: Path) -> None:
        entered = asyncio.Event()
        servers: list[EmbeddedPostgres] = []

        async def serve() -> None:
            async with embedded_postgres(PostgresOptions(home=home, ephemeral=True)) as server:
                servers.append(server)
                entered.set()
                await asyncio.Event().wait()

        with suppress(asyncio.CancelledError):
            async with asyncio.TaskGroup() as group:
                task = group.create_task(serve())
                await entered.wait()
                task.cancel()
                await asyncio.sleep(0)
                task.cancel()
        assert not servers[0].running

    def test_a_blocking_start_is_given_up_from_another_thread(self, home: Path) -> None:
        abandoned = threading.Event()
        abandoned.set()
        with ExitStack() as stack, pytest.raises(StartAbandonedError):
            stack.enter_context(running_postgres(PostgresOptions(home=home), abandoned=abandoned))
        assert sorted(path.name for path in home.iterdir()) == ["lock", "log"]
