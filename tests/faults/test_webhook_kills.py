"""Kill -9 of the sender under load: each event is posted, in order, and a repeat is recognisable.

LESSONS 16 (chatwoot #11901).
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from itertools import count
from typing import Any

import httpx
import pytest

from services.demo.people import SHOP_ID
from shared.contracts.claims import Principal
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from tests.support.ledger import Ledger, ledger_of
from tests.support.ordeal import Kill, ordeal
from tests.support.patience import WAIT_S
from tests.support.posted import Posted, Program, running_program
from tests.support.stack import Stack

pytestmark = pytest.mark.watches_time

KILLS = (Kill.PYTHON, Kill.GROUP, Kill.PYTHON)
CUSTOMERS = 20
MESSAGES_PER_S = 60.0
HOUR_MS = 3_600_000
POSTED_WITHIN_S = 60.0
"""A claim of the dead runs out after 20 s, and a refused try comes again after 6 s at most."""
EACH_REFUSED = 50
"""Of so many tries one is answered with 503, no event twice."""


async def subscribe(stack: Stack, program: Program) -> str:
    """Have everything of the demo shop posted; return the secret."""
    principal = Principal(
        shop_id=SHOP_ID,
        scopes=(Scope.ADMIN, Scope.OPERATOR),
        name="a test",
        expires_at=SystemClock().now() + HOUR_MS,
    )
    token = sign_principal(Keyring.open(stack.home / "keys.json"), principal)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_id().hex}
    body = {"url": program.url(), "events": ["message.*", "conversation.*", "sla.*"]}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=WAIT_S) as http:
        made = await http.post("/v1/routing/webhooks", json=body)
    return str(made.raise_for_status().json()["secret"])


def firsts(program: Program) -> dict[str, list[Posted]]:
    """Each conversation's events, in the order in which they came first."""
    seen: set[str] = set()
    found: dict[str, list[Posted]] = defaultdict(list)
    for one in program.posted:
        if one.id not in seen:
            seen.add(one.id)
            found[one.about].append(one)
    return found


def told(events: list[Posted]) -> tuple[list[int], list[int]]:
    """The seqs of the items and the versions of the states, as they came."""
    datas: list[Any] = [one.event["data"] for one in events]
    seqs = [data["item"]["seq"] for data in datas if "item" in data]
    return seqs, [data["version"] for data in datas if "item" not in data]


async def expected(ledger: Ledger) -> dict[str, tuple[list[int], list[int]]]:
    reached = await ledger.reached(SHOP_ID)
    return {
        about: ([*range(1, last_seq + 1)], [*range(1, version + 1)])
        for about, (last_seq, version) in reached.items()
    }


async def missing(ledger: Ledger, program: Program) -> list[str]:
    """Wait until everything has come, for as long as it may take; return what came otherwise."""
    for _ in range(int(POSTED_WITHIN_S)):
        if not await _odd(ledger, program):
            return []
        await asyncio.sleep(1.0)
    return await _odd(ledger, program) + await ledger.waiting_to_be_posted()


async def _odd(ledger: Ledger, program: Program) -> list[str]:
    came = {about: told(events) for about, events in firsts(program).items()}
    meant = await expected(ledger)
    odd = [about for about in meant | came if meant.get(about) != came.get(about)]
    return [f"{about}: {meant.get(about)} but {came.get(about)}" for about in odd]


@pytest.mark.timeout(240)
async def test_each_event_is_posted_in_order_when_the_sender_is_killed_under_load(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.environment = {
        **stack.environment,
        "FIRSTREPLY_ROUTER_WEBHOOKS_TO_THIS_MACHINE": "1",
    }
    tries, refused = count(1), set[str]()

    async def answer(posted: Posted) -> int:
        if next(tries) % EACH_REFUSED or posted.id in refused:
            return 200
        refused.add(posted.id)
        return 503

    async with running_program() as program:
        program.answer = answer
        await asyncio.to_thread(stack.start)
        secret = await subscribe(stack, program)
        async with ordeal(
            stack, customers=CUSTOMERS, messages_per_s=MESSAGES_PER_S, seed=16
        ) as trial:
            await trial.suffer(KILLS)
            await asyncio.sleep(1.0)
            await trial.load.finish(30.0)
            async with ledger_of(stack.home) as ledger:
                assert await missing(ledger, program) == []
        assert await asyncio.to_thread(stack.stop) == 0
    bodies = defaultdict(set)
    for one in program.posted:
        bodies[one.id].add(one.body)
        assert one.is_signed_by(secret)
    assert max(map(len, bodies.values())) == 1, "a repeat is the same to the letter"
    figures = {"posted": len(program.posted), "events": len(bodies), "kills": len(KILLS)}
    with capsys.disabled():
        print("\nwebhooks:", json.dumps(figures))  # noqa: T201
    assert len(program.posted) > len(bodies), "no try was cut off or refused"
