"""Kill -9 at a running server: the next start finds every committed row and no second server."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from tests.support.postgres_holder import Holder, alive, holding

INSERTS = 40
GONE_POLLS = 500
POLL_S = 0.02
BUSY = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 1000000) b"
"""Runs for hours without a wait in which a backend would notice that its postmaster is gone."""


async def run(holder: Holder, *statements: str) -> object:
    connection = await asyncpg.connect(holder.dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


async def insert_rows(holder: Holder) -> int:
    connection = await asyncpg.connect(holder.dsn)
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    for n in range(INSERTS):
        await connection.execute("INSERT INTO kept VALUES ($1)", n)
    connection.terminate()
    return INSERTS


def wait_until(true: Callable[[], bool]) -> bool:
    for _ in range(GONE_POLLS):
        if true():
            return True
        time.sleep(POLL_S)
    return False


async def be_busy(connection: asyncpg.Connection) -> None:
    with suppress(asyncpg.PostgresError, OSError):
        await connection.execute(BUSY)


def is_running(pid: int) -> bool:
    """Tell whether a process computes, twice in a row."""
    states = []
    for _ in range(2):
        states.append(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0])
        time.sleep(POLL_S)
    return states == ["R", "R"]


def only_python(holder: Holder) -> list[int]:
    return holder.children("sh")  # the guard, so that the server is left as an orphan


def postmaster_too(holder: Holder) -> list[int]:
    return [*holder.children("sh"), int(holder.told["pid"])]


def everything(holder: Holder) -> list[int]:
    return holder.tree()


@pytest.mark.parametrize("victims", [only_python, postmaster_too, everything])
async def test_a_start_finds_every_committed_row_after_kill_9(
    home: Path, victims: Callable[[Holder], list[int]]
) -> None:
    with holding(Holder(home)) as first:
        first.ready()
        acknowledged = await insert_rows(first)
        first.kill(*victims(first))
    with holding(Holder(home)) as second:
        second.ready()
        assert await run(second, "SELECT count(*) FROM kept") == acknowledged
        assert not alive(first.told["pid"])


async def test_an_orphan_is_left_by_the_kill_and_stopped_by_the_next_start(home: Path) -> None:
    with holding(Holder(home)) as first:
        first.ready()
        first.kill(*only_python(first))
    assert alive(first.told["pid"])  # the situation this whole package is about
    with holding(Holder(home)) as second:
        second.ready()
        assert not alive(first.told["pid"])
        assert second.told["pid"] != first.told["pid"]


async def test_the_server_stops_by_itself_when_python_alone_is_killed(home: Path) -> None:
    with holding(Holder(home)) as holder:
        holder.ready()
        holder.kill()
    assert wait_until(lambda: not alive(holder.told["pid"]))


async def test_a_start_takes_over_while_the_orphan_is_still_shutting_down(home: Path) -> None:
    with holding(Holder(home)) as first:
        first.ready()
        await insert_rows(first)
        first.kill()  # the guard tells the server to stop, the next start comes at once
    with holding(Holder(home)) as second:
        second.ready()
        assert await run(second, "SELECT count(*) FROM kept") == INSERTS


async def test_a_backend_that_outlives_its_postmaster_is_ended_first(home: Path) -> None:
    with holding(Holder(home)) as first:
        first.ready()
        connection = await asyncpg.connect(first.dsn)
        backend = connection.get_server_pid()
        async with asyncio.TaskGroup() as group:
            group.create_task(be_busy(connection))
            assert await asyncio.to_thread(wait_until, lambda: is_running(backend))
            first.kill(*postmaster_too(first))
            assert alive(backend)  # it computes and does not look up
            with holding(Holder(home)) as second:
                await asyncio.to_thread(second.ready)
                assert not alive(backend)
                assert await run(second, "SELECT 1") == 1
        connection.terminate()


async def test_ten_kills_in_a_row_lose_nothing_that_was_acknowledged(one_home: Path) -> None:
    expected = 0
    for _ in range(10):
        with holding(Holder(one_home)) as holder:
            holder.ready()
            expected += await insert_rows(holder)
            holder.kill(*everything(holder))
    with holding(Holder(one_home)) as last:
        last.ready()
        assert await run(last, "SELECT count(*) FROM kept") == expected


def test_ctrl_c_stops_the_server_cleanly(home: Path) -> None:
    with holding(Holder(home)) as holder:
        holder.ready()
        os.killpg(holder.process.pid, signal.SIGINT)
        assert wait_until(lambda: holder.process.poll() is not None)
        assert not alive(holder.told["pid"])
        assert not (home / "pg" / "postmaster.pid").exists()
