"""Whose turn it is among those who wait: as a look at everybody would say, and nobody starves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from services.router.domain import choice, offering
from services.router.domain.model import Agent, Conversation
from services.router.domain.policy import Policy
from services.router.domain.queues import RoutingQueue, Step
from services.router.domain.rooms import room_of
from services.router.domain.state import ShopState
from shared.kernel.vocabulary import AgentStatus, Channel, ConversationStatus
from tests.support.routing import Desk, agent_id, an_agent, conversation_id, queue_id

pytestmark = pytest.mark.timeout(120)  # whole days by seed: seconds, more on a busy machine
POLICY = Policy(
    first_offers=1,
    everyone_after_ms=600_000,
    widen_after_ms=600_000,
    unseen_after_ms=600_000,
    kept_free_permille=0,
)
"""Offers stay with one agent, so that each decision is one of the line; nobody is kept free."""
TURNS = 100
NEEDS = ((), (("a", 1),), (("a", 3),), (("b", 2),))
CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.WHATSAPP)


def queues() -> list[RoutingQueue]:
    return [
        RoutingQueue(
            queue_id(number),
            channels=(channel,),
            skills=NEEDS[number + 1],
            target_ms=8_000 + 4_000 * number,
            priority=number,
            steps=(Step(20_000, skills=()),),
        )
        for number, channel in enumerate(CHANNELS)
    ]


def a_shop(rng: random.Random, policy: Policy = POLICY) -> Desk:
    team = [
        an_agent(number, capacity=rng.randint(1, 2), skills=rng.choice([*NEEDS, NEEDS[2]]))
        for number in range(6)
    ]
    desk = Desk(*team, policy=policy)
    for queue in queues():
        desk.queue(queue)
    return desk


def in_the_policys_order(state: ShopState) -> list[Conversation]:
    """Everybody who waits, sorted anew: the savable by what is left, then the late."""
    waiting = [state.conversations[one] for one in state.line.order()]
    savable_until = state.now + state.policy.savable_ms
    return sorted(waiting, key=lambda one: (one.respond_by <= savable_until, one.line_key))


def can_be_served(state: ShopState, one: Conversation) -> bool:
    passed = state.pool.bits(*(agent for agent, _ in one.passed_by))
    return bool(state.pool.able(room_of(state, one), one.needs) & ~passed)


@contextmanager
def watched() -> Iterator[list[tuple[UUID, UUID | None]]]:
    """Note, of each conversation served from the line, who would have been by a look at all."""
    seen: list[tuple[UUID, UUID | None]] = []
    served = offering._make_offer

    def noting(state: ShopState, one: Conversation, *others: object) -> None:
        if one.status is ConversationStatus.QUEUED:
            first = next((c for c in in_the_policys_order(state) if can_be_served(state, c)), None)
            seen.append((one.id, None if first is None else first.id))
        served(state, one, *others)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offering, "_make_offer", noting)
        yield seen


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whoever_is_served_is_whom_a_look_at_everybody_would_serve(seed: int) -> None:
    """LESSONS 9 (Live Helper Chat #1260, #1337): order is the policy's, whatever happens."""
    rng = random.Random(seed)  # noqa: S311  a repeatable day
    desk = a_shop(rng, replace(POLICY, overtakes_max=10**6))
    with watched() as seen:
        for step in range(80):
            something(desk, rng, step)
    assert seen
    assert all(served == first for served, first in seen)
    waiting = in_the_policys_order(desk.engine.state)
    assert not [one for one in waiting if can_be_served(desk.engine.state, one)]


def something(desk: Desk, rng: random.Random, number: int) -> None:
    """Let anything happen that makes somebody wait, or gives an agent room."""
    match rng.randrange(8):
        case 0 | 1 | 2 | 3:
            desk.customer_writes(number, channel=rng.choice([Channel.CHAT, *CHANNELS]))
        case 4:
            offers = list(desk.engine.state.offers.values())
            if offers:
                desk.accepts(rng.choice(offers))
        case 5:
            served = list(desk.engine.state.assignments.values())
            if served:
                desk.closes(rng.choice(served).conversation_id.int - 0xC000, None)
        case 6:
            desk.says(rng.randrange(6), rng.choice([AgentStatus.AVAILABLE, AgentStatus.AWAY]))
        case _:
            desk.wait(rng.randrange(4_000))


class TestNobodyStarves:
    @pytest.mark.parametrize("most", [0, 1, 4])
    def test_the_first_of_the_late_is_overtaken_so_often_and_no_oftener(self, most: int) -> None:
        """On a day of too many somebody always waits who is not late yet."""
        policy = replace(POLICY, overtakes_max=most)
        desk = Desk(an_agent(1, capacity=1, nodes=()), policy=policy)
        desk.customer_writes(0)
        desk.wait(10_001)
        for number in range(1, 9):
            desk.customer_writes(number)
        desk.connects(1)
        order = []
        for _ in range(9):
            (offer,) = desk.engine.state.offers.values()
            order.append(offer.conversation_id.int - 0xC000)
            desk.leaves(order[-1])
        assert order.index(0) == most
        assert [one for one in order if one] == list(range(1, 9))

    @settings(max_examples=4, deadline=None)
    @given(seed=st.integers(0, 2**32))
    def test_however_many_come_everybody_is_offered_after_a_bounded_number_of_others(
        self, seed: int
    ) -> None:
        """Two customers come for each that one agent can serve, of every priority, for ever."""
        rng = random.Random(seed)  # noqa: S311  a repeatable day
        desk = Desk(an_agent(1, capacity=1), policy=POLICY)
        for queue in queues():
            desk.queue(replace(queue, skills=(), steps=()))
        served_after: dict[int, int] = {}
        for turn in range(TURNS):
            for _ in range(2):
                number = len(desk.tables.conversations)
                desk.customer_writes(number, channel=rng.choice([Channel.CHAT, *CHANNELS]))
            (offer,) = desk.engine.state.offers.values()
            served_after[offer.conversation_id.int - 0xC000] = turn
            desk.leaves(offer.conversation_id.int - 0xC000)
            desk.wait(1_000)
        # Of the late one in five is served: so many turns for each who came before it at most.
        per_turn = POLICY.overtakes_max + 1
        for number in range(TURNS // per_turn - 12):
            assert number in served_after

    def test_how_often_one_was_overtaken_is_known_to_a_rebuilt_engine(self) -> None:
        desk = Desk(an_agent(1, capacity=1, nodes=()), policy=POLICY)
        desk.customer_writes(0)
        desk.wait(10_001)
        desk.customer_writes(1)
        desk.connects(1)
        assert desk.asked(1) == [1]
        assert desk.conversation(0).overtaken == 1
        rebuilt = desk.rebuild()
        assert rebuilt.state.conversations[conversation_id(0)].overtaken == 1


class TestWhatItCosts:
    @pytest.mark.parametrize("waiting", [20, 400])
    def test_a_freed_slot_looks_at_no_more_when_more_wait(
        self, waiting: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """LESSONS 17: those whom the freed agent cannot serve are not looked at one by one."""
        desk = Desk(an_agent(1, capacity=1, skills=(("a", 1),)), an_agent(2, capacity=1))
        for queue in queues():
            desk.queue(replace(queue, steps=()))
        for number in range(waiting):
            desk.customer_writes(number, channel=rng_channel(number))
        tried: list[UUID] = []
        rank = choice.rank

        def noting(state: ShopState, one: Conversation) -> tuple[Agent, ...]:
            tried.append(one.id)
            return rank(state, one)

        monkeypatch.setattr(choice, "rank", noting)
        served = next(iter(desk.engine.state.offers.values()))
        desk.leaves(served.conversation_id.int - 0xC000)
        assert 1 <= len(tried) <= 4

    def test_an_agent_in_whom_nothing_is_better_opens_nothing(self) -> None:
        desk = Desk(an_agent(1, capacity=2))
        desk.engine.state.pool.take_fresh()
        desk.changes(1, name="Anna")
        assert desk.engine.state.pool.take_fresh() == set()
        desk.changes(1, capacity=3)
        desk.engine.state.put_agent(replace(desk.agent(1), capacity=4))
        assert desk.engine.state.pool.take_fresh() == {agent_id(1)}


def rng_channel(number: int) -> Channel:
    return (Channel.CHAT, *CHANNELS)[number % 4]


class TestQueuesThatChange:
    def test_a_wider_limit_of_a_queue_serves_those_who_wait_in_it_at_once(self) -> None:
        desk = Desk(an_agent(1, inherits_capacity=True))
        limited = RoutingQueue(queue_id(1), channels=(Channel.EMAIL,), capacity=1)
        desk.queue(limited)
        for number in (1, 2):
            desk.customer_writes(number, channel=Channel.EMAIL)
        assert desk.asked(2) == []
        desk.queue(replace(limited, capacity=2), "capacity")
        assert desk.asked(2) == [1]
