"""Kill -9 of each process of a cluster in turn, under load: nothing acknowledged is lost.

Every process is killed while fifty customers write and three agents accept, answer and close.
The ledger is the one of `test_kills.py`: what was acknowledged against what PostgreSQL holds, and
what gateway, router and history say of every conversation and its owner.
"""

from __future__ import annotations

import asyncio
import json

import pytest

from shared.kit.system_clock import SystemClock
from tests.support.cluster import CUSTOMERS, ROUNDS, VICTIMS, kill_process, pids_of
from tests.support.ledger import ledger_of
from tests.support.ordeal import LAST_WORDS_S, Ordeal, Outage, ordeal
from tests.support.stack import Stack
from tests.support.verdicts import EXPECTED, GOOD_REFUSALS, judge

pytestmark = pytest.mark.watches_time

SEED = 22
MESSAGES_PER_S = 300.0
LOAD_BEFORE_S = (0.5, 1.5)
LAST_LOAD_S = 2.0
ACKNOWLEDGED_WITHIN_S = 30.0
TEST_TIMEOUT_S = 180 + 60 * ROUNDS


@pytest.mark.timeout(TEST_TIMEOUT_S)
async def test_nothing_acknowledged_is_lost_or_doubled_when_each_process_of_a_cluster_is_killed(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.command = "cluster"
    await asyncio.to_thread(stack.start)
    async with ordeal(
        stack, customers=CUSTOMERS, messages_per_s=MESSAGES_PER_S, seed=SEED
    ) as trial:
        for _ in range(ROUNDS):
            for name in VICTIMS or sorted(pids_of(stack)):
                await die(trial, name)
        await asyncio.sleep(LAST_LOAD_S)
        await trial.load.finish(ACKNOWLEDGED_WITHIN_S)
        async with ledger_of(stack.home) as ledger:
            figures = await judge(trial, ledger)
            figures["customers"] = CUSTOMERS
            figures["back_s"] = {one.kill: round(one.back_s, 1) for one in trial.outages}
            with capsys.disabled():
                print("\ncluster kills:", json.dumps(figures))  # noqa: T201
    assert await asyncio.to_thread(stack.stop) == 0
    assert {what: figures[what] for what in EXPECTED} == EXPECTED
    assert set(figures["refused"]) <= GOOD_REFUSALS
    assert figures["closed"] > 0, "no agent got any work done"


async def die(trial: Ordeal, name: str) -> None:
    """Kill one process under load and wait until another one has its place."""
    await asyncio.sleep(trial.dice.uniform(*LOAD_BEFORE_S))
    at = SystemClock().now()
    killing = asyncio.to_thread(kill_process, trial.stack, name)
    async with asyncio.TaskGroup() as group:
        back = group.create_task(killing)
        await asyncio.sleep(LAST_WORDS_S)
        unheard = set(trial.load.unacknowledged().values())
    trial.outages.append(Outage(name, at, unheard, back.result()))
