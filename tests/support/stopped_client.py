"""A customer in a process of its own, which a test can stop and wake as a phone in a pocket is.

Run as `python -m tests.support.stopped_client URL SITE_KEY`. It says its first words, prints a line
of JSON, writes on and on until its standard input closes, having said how many answers there were,
and prints what it knows once it has heard them all, or should have.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from subprocess import PIPE, Popen
from typing import Any

from tests.support.journal import JournalledClient
from tests.support.unique_words import a_word

WRITE_EVERY_S = 0.1
ANSWERED_WITHIN_S = 30.0
SETTLE_S = 1.0


async def main(url: str, site_key: str) -> None:
    """Write until told to stop, then tell."""
    client = JournalledClient(url, site_key)
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(client.run())
        await client.until(lambda: client.connected, ANSWERED_WITHIN_S)
        first = await client.say(f"Is anybody there? {a_word()}")
        print(json.dumps(first), flush=True)  # noqa: T201  for the test
        writing = group.create_task(write(client, stopping))
        answers = int(await asyncio.to_thread(sys.stdin.read))
        stopping.set()
        await writing
        await client.until(lambda: not client.unacknowledged, ANSWERED_WITHIN_S)
        with suppress(TimeoutError):  # the test says what is missing
            await client.until(lambda: heard(client) >= answers, ANSWERED_WITHIN_S)
        await asyncio.sleep(SETTLE_S)  # for what comes twice
        running.cancel()
    print(json.dumps(told(client)))  # noqa: T201  likewise


async def write(client: JournalledClient, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        await client.post(f"Still there? {a_word()}")
        await asyncio.sleep(WRITE_EVERY_S)


def heard(client: JournalledClient) -> int:
    """Return how many answers of agents have come."""
    return sum(item["author"]["kind"] == "agent" for item in client.items.values())


def told(client: JournalledClient) -> dict[str, Any]:
    """Return what the test compares with what stands in the table."""
    account = client.account()
    return {
        "sent": client.sent,
        "acks": client.acks,
        "seqs": client.seqs(str(client.conversation_id)),
        "heard": heard(client),
        "told_twice": len(account.doubled) + len(client.doubles),
        "inversions": len(account.inversions),
        "connections": client.connections,
        "refusals": [frame["code"] for frame in client.refusals],
        "byes": [frame["code"] for frame in client.byes],
    }


@dataclass(frozen=True)
class ClientProcess:
    """The process and the acknowledgement of its first words."""

    process: Popen[str]
    first: dict[str, Any]

    def finish(self, answers: int) -> dict[str, Any]:
        """Have it stop writing, hear so many answers, and return what it tells."""
        out, _ = self.process.communicate(str(answers), timeout=3 * ANSWERED_WITHIN_S)
        end: dict[str, Any] = json.loads(out.splitlines()[-1])
        return end


@contextmanager
def client_process(url: str, site_key: str) -> Iterator[ClientProcess]:
    """Run the customer while the block runs."""
    command = [sys.executable, "-m", "tests.support.stopped_client", url, site_key]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:  # noqa: S603  our own
        assert process.stdout is not None
        try:
            yield ClientProcess(process, json.loads(process.stdout.readline()))
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
