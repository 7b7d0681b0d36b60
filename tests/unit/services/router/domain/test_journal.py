"""A decision is made again as it was, with all who were weighed, for as long as that is kept."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from services.router.domain.commands import ItemTold, MessageArrived, Tick
from services.router.domain.effects import DecisionRecord
from services.router.domain.journal import (
    KEPT_MS,
    STRETCHES,
    Admitted,
    Journal,
    Recalled,
    Told,
    make_again,
)
from services.router.domain.state import CANDIDATES_TOLD
from shared.kernel.vocabulary import AgentStatus, Channel
from tests.support.routing import (
    A_STRETCH,
    Desk,
    a_message,
    agent_id,
    an_agent,
    conversation_id,
)

AGENTS = 16


def a_desk() -> Desk:
    team = [an_agent(n, languages=("pt",) if n % 4 == 0 else (), turn=n) for n in range(AGENTS)]
    return Desk(*team)


def again(desk: Desk, told: DecisionRecord) -> DecisionRecord:
    recalled = desk.journal.recall(told.id)
    assert recalled is not None
    return make_again(recalled)


def something_happens(desk: Desk, rng: random.Random) -> None:
    """Anything that changes who is the best to ask."""
    number, agent = rng.randrange(30), rng.randrange(AGENTS)
    match rng.randrange(9):
        case 0 | 1 | 2:
            channel = rng.choice([Channel.CHAT, Channel.EMAIL])
            desk.customer_writes(number, locale=rng.choice([None, "pt-PT"]), channel=channel)
        case 3 | 4:
            for offer in desk.offers_of(number):
                rng.choice([desk.accepts, desk.declines, desk.sees])(offer)
        case 5:
            if conversation_id(number) in desk.tables.conversations:
                desk.agent_writes(number)
                desk.closes(number, None)
        case 6:
            desk.says(agent, rng.choice(list(AgentStatus)))
        case 7:
            desk.changes(agent, capacity=rng.randrange(1, 5))
        case _:
            desk.wait(rng.randrange(4_000))


@pytest.mark.parametrize("seed", range(6))
def test_every_decision_of_any_day_is_made_again_as_it_was_told(seed: int) -> None:
    """What was told are the first five of what is made again."""
    desk, rng = a_desk(), random.Random(seed)  # noqa: S311  a repeatable day
    longest = compared = 0
    for _ in range(400):
        made = len(desk.made)
        something_happens(desk, rng)
        for told in desk.made[made:][-3:]:
            full = again(desk, told)
            assert full.candidates[:CANDIDATES_TOLD] == told.candidates
            assert full == replace(told, candidates=full.candidates, excluded=full.excluded)
            longest, compared = max(longest, len(full.candidates)), compared + 1
    assert compared > 100
    assert longest > CANDIDATES_TOLD


def test_all_who_could_be_asked_are_in_it_the_best_first() -> None:
    desk = a_desk()
    desk.customer_writes(1)
    (told,) = desk.last.decisions
    full = again(desk, told)
    assert len(full.candidates) == AGENTS
    assert [one.chosen for one in full.candidates] == [True] + [False] * (AGENTS - 1)
    assert len(told.candidates) == CANDIDATES_TOLD


class TestReach:
    def test_it_reaches_back_over_the_kept_stretches_and_no_further(self) -> None:
        desk = a_desk()
        desk.customer_writes(1)
        (told,) = desk.last.decisions
        for _ in range(STRETCHES * A_STRETCH - 1):
            desk.do_tick()
        assert desk.journal.recall(told.id) is not None
        for _ in range(2 * A_STRETCH):
            desk.do_tick()
        assert desk.journal.recall(told.id) is None

    def test_it_reaches_back_for_an_hour_and_what_lay_within_its_stretch(self) -> None:
        desk = a_desk()
        desk.customer_writes(1)
        (told,) = desk.last.decisions
        for _ in range(A_STRETCH):
            desk.do_tick()
        desk.now += KEPT_MS + 1
        assert desk.journal.recall(told.id) is not None, "nothing was told since"
        for _ in range(A_STRETCH):
            desk.do_tick()
        assert desk.journal.recall(told.id) is None

    def test_a_new_engine_knows_nothing_of_before(self) -> None:
        desk = a_desk()
        desk.customer_writes(1)
        (told,) = desk.last.decisions
        desk.restart()
        assert desk.journal.recall(told.id) is None

    def test_an_erasure_begins_it_anew(self) -> None:
        """What stood holds the names and words of customers."""
        desk = a_desk()
        desk.customer_writes(1)
        (told,) = desk.last.decisions
        desk.forgets(1)
        assert desk.journal.recall(told.id) is None
        desk.customer_writes(2)
        assert again(desk, desk.made[-1]).candidates

    def test_what_customers_write_is_not_kept_in_it(self) -> None:
        desk = a_desk()
        event = ItemTold(agent_id(77), desk.now, '{"text": "Where is my parcel?"}')
        desk.do(replace(a_message(conversation_id(1), 1, desk.now), told=event))
        recalled = desk.journal.recall(desk.made[-1].id)
        assert recalled is not None
        kept = [one.command for one in recalled.entries if isinstance(one, Told)]
        assert [one.told for one in kept if isinstance(one, MessageArrived)] == [None]


def test_what_was_looked_up_for_a_command_is_taken_in_again() -> None:
    desk = a_desk().assigned(1)
    desk.agent_writes(1)
    desk.closes(1, None)
    desk.restart()
    desk.customer_writes(1)
    told = desk.made[-1]
    recalled = desk.journal.recall(told.id)
    assert recalled is not None
    assert any(isinstance(one, Admitted) for one in recalled.entries)
    assert make_again(recalled).candidates[0].agent_id == told.candidates[0].agent_id


def test_another_decision_than_the_one_that_was_told_is_a_defect() -> None:
    desk = a_desk()
    desk.customer_writes(1)
    recalled = desk.journal.recall(desk.made[-1].id)
    assert recalled is not None
    other = replace(recalled, decision_id=agent_id(99))
    with pytest.raises(LookupError):
        make_again(other)
    with pytest.raises(LookupError):
        make_again(replace(recalled, entries=()))


def test_what_follows_a_decision_is_not_told_again() -> None:
    desk = a_desk()
    desk.customer_writes(1)
    desk.do(Tick())
    recalled = desk.journal.recall(desk.made[-1].id)
    assert isinstance(recalled, Recalled)
    assert isinstance(recalled.entries[-1], Told)
    assert recalled.entries[-1].decisions == (desk.made[-1].id,)
    assert Journal(desk.engine).recall(desk.made[-1].id) is None
