"""A router that is killed while it decides makes the decisions of before again once it is back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.contracts.claims import Principal
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.system_clock import SystemClock
from tests.support.patience import WAIT_S
from tests.support.router import DAY_MS
from tests.support.routing_trials import Ground, Trial, trial

CONVERSATIONS = 20
DECISIONS = 12
"""Asked for, out of all that were made: each is made anew."""
LOOK_S = 0.1
KEPT = """
    SELECT bool_and(d.decided_at <= coalesce(
        (SELECT max(j.last_at) FROM router.journals j WHERE j.shop_id = d.shop_id), '-infinity'))
    FROM router.decisions d
    """
"""Whether all that the engines were told up to their decisions is written."""


@pytest.mark.timeout(240)
async def test_every_decision_of_a_killed_router_is_made_again_as_before(ground: Ground) -> None:
    async with trial(ground, {"router-1": ground.database}) as run:
        run.work.arrive(CONVERSATIONS)
        await run.until_assigned()
        decisions = await decisions_of(run)
        await until_kept(run)
        before = [await everybody(run, *one) for one in decisions]
        run.work.arrive(CONVERSATIONS)  # it is killed while it decides
        (node,) = run.nodes
        node.kill()
        node.start()
        await node.until_ready()
        after = [await everybody(run, *one) for one in decisions]
    assert len(before) >= DECISIONS
    assert all(one["candidates"] for one in before if not one["excluded"])
    assert after == before


async def until_kept(run: Trial) -> None:
    async with asyncio.timeout(WAIT_S):
        while not (await run.tables.ask(KEPT))[0][0]:  # noqa: ASYNC110  another process writes
            await asyncio.sleep(LOOK_S)


async def decisions_of(run: Trial) -> Sequence[tuple[UUID, UUID, UUID]]:
    rows = await run.tables.ask("SELECT shop_id, conversation_id, id FROM router.decisions")
    every = max(1, len(rows) // DECISIONS)
    return [(row["shop_id"], row["conversation_id"], row["id"]) for row in rows[::every]]


async def everybody(run: Trial, shop: UUID, conversation: UUID, decision: UUID) -> Any:
    """Ask for a decision with all who were weighed."""
    keys = Keyring.open(run.ground.machinery.keys)
    until = SystemClock().now() + DAY_MS
    supervisor = Principal(
        shop_id=shop, scopes=(Scope.SUPERVISOR,), agent_id=None, name="Sue", expires_at=until
    )
    path = (
        f"/v1/routing/conversations/{encode(IdKind.CONVERSATION, conversation)}"
        f"/decisions/{encode(IdKind.DECISION, decision)}?candidates=all"
    )
    headers = {"Authorization": f"Bearer {sign_principal(keys, supervisor)}"}
    async with httpx.AsyncClient(
        base_url=run.nodes[0].url, headers=headers, timeout=WAIT_S
    ) as http:
        answer = await http.get(path, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()
