"""Kill -9 while fifty customers write: nothing acknowledged is lost, doubled or out of order.

LESSONS, conventions: an acknowledgement only after the commit, and a resend with the same
client_id is the same message. Between the two, only that resend tells the customer what became
of it: so a good part of the kills falls there.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from itertools import cycle, islice

import pytest

from shared.kernel.vocabulary import Service
from tests.support.ledger import ledger_of
from tests.support.ordeal import (
    Kill,
    begin,
    kill_during_initdb,
    kill_during_migrations,
    ordeal,
)
from tests.support.stack import Stack
from tests.support.verdicts import EXPECTED, GOOD_REFUSALS, judge

pytestmark = pytest.mark.watches_time

KILLS = int(os.environ.get("FIRSTREPLY_KILLS", "4"))
"""Kills under load, of every kind in turn; two more fall into the first start."""
SEED = int(os.environ.get("FIRSTREPLY_KILLS_SEED", "20"))
CUSTOMERS = 50
MESSAGES_PER_S = 300.0
LAST_LOAD_S = 2.0
ACKNOWLEDGED_WITHIN_S = 30.0
TEST_TIMEOUT_S = 180 + 30 * KILLS
"""Most of it is starts, of which a busy machine makes three a minute."""
FIRST_START_KILLS = 2


@pytest.mark.timeout(TEST_TIMEOUT_S)
async def test_nothing_acknowledged_is_lost_or_doubled_when_it_is_killed_under_load(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    kills = list(islice(cycle(Kill), KILLS))
    await asyncio.to_thread(kill_during_initdb, stack)
    assert await kill_during_migrations(stack) < len(Service)
    await asyncio.to_thread(begin, stack, kills[0], random.Random(SEED))  # noqa: S311
    await asyncio.to_thread(stack.wait_ready)
    async with ordeal(
        stack, customers=CUSTOMERS, messages_per_s=MESSAGES_PER_S, seed=SEED
    ) as trial:
        await trial.suffer(kills)
        await asyncio.sleep(LAST_LOAD_S)
        await trial.load.finish(ACKNOWLEDGED_WITHIN_S)
        async with ledger_of(stack.home) as ledger:
            figures = await judge(trial, ledger)
            figures["kills"] += FIRST_START_KILLS
            with capsys.disabled():
                print("\nkills:", json.dumps(figures))  # noqa: T201
    assert await asyncio.to_thread(stack.stop) == 0
    assert {what: figures[what] for what in EXPECTED} == EXPECTED
    assert figures["committed_unheard"] > 0, "no kill fell between a commit and its answer"
    assert set(figures["refused"]) <= GOOD_REFUSALS
