"""Whoever signs out is out of all three services, over the wire.

LESSONS 26 (Mattermost CVE-2026-9162, Chatwoot CVE-2021-3740).
"""

from __future__ import annotations

import asyncio
import time

from services.demo.people import AGENTS, PASSWORD
from tests.support.agent_client import AgentClient, signed_in
from tests.support.demo_shop import SHOP
from tests.support.every_endpoint import EveryEndpoint
from tests.support.stack import Stack

CLOSED_WITHIN_S = 5.0
OPEN_TO_ALL = {
    "POST /v1/auth/sign-in",
    "POST /v1/auth/tokens",
    "POST /v1/chat/sessions",
    "PUT /v1/files/upload/{signed}",
    "GET /v1/files/content/{signed}",
    "GET /v1/sites/{site_key}/appearance",
    "GET /health",
    "GET /ready",
    "GET /metrics",
}


async def closed(agent: AgentClient) -> float:
    event = await agent.wait_for("stream.closed")
    assert (event.body["code"], event.body["reason"]) == ("not_signed_in", "signed_out")
    return event.read_at


async def test_an_agent_who_signs_out_is_refused_by_every_endpoint_and_the_streams_close(
    stack: Stack,
) -> None:
    who = (SHOP, AGENTS[1].email, PASSWORD)
    async with signed_in(stack.url, *who, status=None) as agent:
        before = time.perf_counter()
        answer = await agent.post("/v1/auth/sign-out")
        assert answer.status_code == 204

        assert await closed(agent) - before < CLOSED_WITHIN_S
        await asyncio.sleep(max(0, CLOSED_WITHIN_S / 5 - (time.perf_counter() - before)))
        everywhere = await EveryEndpoint.of(stack, agent.token).call()
        let_in = {one.endpoint for one in everywhere if one.status != 401}
        assert let_in <= OPEN_TO_ALL
        assert len(everywhere) > 40
