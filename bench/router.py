"""The router's engine beside a scan, and its lane beside workers that SKIP LOCKED.

`python -m bench.router` measures the engine by itself, then starts a durable PostgreSQL and has
the shipped decide lane and its rivals decide in turn, round by round. The last line is one JSON
object; what each figure is stands in `docs/performance.md`.
"""

from __future__ import annotations

import statistics
from contextlib import AsyncExitStack
from typing import Any

from bench import router_engine
from bench.gateway import lone_commits_ms
from bench.router_lane import CAPACITY, Lane, running_lane
from bench.router_rivals import Rival, by_the_hundred, one_by_one, rival
from bench.slice import open_folder, quantile_ms
from bench.verdicts import print_verdicts
from shared.kernel.vocabulary import Service
from shared.kit.logs import configure_logging
from shared.kit.postgres import PostgresOptions, running_postgres
from shared.kit.system_clock import SystemClock
from shared.kit.web.server import run_main
from tests.support.postgres import Server, Templates, TestDatabase

ROUNDS = 5
AGENTS = 2_000
DECISIONS = 4_000
DECISIONS_ALONE = 1_500
"""Of a rival that commits each by itself: enough to be steady, and not too long."""
BACKLOG = 1_024
"""Customers who wait for the lane at once: as many waiting as the rivals' table has, in effect."""
BATCHING_WORKERS = 4
ACCEPTS_PER_S, ACCEPTS_FOR_S, ACCEPT_ROUNDS = 200.0, 4.0, 3
MS = 1_000.0
CONDITIONS = """
    SELECT current_setting('fsync') = 'on' AS fsync,
        current_setting('synchronous_commit') = 'on' AS synchronous_commit,
        (SELECT NOT rolbypassrls AND NOT rolsuper FROM pg_roles
            WHERE rolname = 'firstreply_router') AS held,
        (SELECT bool_and(relrowsecurity AND relforcerowsecurity) FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'router'::regnamespace
                AND relname IN ('conversations', 'offers', 'decisions', 'outbox')) AS forced
    """

Figures = dict[str, float]


async def decisions(database: TestDatabase, lane: Lane) -> Figures:
    """Return decisions a second of the lane and of each rival, and how slow the slow ones are."""
    rates: dict[str, list[float]] = {}
    waits: dict[str, list[float]] = {}

    def note(name: str, measured: tuple[float, list[float]]) -> None:
        rates.setdefault(name, []).append(measured[0])
        waits.setdefault(name, []).extend(one * MS for one in measured[1])

    async with AsyncExitStack() as stack:
        rivals: dict[int, Rival] = {
            workers: await stack.enter_async_context(
                rival(database, workers, agents=AGENTS, capacity=CAPACITY)
            )
            for workers in (BATCHING_WORKERS, 16, 64)
        }
        await lane.decide(DECISIONS, BACKLOG)  # counts for nothing: plans and caches
        async with database.server.admin(database.name) as admin:
            await admin.execute("VACUUM ANALYZE")  # what a database in use knows of its tables
        for _ in range(ROUNDS):
            note("lane", await lane.decide(DECISIONS, BACKLOG))
            note("skip_locked_16", await rivals[16].decide(DECISIONS_ALONE, one_by_one))
            note("lane_16", await lane.decide(DECISIONS_ALONE, 16))
            note("skip_locked_64", await rivals[64].decide(DECISIONS_ALONE, one_by_one))
            batched = rivals[BATCHING_WORKERS]
            note("batched", await batched.decide(DECISIONS, by_the_hundred))
    middle = {name: statistics.median(each) for name, each in rates.items()}
    p99 = {name: quantile_ms(waits[name], 0.99) for name in ("lane_16", "skip_locked_16")}
    print({name: round(each) for name, each in middle.items()}, "decisions/s", flush=True)
    print({name: round(each, 2) for name, each in p99.items()}, "ms p99, 16 at once", flush=True)
    return {
        "decisions_per_s": middle["lane"],
        "decisions_vs_skip_locked_16": middle["lane"] / middle["skip_locked_16"],
        "decisions_vs_skip_locked_64": middle["lane"] / middle["skip_locked_64"],
        "decisions_vs_batched_skip_locked": middle["lane"] / middle["batched"],
        "p99_ratio_16": p99["lane_16"] / p99["skip_locked_16"],
    }


async def accepts(database: TestDatabase, lane: Lane) -> Figures:
    """Return the slow accepts at a steady pace beside slow commits of nothing else."""
    lone: list[float] = []
    took: list[float] = []
    for _ in range(ACCEPT_ROUNDS):
        lone += await lone_commits_ms(database)
        accepted = await lane.accept_steadily(ACCEPTS_PER_S, ACCEPTS_FOR_S)
        took += [one * MS for one in accepted]
    accept, commit = quantile_ms(took, 0.99), quantile_ms(lone, 0.99)
    print(f"accept p50 {quantile_ms(took, 0.5):.2f} ms, p99 {accept:.2f} ms;", end=" ")
    print(f"a lone commit p50 {quantile_ms(lone, 0.5):.2f} ms, p99 {commit:.2f} ms", flush=True)
    return {"accept_p99_ms": accept, "accept_p99_vs_lone_commit_p99": accept / commit}


async def check_conditions(database: TestDatabase) -> None:
    """Assert that what is measured is the real thing."""
    async with database.server.admin(database.name) as admin:
        conditions: dict[str, Any] = dict((await admin.fetch(CONDITIONS))[0])
    assert all(conditions.values()), conditions


async def check_rows(database: TestDatabase) -> None:
    """Assert that each decision is kept, with its candidates, and each offer has one."""
    async with database.server.admin(database.name) as admin:
        offers = await admin.fetchval("SELECT count(*) FROM router.offers")
        kept = await admin.fetchval(
            "SELECT count(*) FROM router.decisions WHERE jsonb_array_length(candidates) > 0"
        )
    assert offers == kept, f"{offers} offers, {kept} decisions"
    print(f"{offers:,} offers, {kept:,} decisions kept", flush=True)


async def main() -> None:
    """Measure, assert the conditions, print the figures."""
    configure_logging(SystemClock(), level="WARNING")
    figures: Figures = router_engine.measure()
    with open_folder() as home, running_postgres(PostgresOptions(home=home / "home")) as running:
        database = await Templates(Server(running.socket_dir)).clone(Service.ROUTER)
        await check_conditions(database)
        async with running_lane(database, AGENTS) as lane:
            figures |= await decisions(database, lane)
            figures |= await accepts(database, lane)
        await check_rows(database)
    print_verdicts(figures, AIMS)


AIMS = {
    "engine_vs_naive_scan": 300,
    "waiting_x10_cost": -2,
    "agents_x10_cost": -3,
    "decisions_vs_skip_locked_16": 8,
    "decisions_vs_skip_locked_64": 12,
    "decisions_vs_batched_skip_locked": 1.5,
    "p99_ratio_16": -0.2,
    "accept_p99_vs_lone_commit_p99": -5,
}
"""What each figure is to be; a negative aim is an upper bound."""


if __name__ == "__main__":
    run_main(main())
