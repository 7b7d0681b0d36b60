"""An end and a customer's message cross: gateway and router come to the same conclusion.

The rule is decision 0007: an end is one only when the router had heard every customer's message of
the conversation. Both services are real here, and hear of each other in every order.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest

from services.gateway.usecases.ports import Verdict
from shared.contracts.items import Item
from shared.kernel.vocabulary import AuthorKind, ItemKind
from tests.support.clock import VirtualClock
from tests.support.crossing import Crossing, crossing
from tests.support.postgres import TestDatabase

SEEDS = range(12)
STEPS = 60
CARRYING = 0.4
"""Share of the steps that carry an event: fewer than are made, so that many are under way."""


@pytest.fixture
async def between(database: TestDatabase, clock: VirtualClock) -> AsyncIterator[Crossing]:
    async with crossing(database, clock) as opened:
        yield opened


async def test_a_message_that_crosses_the_end_keeps_the_conversation_for_those_after_it(
    between: Crossing,
) -> None:
    """Else the customer would begin another, and the re-opened one could not be answered."""
    first = await between.customer_writes()
    await between.settle()
    await between.agent_accepts()
    await between.settle()

    await between.agent_closes(first)
    await between.customer_writes()
    while await between.to_gateway(first):
        pass
    assert await between.customer_writes() == first
    await between.settle()
    assert await between.agent_accepts()
    answer = await between.agent_answers(first)

    assert answer.verdict is Verdict.NEW
    assert [item.kind for item in await between.items(first)] == [
        ItemKind.MESSAGE,
        ItemKind.JOINED,
        ItemKind.MESSAGE,
        ItemKind.LEFT,
        ItemKind.MESSAGE,
        ItemKind.MESSAGE,
    ]


async def test_a_reopened_conversation_is_answered_before_the_gateway_hears_anything(
    between: Crossing,
) -> None:
    """An agent with a newer grant is never told that the conversation has ended."""
    first = await between.customer_writes()
    await between.to_router(first)
    await between.agent_accepts()
    await between.agent_closes(first)
    await between.customer_writes()
    await between.to_router(first)
    assert await between.agent_accepts()

    answer = await between.agent_answers(first)
    await between.settle()
    again = await between.agent_answers(first)

    assert (answer.verdict, again.verdict) == (Verdict.NEW, Verdict.NEW)
    kinds = [item.kind for item in await between.items(first)]
    assert ItemKind.ENDED not in kinds, "nobody is told of an end that was none"


async def test_an_end_that_crossed_only_an_agents_message_is_an_end(between: Crossing) -> None:
    first = await between.customer_writes()
    await between.settle()
    await between.agent_accepts()
    await between.agent_answers(first)

    await between.agent_closes(first)
    await between.settle()

    assert await between.open_at_gateway() == []
    assert not await between.live_at_router(first)
    assert await between.customer_writes() != first


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_the_order_nobody_is_left_unseen_and_nobody_is_refused(
    between: Crossing, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  repeatable on purpose
    for _ in range(STEPS):
        await _carry(between, dice) if dice.random() < CARRYING else await _act(between, dice)
        for conversation_id in await between.serves():
            answer = await between.agent_answers(conversation_id)
            assert answer.verdict is Verdict.NEW, "the router says that it is theirs"
    await between.settle()
    while await between.agent_accepts():
        await between.settle()

    served = await between.serves()
    assert served == await between.open_at_gateway(), "both services mean the same one"
    for conversation_id in between.conversations:
        items = await between.items(conversation_id)
        assert [item.seq for item in items] == list(range(1, len(items) + 1))
        assert _texts(items) == between.said[conversation_id]
        assert conversation_id in served or items[-1].kind is ItemKind.ENDED
        assert conversation_id in served or not await between.live_at_router(conversation_id)
        assert _unseen(items) == [] or conversation_id in served


async def _act(between: Crossing, dice: random.Random) -> None:
    """Have somebody do something."""
    match dice.choice(("write", "write", "accept", "close")):
        case "write":
            await between.customer_writes()
        case "accept":
            await between.agent_accepts()
        case _:
            for conversation_id in await between.serves():
                await between.agent_closes(conversation_id)


async def _carry(between: Crossing, dice: random.Random) -> None:
    """Carry one event, whichever."""
    if between.conversations:
        conversation_id = dice.choice(between.conversations)
        await dice.choice((between.to_router, between.to_gateway))(conversation_id)


def _texts(items: list[Item]) -> list[str]:
    return [item.text for item in items if item.author.kind is AuthorKind.CUSTOMER]


def _unseen(items: list[Item]) -> list[str]:
    """Return what the customer wrote after the last agent had left or the conversation ended."""
    after = 0
    for place, item in enumerate(items):
        if item.kind in {ItemKind.LEFT, ItemKind.ENDED}:
            after = place
    joined = any(item.kind is ItemKind.JOINED for item in items[after:])
    return [] if joined else _texts(items[after:])
