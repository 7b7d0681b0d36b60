"""The whole product under load, killed in every way and started again on the same home."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

import asyncpg
import httpx

from services.demo.people import AGENTS, PASSWORD, SHOP_ID
from shared.kernel.clock import Instant
from shared.kernel.ids import IdKind, decode, encode
from shared.kit.system_clock import SystemClock
from tests.support.busy_agent import BusyAgent
from tests.support.chat_client import ChatClient
from tests.support.chat_load import ChatLoad, chat_load
from tests.support.ledger import Acknowledged, Ledger, ledger_of
from tests.support.patience import WAIT_S
from tests.support.stack import Stack

LOAD_BEFORE_S = (0.5, 2.0)
"""How long the load runs between a start and the next kill."""
COMMITS_BEFORE = (1, 2, 30, 100, 200)
"""Group commits until the fault point kills: the first after a start hold the most resends."""
LAST_WORDS_S = 0.1
"""Until what a dead process had sent is read."""
LOOK_EVERY_S = 0.002
FIRST_START_S = 60.0


class Kill(StrEnum):
    """What dies, and when."""

    FAULT = "between commit and acknowledgement"
    GROUP = "Python and PostgreSQL"
    PYTHON = "Python only"
    DATABASE = "PostgreSQL only"


@dataclass
class Outage:
    """One run of the product, or of one process of it, that ended badly.

    Attributes:
        kill: how, or which process of a cluster.
        unheard: texts that nobody had acknowledged when it was dead.
        back_s: seconds until the next run was ready; 0 when that one died before.
    """

    kill: str
    at: Instant
    unheard: set[str]
    back_s: float = 0.0


@dataclass
class Ordeal:
    """A product, the people who use it, and what was done to it."""

    stack: Stack
    load: ChatLoad
    agents: tuple[BusyAgent, ...]
    dice: random.Random
    outages: list[Outage] = field(default_factory=list)

    async def suffer(self, kills: Sequence[Kill]) -> None:
        """Die in each of these ways; the run before was begun for the first of them."""
        for kill, following in zip(kills, [*kills[1:], None], strict=True):
            await self._die(kill)
            at = SystemClock().now()
            await asyncio.sleep(LAST_WORDS_S)
            unheard = set(self.load.unacknowledged().values())
            back_s = await asyncio.to_thread(begin, self.stack, following, self.dice)
            self.outages.append(Outage(kill, at, unheard, back_s))

    def acknowledgements(self) -> list[Acknowledged]:
        """Return every message of customers and agents that was acknowledged."""
        of_customers = [
            Acknowledged(ack["conversation_id"], ack["seq"], customer.sent[client_id])
            for customer in self.load.customers
            for client_id, ack in customer.acks.items()
        ]
        return of_customers + [
            Acknowledged(item["conversation_id"], item["seq"], item["text"])
            for agent in self.agents
            for item in agent.replies.values()
        ]

    def sent(self) -> set[str]:
        """Return every text that anybody ever sent."""
        by_customers = {text for one in self.load.customers for text in one.sent.values()}
        return by_customers | {text for agent in self.agents for text in agent.said}

    async def lost_assignments(self, ledger: Ledger) -> list[str]:
        """Return the acceptances that were acknowledged and are not in the table."""
        known = await ledger.assignments()
        taken = [one for agent in self.agents for one in agent.taken.values()]
        return [
            one["id"]
            for one in taken
            if known.get(decode(IdKind.ASSIGNMENT, one["id"]))
            != decode(IdKind.AGENT, one["agent_id"])
        ]

    async def incomplete(self, ledger: Ledger, timeout_s: float) -> list[str]:
        """Wait until each customer knows every item of its conversations; return what is missing.

        Each is told with its kind, and how long before the next death it was committed.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            lasts = await ledger.last_seqs()
            found = [one for customer in self.load.customers for one in _missing(customer, lasts)]
            if not found or time.monotonic() > deadline:
                return [await self._tell(ledger, *one) for one in found]
            await asyncio.sleep(LAST_WORDS_S)

    async def _tell(self, ledger: Ledger, conversation_id: str, seqs: list[int]) -> str:
        told = []
        items = await ledger.items_at(decode(IdKind.CONVERSATION, conversation_id), seqs)
        for seq, (kind, at) in zip(seqs, items, strict=True):
            after = [outage.at - at for outage in self.outages if outage.at > at]
            told.append(f"{kind} at {seq}, {min(after, default=None)} ms before a death")
        return f"{conversation_id}: {'; '.join(told)}"

    async def _die(self, kill: Kill) -> None:
        if kill is Kill.FAULT:
            assert await asyncio.to_thread(self.stack.wait_for_death) == -signal.SIGKILL
            return
        await asyncio.sleep(self.dice.uniform(*LOAD_BEFORE_S))
        if kill is Kill.DATABASE:
            os.kill(self.stack.database_pid(), signal.SIGKILL)
            assert await asyncio.to_thread(self.stack.wait_for_death) == 1
        else:
            await asyncio.to_thread(self.stack.kill, whole_group=kill is Kill.GROUP)


