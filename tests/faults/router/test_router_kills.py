"""Kill -9 of the only router at random moments while conversations are being assigned.

Judged by the tables alone: owners, capacities, what is stuck; each of them looked at all the time.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.figures import spread
from tests.support.routing_trials import NOTHING, Ground, Trial, trial

KILLS = int(os.environ.get("FIRSTREPLY_ROUTER_KILLS", "1"))
"""`make faults-router` takes 50."""
CONVERSATIONS = 20
"""That arrive around each kill."""
KILLED_WITHIN_S = (0.0, 0.3)
"""After they arrived: by then most of them are served."""


@pytest.mark.timeout(240 + 15 * KILLS)
async def test_everybody_has_one_owner_and_nobody_is_stuck_when_the_router_is_killed_at_any_moment(
    ground: Ground, tell: Callable[[str, Mapping[str, Any]], None]
) -> None:
    async with trial(ground, {"router-1": ground.database}) as run:
        rounds = [await one_kill(run) for _ in range(KILLS)]
        await run.settle()
        figures = await run.figures()
    told = {
        "kills": KILLS,
        "conversations": run.work.started,
        **figures,
        "looks": run.tables.looks,
        "waiting_when_killed": spread([one["waiting"] for one in rounds]),
        "start_s": spread([one["start_s"] for one in rounds]),
        "full_assignment_s_after_ready": spread([one["full_s"] for one in rounds]),
    }
    tell("router kills", told)
    assert {name: told[name] for name in NOTHING} == NOTHING
    assert any(one["waiting"] for one in rounds), "nobody waited at any kill: it was not needed"


async def one_kill(run: Trial) -> dict[str, float]:
    """Have people arrive, kill the router soon, start it again, wait until all are served."""
    (node,) = run.nodes
    run.work.arrive(CONVERSATIONS)
    await asyncio.sleep(run.work.dice.uniform(*KILLED_WITHIN_S))
    node.kill()
    known, waiting = await run.tables.waiting()
    began = time.monotonic()
    node.start()
    await node.until_ready()
    start_s = time.monotonic() - began
    return {
        "waiting": waiting + run.work.started - known,
        "start_s": start_s,
        "full_s": await run.until_assigned(),
    }
