"""The same seed gives the same trace byte for byte, whatever seeds the interpreter's hashes."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from shared.kernel.vocabulary import AgentStatus
from tests.support.routing import NODE, OTHER_NODE, Desk, an_agent

CHECKOUT = Path(__file__).parents[5]
STEPS = 1_500


def trace(seed: int) -> str:
    """Digest everything a day of random events made the engine do."""
    rng = random.Random(seed)  # noqa: S311  a repeatable day, no secret
    desk = Desk(*[an_agent(number, capacity=1 + number % 4) for number in range(8)])
    digest = hashlib.sha256()
    for _ in range(STEPS):
        _something(desk, rng)
        digest.update(repr(desk.last).encode())
    return digest.hexdigest()


def _something(desk: Desk, rng: random.Random) -> None:
    number, agent = rng.randrange(40), rng.randrange(8)
    offers = desk.offers_of(number)
    match rng.randrange(8):
        case 0 | 1:
            desk.customer_writes(number)
        case 2 if offers:
            desk.accepts(rng.choice(offers))
        case 3 if offers:
            desk.declines(rng.choice(offers))
        case 4:
            desk.closes(number, None)
        case 5:
            desk.says(agent, rng.choice([AgentStatus.AVAILABLE, AgentStatus.AWAY]))
        case 6:
            move = rng.choice([desk.connects, desk.disconnects])
            move(agent, rng.choice([NODE, OTHER_NODE]))
        case _:
            desk.wait(rng.randrange(3_000))


def in_another_interpreter(hash_seed: str) -> str:
    program = (
        "from tests.unit.services.router.domain.test_engine_trace import trace; print(trace(7))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(  # noqa: S603  our own interpreter and program
        [sys.executable, "-c", program],
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.timeout(60)
def test_a_seed_is_a_trace_under_two_hash_seeds() -> None:
    assert in_another_interpreter("1") == in_another_interpreter("2")


def test_another_seed_is_another_trace() -> None:
    assert trace(1) != trace(2)