def _missing(customer: ChatClient, lasts: Mapping[UUID, int]) -> list[tuple[str, list[int]]]:
    """Return each conversation of this customer's with what it ought to know of it and does not."""
    known = {ack["conversation_id"] for ack in customer.acks.values()}
    known |= {conversation_id for conversation_id, _ in customer.items}
    every = {one: range(1, lasts[decode(IdKind.CONVERSATION, one)] + 1) for one in known}
    missing = {one: sorted(set(seqs) - set(customer.seqs(one))) for one, seqs in every.items()}
    return [(one, seqs) for one, seqs in missing.items() if seqs]


def begin(stack: Stack, kill: Kill | None, dice: random.Random) -> float:
    """Start a run that is to die in this way; return the seconds until it was ready."""
    if kill is Kill.FAULT:
        # It may be dead before anybody could call it ready.
        stack.process = stack.launch(
            FIRSTREPLY_FAULTS="1",
            FIRSTREPLY_GATEWAY_FAULT_AFTER_COMMIT=str(dice.choice(COMMITS_BEFORE)),
        )
        return 0.0
    started = time.monotonic()
    stack.start()
    return time.monotonic() - started


def kill_during_initdb(stack: Stack) -> None:
    """Begin the very first start and kill it while initdb writes."""
    stack.process = stack.launch()
    deadline = time.monotonic() + FIRST_START_S
    while not any(stack.home.glob("pg.new-*/global/pg_control")):
        assert time.monotonic() < deadline, "initdb never began"
        time.sleep(LOOK_EVERY_S)
    stack.kill()


async def begin_and_wait_for_schemas(stack: Stack) -> int:
    """Begin a start on an empty server; return how many schemas there are as soon as one is."""
    stack.process = stack.launch()
    schemas = 0
    async with asyncio.timeout(FIRST_START_S):
        while not schemas:
            await asyncio.sleep(LOOK_EVERY_S)
            with suppress(OSError, asyncpg.PostgresError):  # no server yet, or no database in it
                async with ledger_of(stack.home) as ledger:
                    schemas = await ledger.first_schemas()
    return schemas


async def kill_during_migrations(stack: Stack) -> int:
    """Begin a start on an empty server, kill it between schemas; return how many there were."""
    schemas = await begin_and_wait_for_schemas(stack)
    await asyncio.to_thread(stack.kill)
    return schemas


@asynccontextmanager
async def ordeal(
    stack: Stack, *, customers: int, messages_per_s: float, seed: int, chat_url: str | None = None
) -> AsyncIterator[Ordeal]:
    """Have customers, who come by `chat_url`, and all demo agents at work on a running product."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=WAIT_S) as http:
        site_key = (await http.get("/demo/api/site")).raise_for_status().json()["site_key"]
    shop_id = encode(IdKind.SHOP, SHOP_ID)
    agents = tuple(BusyAgent(stack.url, shop_id, one.email, PASSWORD) for one in AGENTS)
    async with (
        chat_load(
            chat_url or stack.socket_url,
            site_key,
            customers=customers,
            messages_per_s=messages_per_s,
            seed=seed,
        ) as load,
        asyncio.TaskGroup() as group,
    ):
        tasks = [group.create_task(agent.run()) for agent in agents]
        try:
            yield Ordeal(stack, load, agents, load.dice)
        finally:
            for task in tasks:
                task.cancel()
