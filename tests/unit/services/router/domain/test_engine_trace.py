"""The same seed gives the same trace byte for byte, whatever seeds the interpreter's hashes."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from services.router.domain.model import Agent
from services.router.domain.queues import RoutingQueue, Step
from shared.kernel.vocabulary import AgentStatus, Channel
from tests.support.routing import NODE, OTHER_NODE, Desk, an_agent, queue_id

pytestmark = pytest.mark.timeout(60)  # two interpreters: four seconds, more on a busy machine
CHECKOUT = Path(__file__).parents[5]
STEPS = 1_500
MAIL = RoutingQueue(
    queue_id(1),
    channels=(Channel.EMAIL,),
    skills=(("mail", 3),),
    priority=1,
    steps=(Step(2_000, skills=(("mail", 1),)),),
)


def trace(seed: int) -> str:
    """Digest everything a day of random events made the engine do."""
    rng = random.Random(seed)  # noqa: S311  a repeatable day, no secret
    desk = Desk(*[_a_colleague(number) for number in range(8)])
    desk.queue(MAIL)
    digest = hashlib.sha256()
    for _ in range(STEPS):
        _something(desk, rng)
        digest.update(repr(desk.last).encode())
    return digest.hexdigest()


def _a_colleague(number: int) -> Agent:
    skills = (("mail", 1 + number % 5),) if number % 2 else ()
    languages = ("en", "pt")[: number % 3]
    return an_agent(number, capacity=1 + number % 4, skills=skills, languages=languages)


def _something(desk: Desk, rng: random.Random) -> None:
    number, agent = rng.randrange(40), rng.randrange(8)
    offers = desk.offers_of(number)
    match rng.randrange(8):
        case 0 | 1:
            channel = rng.choice([Channel.CHAT, Channel.EMAIL])
            desk.customer_writes(number, channel=channel, locale=rng.choice([None, "pt-BR", "fi"]))
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
