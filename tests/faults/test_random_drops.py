"""Customers' connections cut after a random number of bytes, in either direction, again and again.

LESSONS 12 (chatwoot #995, #4157, #14934): after any reconnect both sides hold the same gapless
conversation. The ledger is twofold: PostgreSQL, and what each customer wrote down of every send,
acknowledgement and delivery.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from tests.support.chat_client import ChatClient, raw_chat
from tests.support.cutting_proxy import cutting_proxy
from tests.support.ledger import ledger_of
from tests.support.ordeal import ordeal
from tests.support.stack import Stack
from tests.support.verdicts import EXPECTED, GOOD_REFUSALS, judge

DROPS = int(os.environ.get("FIRSTREPLY_DROPS", "60"))
"""Connections cut; `make faults-gateway` takes 1,000."""
SEED = 4
CUSTOMERS = 20
MESSAGES_PER_S = 100.0
ACKNOWLEDGED_WITHIN_S = 30.0
LOOK_S = 0.05
ROOM = {"FIRSTREPLY_GATEWAY_ARRIVALS_BURST": "5000", "FIRSTREPLY_GATEWAY_ARRIVALS_PER_S": "1000"}
"""All customers come from one address here."""


@pytest.mark.timeout(240 + DROPS)
async def test_nothing_is_lost_doubled_or_out_of_order_when_connections_are_cut_at_random_bytes(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    await asyncio.to_thread(lambda: stack.start(**ROOM))
    port = urlsplit(stack.url).port
    assert port is not None
    dice = random.Random(SEED)  # noqa: S311
    async with (
        cutting_proxy(port, dice) as proxy,
        ordeal(
            stack,
            customers=CUSTOMERS,
            messages_per_s=MESSAGES_PER_S,
            seed=SEED,
            chat_url=stack.socket_url.replace(str(port), str(proxy.port)),
        ) as trial,
    ):
        while proxy.drops < DROPS:  # noqa: ASYNC110  the proxy counts
            await asyncio.sleep(LOOK_S)
        proxy.cutting = False
        await trial.load.finish(ACKNOWLEDGED_WITHIN_S)
        async with ledger_of(stack.home) as ledger:
            figures = {"drops": proxy.drops, **await judge(trial, ledger)}
            with capsys.disabled():
                print("\nrandom drops:", json.dumps(figures))  # noqa: T201
        await every_impossible_resume_is_told(stack, trial.load.customers[0])
    assert await asyncio.to_thread(stack.stop) == 0
    assert {what: figures[what] for what in EXPECTED} == EXPECTED
    assert set(figures["refused"]) <= GOOD_REFUSALS


async def every_impossible_resume_is_told(stack: Stack, customer: ChatClient) -> None:
    """Claim what cannot be: another history, a conversation that is not one's own."""
    whole = await welcome(stack, customer, last_seq=0)
    assert whole["items"], "there is something to lose"
    elsewhere = encode(IdKind.CONVERSATION, new_id())
    claims: tuple[Mapping[str, Any], ...] = (
        {"epoch": whole["epoch"] + 6},
        {"conversation_id": elsewhere, "last_seq": whole["last_seq"]},
    )
    for claim in claims:
        told = await welcome(stack, customer, **{"last_seq": whole["last_seq"], **claim})
        assert told["epoch"] == whole["epoch"], claim
        # All of it again, and what its agent has said or ended meanwhile.
        seqs = [item["seq"] for item in told["items"]]
        assert seqs[: len(whole["items"])] == [item["seq"] for item in whole["items"]], claim


async def welcome(stack: Stack, customer: ChatClient, **claim: Any) -> dict[str, Any]:
    hello = {
        "type": "hello",
        "site_key": customer.site_key,
        "session_token": customer.session_token,
        "epoch": customer.epoch,
        "conversation_id": customer.conversation_id,
        **claim,
    }
    async with raw_chat(stack.socket_url) as socket:
        await socket.send(json.dumps(hello))
        said: dict[str, Any] = json.loads(await socket.recv())
    assert said["type"] == "welcome", said
    return said
