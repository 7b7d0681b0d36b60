"""Two routers, of which the owner is stopped in its tracks: the other takes over, and stays owner.

A router that goes on after a stop has every late write rejected, also one that stood before its
commit, and holds nobody up.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from tests.support.figures import spread
from tests.support.paused_database import Way, way_to
from tests.support.router_nodes import RouterNode
from tests.support.routing_tables import Lease
from tests.support.routing_trials import NOTHING, Ground, Trial, trial

STOPS = int(os.environ.get("FIRSTREPLY_ROUTER_STOPS", "1"))
"""Of each kind; `make faults-router` takes 12."""
LOAD_S = float(os.environ.get("FIRSTREPLY_ROUTER_LOAD_S", "5"))
"""Full load without a fault; `make faults-router` takes 600, `make test` none of it."""
TAKE_OVER_S = 5.0
CROWD_S = 5.0
"""What a busy machine may add where only a few take-overs are seen."""
ARRIVALS = 12
LOAD_BEFORE_S = (0.2, 1.0)
STILL_FOR_S = (0.0, 2.0)
LATE_S = 1.0
LOOK_S = 0.01
COMMIT = b'"outbox": '
"""Stands in every commit of a router."""


@pytest.mark.timeout(300 + 60 * STOPS)
async def test_an_owner_that_was_stopped_has_its_late_writes_rejected_and_holds_nobody_up(
    ground: Ground, tell: Callable[[str, Mapping[str, Any]], None]
) -> None:
    rejected: dict[str, int] = {}
    rounds: list[dict[str, float]] = []
    async with two_routers(ground) as (run, ways):
        for kind in (at_any_moment, with_a_commit_under_way, in_mid_commit):
            before = sum(node.rejected() for node in run.nodes)
            rounds += [await one_stop(run, ways, kind) for _ in range(STOPS)]
            rejected[kind.__name__] = sum(node.rejected() for node in run.nodes) - before
        given_up = sum(node.given_up() for node in run.nodes)
        await run.settle()
        figures = await run.figures()
    told = {
        "stops": len(rounds),
        "conversations": run.work.started,
        **figures,
        "late_writes_rejected": rejected,
        "commits_given_up": given_up,
        "take_over_s": spread([one["take_over_s"] for one in rounds]),
        "full_assignment_s_after_take_over": spread([one["full_s"] for one in rounds]),
    }
    tell("owner stopped", told)
    assert {name: told[name] for name in NOTHING} == NOTHING
    late = rejected["with_a_commit_under_way"]
    assert late > 0
    assert late + given_up >= STOPS, "a commit that was under way was neither refused nor given up"
    assert max(one["take_over_s"] for one in rounds) < TAKE_OVER_S + (CROWD_S if STOPS < 10 else 0)


@pytest.mark.bench
@pytest.mark.timeout(120 + 2 * LOAD_S)
async def test_nobody_takes_over_from_an_owner_under_full_load(
    ground: Ground, tell: Callable[[str, Mapping[str, Any]], None]
) -> None:
    async with two_routers(ground) as (run, _):
        await run.settle()
        before = await run.tables.leases()
        ends = time.monotonic() + LOAD_S
        while time.monotonic() < ends:
            await run.keep_busy()
        after = await run.tables.leases()
        await run.settle()
        figures = await run.figures()
    moved = sum(after.get(shop_id) != lease for shop_id, lease in before.items())
    rate = round(run.work.started / LOAD_S)
    told = {"load_s": LOAD_S, "conversations_per_s": rate, **figures, "false_take_overs": moved}
    tell("full load", told)
    assert {name: told[name] for name in NOTHING} == NOTHING
    assert moved == 0


@asynccontextmanager
async def two_routers(ground: Ground) -> AsyncIterator[tuple[Trial, Mapping[UUID, Way]]]:
    """Run two routers, each on a way of its own to the database."""
    async with way_to(ground.database) as one, way_to(ground.database) as other:
        places = {"router-1": one.database, "router-2": other.database}
        async with trial(ground, places) as run:
            ids = [node.id for node in run.nodes]
            yield run, dict(zip(ids, (one, other), strict=True))
            for way in (one, other):
                way.go_on()


async def one_stop(
    run: Trial, ways: Mapping[UUID, Way], how: Callable[[Trial, RouterNode, Way], Any]
) -> dict[str, float]:
    """Stop the owner of the first shop; return how long the other took to own all of its shops."""
    leases = await owned_by_all(run)
    holder = next(iter(leases.values())).holder
    owner = next(node for node in run.nodes if node.id == holder)
    mine = {shop_id for shop_id, lease in leases.items() if lease.holder == holder}
    run.work.arrive(ARRIVALS)
    await asyncio.sleep(run.work.dice.uniform(*LOAD_BEFORE_S))
    await how(run, owner, ways[holder])
    stopped_at = time.monotonic()
    run.work.arrive(ARRIVALS)
    while not await taken_over(run, mine, holder):  # noqa: ASYNC110  another process takes over
        await asyncio.sleep(LOOK_S)
    take_over_s = time.monotonic() - stopped_at
    if how is with_a_commit_under_way:  # before it gives that commit up by itself
        await resume(owner, ways[holder])
    full_s = await run.until_assigned()
    if how is not with_a_commit_under_way:
        await asyncio.sleep(run.work.dice.uniform(*STILL_FOR_S))
        await resume(owner, ways[holder])
    return {"take_over_s": take_over_s, "full_s": full_s}


async def resume(owner: RouterNode, way: Way) -> None:
    """Let a router go on, after what it had sent has reached the database."""
    way.go_on()
    await asyncio.sleep(LATE_S)
    owner.go_on()
    await owner.until_ready()


async def at_any_moment(_run: Trial, owner: RouterNode, _way: Way) -> None:
    """Stop it whatever it does."""
    owner.stall()


async def with_a_commit_under_way(run: Trial, owner: RouterNode, way: Way) -> None:
    """Stop it while a commit of its own is on its way to the database."""
    way.hold_up_at(COMMIT)
    run.work.arrive(ARRIVALS)
    await way.cut.wait()
    owner.stall()


async def in_mid_commit(run: Trial, owner: RouterNode, way: Way) -> None:
    """Stop it when the database has done all of a commit and waits to be told to keep it."""
    way.cut_off(COMMIT)
    run.work.arrive(ARRIVALS)
    await way.cut.wait()
    owner.stall()


async def owned_by_all(run: Trial) -> Mapping[UUID, Lease]:
    """Return the leases once every shop has one."""
    shops = {agent.shop_id for agent in run.work.agents}
    while len(leases := await run.tables.leases()) < len(shops):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_S)
    return leases


async def taken_over(run: Trial, shops: set[UUID], before: UUID) -> bool:
    """Tell whether somebody else owns each of these shops."""
    leases = await run.tables.leases()
    return all(shop in leases and leases[shop].holder != before for shop in shops)
