"""A customer's process stands still for a while, as a laptop does that is closed: SIGSTOP.

LESSONS 13 and 14: it is cut off alone, by what it does not read or by the pongs it does not send;
when it goes on it resumes, and nothing is lost, doubled or out of order.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.demo.people import AGENTS
from shared.kernel.ids import IdKind, decode
from tests.support.demo_shop import demo_customer
from tests.support.homes import fresh_stack
from tests.support.ledger import Acknowledged, ledger_of
from tests.support.patience import WAIT_S
from tests.support.screens import Screen, screen_of
from tests.support.stack import Stack
from tests.support.stopped_client import client_process

pytestmark = pytest.mark.watches_time

SILENT_S = float(os.environ.get("FIRSTREPLY_STOPPED_S", "2"))
"""How long it stands still in silence; `make faults-gateway` takes 70 s, two missed pongs."""
CUT_BY_SILENCE_S = 65.0
"""Two pings of 20 s without their pongs, and a third to see it."""
LONG = "😀" * 5_000
ANSWERS = 60
"""Long answers, 20 KB each: more than the gateway and both kernels hold for one socket."""
PAUSE_S = 0.1


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    """A product that serves; each test's agent leaves without work."""
    with fresh_stack() as stack:
        stack.start()
        yield stack


@pytest.mark.timeout(240 + int(SILENT_S))
async def test_a_customer_who_stood_still_in_silence_goes_on_without_loss(
    running: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = await stand_still(running, answers=3, silent_s=SILENT_S)
    with capsys.disabled():
        print("\nstopped in silence:", json.dumps(figures))  # noqa: T201
    if SILENT_S > CUT_BY_SILENCE_S:
        assert figures["connections"] > 1, "half open, and never noticed"


async def test_a_customer_who_stood_still_while_much_was_said_is_cut_off_and_resumes_whole(
    running: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = await stand_still(running, answers=ANSWERS, silent_s=PAUSE_S, text=LONG)
    with capsys.disabled():
        print("\nstopped while much was said:", json.dumps(figures))  # noqa: T201
    assert figures["slow_consumers"] == 1
    assert figures["connections"] > 1


async def stand_still(
    stack: Stack, *, answers: int, silent_s: float, text: str = "Are you there?"
) -> dict[str, Any]:
    """Stop the customer's process while the agent answers; return the figures of a whole end."""
    hello = await demo_customer(stack)
    async with screen_of(AGENTS[0], stack.url, stack.url) as agent:
        with client_process(hello["url"], hello["site_key"]) as customer:
            await agent.take_one()
            await said(agent, "Here I am.", 1)
            customer.process.send_signal(signal.SIGSTOP)
            try:
                await said(agent, text, answers)
                await asyncio.sleep(silent_s)
            finally:
                customer.process.send_signal(signal.SIGCONT)
            await said(agent, "And now?", 1)
            told = await asyncio.to_thread(customer.finish, answers + 2)
    return await judged(stack, told, heard=answers + 2)


async def judged(stack: Stack, told: dict[str, Any], heard: int) -> dict[str, Any]:
    """Assert that the customer's account and the table are one, and nothing is wrong with it."""
    acks = [
        Acknowledged(ack["conversation_id"], ack["seq"], told["sent"][client_id])
        for client_id, ack in told["acks"].items()
    ]
    async with ledger_of(stack.home) as ledger:
        last = (await ledger.last_seqs())[decode(IdKind.CONVERSATION, acks[0].conversation_id)]
        verdict = await ledger.judge(acks, set(told["sent"].values()))
        assert await ledger.violations() == {}, "gaps among them"
    doubled = [text for text in verdict.doubled if text in told["sent"].values()]
    assert (verdict.lost, doubled) == ((), [])
    assert (told["told_twice"], told["inversions"]) == (0, 0)
    assert told["heard"] == heard
    assert set(range(1, last + 1)) - set(told["seqs"]) <= {last}, "only its agent's leaving"
    assert set(told["refusals"]) <= {"try_again", "rate_limited"}
    return {
        "acknowledged": len(acks),
        "heard": heard,
        "connections": told["connections"],
        "byes": told["byes"],
        "slow_consumers": await slow_consumers(stack),
    }


async def slow_consumers(stack: Stack) -> int:
    """Return how many sockets the gateway closed because nobody read them."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=WAIT_S) as http:
        metrics = (await http.get("/metrics")).text
    found = re.search(r'firstreply_chat_closed_total\{code="slow_consumer"\} (\d+)', metrics)
    return int(found[1]) if found else 0


async def said(agent: Screen, text: str, times: int) -> None:
    ((conversation_id, grant),) = agent.mine.items()
    for _ in range(times):
        answer = await agent.client.say(conversation_id, text, grant)
        assert answer.is_success, answer.text
