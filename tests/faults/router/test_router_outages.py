"""NATS gone for a while, and PostgreSQL started again, while conversations are being assigned."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.figures import spread
from tests.support.routing_trials import NOTHING, Ground, trial

AWAY_S = float(os.environ.get("FIRSTREPLY_NATS_AWAY_S", "1"))
RESTARTS = int(os.environ.get("FIRSTREPLY_ROUTER_DATABASE_RESTARTS", "1"))
"""`make faults-router` takes 10."""
ARRIVALS = 20
SOON_S = (0.0, 0.3)


@pytest.mark.timeout(300 + 2 * AWAY_S)
async def test_everybody_is_assigned_after_nats_was_gone(
    ground: Ground, tell: Callable[[str, Mapping[str, Any]], None]
) -> None:
    async with trial(ground, {"router-1": ground.database, "router-2": ground.database}) as run:
        run.work.arrive(ARRIVALS)
        await asyncio.sleep(run.work.dice.uniform(*SOON_S))
        before = await run.tables.leases()
        ground.nats.kill()
        run.work.arrive(ARRIVALS)
        await asyncio.sleep(AWAY_S)
        after = await run.tables.leases()
        await asyncio.to_thread(ground.nats.start)
        back_at = time.monotonic()
        await run.until_assigned()
        full_s = time.monotonic() - back_at
        await run.settle()
        figures = await run.figures()
    told = {
        "away_s": AWAY_S,
        "conversations": run.work.started,
        **figures,
        "shops_that_moved": sum(after.get(shop_id) != one for shop_id, one in before.items()),
        "full_assignment_s_after_return": round(full_s, 3),
    }
    tell("NATS gone", told)
    assert {name: told[name] for name in NOTHING} == NOTHING
    assert told["shops_that_moved"] == 0, "leases need no bus"


@pytest.mark.timeout(300 + 30 * RESTARTS)
async def test_everybody_is_assigned_after_the_database_was_started_again(
    ground: Ground, tell: Callable[[str, Mapping[str, Any]], None]
) -> None:
    away_s, full_s = [], []
    async with trial(ground, {"router-1": ground.database, "router-2": ground.database}) as run:
        for _ in range(RESTARTS):
            run.work.arrive(ARRIVALS)
            await asyncio.sleep(run.work.dice.uniform(*SOON_S))
            away_s.append(await asyncio.to_thread(ground.restart_postgres))
            full_s.append(await run.until_assigned())
        await run.settle()
        figures = await run.figures()
    told = {
        "restarts": RESTARTS,
        "conversations": run.work.started,
        **figures,
        "away_s": spread(away_s),
        "full_assignment_s_after_return": spread(full_s),
    }
    tell("PostgreSQL started again", told)
    assert {name: told[name] for name in NOTHING} == NOTHING
