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
from collections import Counter
from itertools import cycle, islice
from typing import Any

import pytest

from shared.kernel.vocabulary import Service
from tests.support.ledger import Ledger, ledger_of
from tests.support.ordeal import (
    Kill,
    Ordeal,
    begin,
    kill_during_initdb,
    kill_during_migrations,
    ordeal,
)
from tests.support.stack import Stack

KILLS = int(os.environ.get("FIRSTREPLY_KILLS", "4"))
"""Kills under load, of every kind in turn; two more fall into the first start."""
SEED = int(os.environ.get("FIRSTREPLY_KILLS_SEED", "20"))
CUSTOMERS = 50
MESSAGES_PER_S = 300.0
LAST_LOAD_S = 2.0
ACKNOWLEDGED_WITHIN_S = 30.0
SETTLED_WITHIN_S = 30.0
"""A failed batch rests for seconds before it is sent again: the rest is for a busy machine."""
COMPLETE_WITHIN_S = 10.0
TEST_TIMEOUT_S = 180 + 30 * KILLS
"""Most of it is starts, of which a busy machine makes three a minute."""
FIRST_START_KILLS = 2
EXPECTED = {
    "lost": 0,
    "doubled": 0,
    "gaps": 0,
    "strange": 0,
    "violations": {},
    "disagreements": {},
    "incomplete": [],
    "lost_offers": 0,
    "failures": [],
    "contradicted": [],
}
GOOD_REFUSALS = {"try_again", "rate_limited"}
"""What customers may be told; "internal" is what a 500 is to them."""


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
            with capsys.disabled():
                print("\nkills:", json.dumps(figures))  # noqa: T201
    assert await asyncio.to_thread(stack.stop) == 0
    assert {what: figures[what] for what in EXPECTED} == EXPECTED
    assert figures["committed_unheard"] > 0, "no kill fell between a commit and its answer"
    assert set(figures["refused"]) <= GOOD_REFUSALS


async def judge(trial: Ordeal, ledger: Ledger) -> dict[str, Any]:
    """Return every figure of a finished trial."""
    disagreements = await ledger.settle(SETTLED_WITHIN_S)
    incomplete = await trial.incomplete(ledger, COMPLETE_WITHIN_S)
    acks = trial.acknowledgements()
    verdict = await ledger.judge(acks, trial.sent())
    contradictions = sum(len(one.doubles) for one in trial.load.customers)
    violations = await ledger.violations()
    return {
        "acknowledged": len(acks),
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled) + contradictions,
        "gaps": violations.pop("seq gaps", 0),
        "kills": len(trial.outages) + FIRST_START_KILLS,
        "between_commit_and_ack": sum(one.kill is Kill.FAULT for one in trial.outages),
        "committed_unheard": sum(
            [await ledger.committed(one.unheard, one.at) for one in trial.outages]
        ),
        "sent": len(trial.sent()),
        "sent_again": trial.load.repeats,
        "messages_per_s": round(trial.load.sent_while_served / trial.load.served_s),
        "strange": len(verdict.strange),
        "violations": violations,
        "disagreements": disagreements,
        "incomplete": incomplete,
        "accepted_offers": sum(len(one.taken) for one in trial.agents),
        "lost_offers": len(await trial.lost_assignments(ledger)),
        "closed": sum(one.closed for one in trial.agents),
        "refused": dict(trial.load.refusals),
        "agents_refused": dict(sum((one.refusals for one in trial.agents), Counter())),
        "failures": [failure for one in trial.agents for failure in one.failures],
        "contradicted": [refusal for one in trial.agents for refusal in one.contradicted],
        "slowest_start_s": round(max(one.back_s for one in trial.outages), 1),
    }
