"""Many customers who write at a steady pace and send again whatever nobody acknowledged."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.support.chat_client import ChatClient
from tests.support.journal import JournalledClient
from tests.support.unique_words import a_word

TICK_S = 0.02
REPEAT_EVERY = 10
"""Every tenth message is followed by one sent before, acknowledged or not."""
WAITING_MAX = 40
"""Messages a customer leaves unacknowledged before waiting: the gateway takes 100 at a time."""
IMPATIENT_S = 1.0
"""What is unacknowledged for longer is sent again on the same connection."""
REPEATED_AT_ONCE = 20
WELCOME_TIMEOUT_S = 30.0


@dataclass
class ChatLoad:
    """Customers, their pace, and what came of it."""

    customers: tuple[JournalledClient, ...]
    messages_per_s: float
    dice: random.Random
    writing: bool = True
    repeats: int = 0
    served_s: float = 0.0
    sent_while_served: int = 0
    _unacknowledged: dict[int, set[str]] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        return sum(len(customer.sent) for customer in self.customers)

    @property
    def acknowledged(self) -> int:
        return sum(len(customer.acks) for customer in self.customers)

    @property
    def refusals(self) -> Counter[str]:
        """Return how often each code was said, in an error or in a last word."""
        said = (frame for one in self.customers for frame in (*one.refusals, *one.byes))
        return Counter(frame["code"] for frame in said)

    def unacknowledged(self) -> dict[str, str]:
        """Return the texts without an acknowledgement by their client_ids."""
        waiting: dict[str, str] = {}
        for customer in self.customers:
            waiting |= {one: customer.sent[one] for one in customer.unacknowledged}
        return waiting

    async def write(self) -> None:
        """Write at the given pace until cancelled or told to stop."""
        loop = asyncio.get_running_loop()
        started = ticked = loop.time()
        written = 0
        while self.writing:
            await asyncio.sleep(TICK_S)
            before, now = self.sent, loop.time()
            due = int((now - started) * self.messages_per_s)
            for number in range(written, due):
                await self._write_one(number)
            written = due
            if all(customer.connected for customer in self.customers):
                self.served_s += now - ticked
                self.sent_while_served += self.sent - before
            ticked = now

    async def insist(self) -> None:
        """Send again, each second, what stayed unacknowledged for a second; until cancelled."""
        while True:
            await asyncio.sleep(IMPATIENT_S)
            for place, customer in enumerate(self.customers):
                now = customer.unacknowledged
                overdue = now & self._unacknowledged.get(place, set())
                for client_id in sorted(overdue)[:REPEATED_AT_ONCE]:
                    await customer.post(customer.sent[client_id], client_id)
                self._unacknowledged[place] = now

    async def finish(self, timeout_s: float) -> None:
        """Stop writing and wait until everything is acknowledged."""
        self.writing = False
        async with asyncio.timeout(timeout_s):
            while self.unacknowledged():  # noqa: ASYNC110  fifty customers to ask
                await asyncio.sleep(TICK_S)

    async def _write_one(self, number: int) -> None:
        customer = self.customers[number % len(self.customers)]
        if len(customer.unacknowledged) >= WAITING_MAX:
            return
        await customer.post(f"Where is parcel {a_word()}?")
        if self.dice.randrange(REPEAT_EVERY) == 0:
            client_id, text = self.dice.choice(list(customer.sent.items()))
            await customer.post(text, client_id)
            self.repeats += 1


@asynccontextmanager
async def chat_load(
    url: str, site_key: str, *, customers: int, messages_per_s: float, seed: int
) -> AsyncIterator[ChatLoad]:
    """Have customers write while the block runs, over however many connections it takes."""
    clients = tuple(JournalledClient(url, site_key) for _ in range(customers))
    load = ChatLoad(clients, messages_per_s, random.Random(seed))  # noqa: S311
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(client.run()) for client in clients]
        for client in clients:
            await _welcome(client)
        tasks += [group.create_task(load.write()), group.create_task(load.insist())]
        try:
            yield load
        finally:
            for task in tasks:
                task.cancel()


async def _welcome(client: ChatClient) -> None:
    await client.until(lambda: client.connected, WELCOME_TIMEOUT_S)
