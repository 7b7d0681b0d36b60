"""Kill -9 in the middle of the first start: the next one begins afresh and leaves no rubbish."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from tests.support.postgres_holder import Holder, holding

LOOKS = 20_000
LOOK_EVERY_S = 0.0005
POINTS = [
    "pg.new-*",
    "pg.new-*/PG_VERSION",
    "pg.new-*/global/pg_control",
    "pg.new-*/base/4",
    "pg.new-*/base/5",
    "pg",
    "pg/postmaster.pid",
    "run/.s.PGSQL.5432",
]
"""What appears on the disk during a first start, in this order."""


WHOLE = ["lock", "log", "pg", "run"]
"""A home with nothing left over."""


def names(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir())


def wait_for(home: Path, pattern: str) -> None:
    for _ in range(LOOKS):
        if any(home.glob(pattern)):
            return
        time.sleep(LOOK_EVERY_S)
    pytest.fail(f"{pattern} never appeared")


def python_alone(holder: Holder) -> list[int]:
    return []


def everything(holder: Holder) -> list[int]:
    return holder.tree()


@pytest.mark.parametrize("victims", [python_alone, everything])
@pytest.mark.parametrize("point", POINTS)
async def test_the_next_start_succeeds_when_the_first_was_killed_at(
    one_home: Path, point: str, victims: Callable[[Holder], list[int]]
) -> None:
    with holding(Holder(one_home)) as first:
        wait_for(one_home, point)
        first.kill(*victims(first))
    await starts_and_answers(one_home)
    assert names(one_home) == WHOLE


async def test_the_next_start_succeeds_in_every_way_of_running(home: Path) -> None:
    with holding(Holder(home)) as first:
        wait_for(home, "pg.new-*/global/pg_control")
        first.kill()
    await starts_and_answers(home)
    assert names(home) == WHOLE


async def test_five_killed_first_starts_do_not_spoil_the_sixth(one_home: Path) -> None:
    for point in POINTS[:5]:
        with holding(Holder(one_home)) as holder:
            wait_for(one_home, point)
            holder.kill()
    await starts_and_answers(one_home)
    assert names(one_home) == WHOLE


async def starts_and_answers(home: Path) -> None:
    with holding(Holder(home)) as holder:
        holder.ready()
        connection = await asyncpg.connect(holder.dsn)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
