"""Who answers in time is learnt from what happened to each offer."""

from __future__ import annotations

import random
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from services.router.domain import learning
from services.router.domain.paces import EDGES, LONGEST_MS
from services.router.domain.prediction import Outcome, Predictor
from shared.kernel.vocabulary import Channel
from tests.support.routing import PLAIN, Desk, an_agent, shape_of

QUICK, SLOW, NEW = UUID(int=1), UUID(int=2), UUID(int=3)
TARGET = 10_000


def an_outcome(agent: UUID, open_ms: int, *, answered: bool = True, load: int = 0) -> Outcome:
    return Outcome(agent, Channel.CHAT, load, open_ms, answered=answered)


def taught(*outcomes: Outcome, times: int = 1) -> Predictor:
    predictor = Predictor()
    for outcome in outcomes * times:
        predictor.learn(outcome)
    return predictor


def chance_of(predictor: Predictor, agent: UUID, within: int = TARGET, load: int = 0) -> float:
    return predictor.chance(agent, load, Channel.CHAT, within)


class TestBeforeAnything:
    def test_eight_of_ten_are_thought_to_answer_in_ten_seconds(self) -> None:
        assert chance_of(Predictor(), NEW) == pytest.approx(0.82, abs=0.02)

    def test_nobody_answers_in_no_time_and_more_time_never_lessens_the_chance(self) -> None:
        chances = [chance_of(Predictor(), NEW, within) for within in range(0, 70_000, 250)]
        assert chances[0] == 0
        assert chances == sorted(chances)

    def test_beyond_the_longest_bucket_nothing_is_gained(self) -> None:
        assert chance_of(Predictor(), NEW, LONGEST_MS) == chance_of(Predictor(), NEW, 10**9)

    def test_what_was_asked_before_changes_no_answer(self) -> None:
        asked = Predictor()
        for within in range(0, 70_000, 250):
            again = [chance_of(asked, NEW, within) for _ in range(2)]
            assert again == [chance_of(Predictor(), NEW, within)] * 2


class TestLearning:
    def test_the_quick_are_told_from_the_slow(self) -> None:
        predictor = taught(an_outcome(QUICK, 3_000), an_outcome(SLOW, 14_000), times=30)
        assert chance_of(predictor, QUICK) > 0.9
        assert chance_of(predictor, SLOW) < 0.6

    def test_a_newcomer_is_thought_of_as_the_team_is(self) -> None:
        quick = taught(an_outcome(QUICK, 3_000), times=100)
        slow = taught(an_outcome(QUICK, 14_000), times=100)
        assert chance_of(quick, NEW) > 0.95
        assert chance_of(slow, NEW) < 0.3

    def test_one_answer_moves_an_agent_little(self) -> None:
        before = taught(an_outcome(QUICK, 5_000), times=50)
        once = chance_of(before, SLOW)
        before.learn(an_outcome(SLOW, 30_000, answered=False))
        assert 0.3 < chance_of(before, SLOW) < once

    def test_what_was_long_ago_is_forgotten(self) -> None:
        """A team of two, one of whom was slow all morning and is quick now."""
        predictor = taught(an_outcome(SLOW, 14_000), an_outcome(QUICK, 4_000), times=60)
        slow = chance_of(predictor, SLOW)
        for _ in range(60):
            predictor.learn(an_outcome(SLOW, 4_000))
            predictor.learn(an_outcome(QUICK, 4_000))
        assert chance_of(predictor, SLOW) > slow + 0.3

    def test_each_load_has_its_own_pace_and_a_slow_agent_is_slow_at_a_load_not_seen(self) -> None:
        idle, busy = an_outcome(QUICK, 3_000), an_outcome(QUICK, 9_500, load=3)
        predictor = taught(idle, busy, an_outcome(SLOW, 12_000), times=50)
        assert chance_of(predictor, QUICK, 5_000) > chance_of(predictor, QUICK, 5_000, load=7)
        assert chance_of(predictor, SLOW, load=1) < chance_of(predictor, NEW, load=1)

    def test_an_offer_taken_by_another_says_only_that_it_was_open_so_long(self) -> None:
        """Ending after 2 s unanswered is what nearly everybody's offers would have done."""
        censored = taught(an_outcome(QUICK, 2_000, answered=False), times=40)
        declined = taught(an_outcome(QUICK, LONGEST_MS, answered=False), times=40)
        assert chance_of(censored, QUICK) > 0.75
        assert chance_of(declined, QUICK) < 0.2

    def test_silence_tells_of_somebody_who_is_elsewhere(self) -> None:
        predictor = taught(
            *[an_outcome(QUICK, 3_000)] * 9, an_outcome(QUICK, 60_000, answered=False), times=20
        )
        heard = predictor.chance(QUICK, 0, Channel.CHAT, TARGET)
        silent = predictor.chance(QUICK, 0, Channel.CHAT, TARGET, open_ms=12_000)
        assert heard > 0.8
        assert silent < heard / 1.5

    @given(st.lists(st.tuples(st.integers(0, 90_000), st.booleans(), st.integers(0, 5))))
    def test_rows_alone_make_the_same_predictor(self, fates: list[tuple[int, bool, int]]) -> None:
        live = Predictor()
        for open_ms, answered, load in fates:
            live.learn(an_outcome(QUICK, open_ms, answered=answered, load=load))
        rebuilt = Predictor()
        rebuilt.restore(reversed(live.team.values()), live.agents.values())
        for within in EDGES:
            chance = chance_of(rebuilt, QUICK, within)
            assert chance == chance_of(live, QUICK, within)
            assert 0 <= chance <= 1

    def test_what_was_predicted_is_what_happens(self) -> None:
        """Agents of quite different paces, learnt online: bins of predicted chance come true."""
        rng = random.Random(11)  # noqa: S311  a repeatable day
        predictor, bins = Predictor(), [[0, 0.0, 0] for _ in range(5)]
        for turn in range(6_000):
            agent = UUID(int=rng.randrange(12))
            took = round(rng.lognormvariate(0, 0.5) * 3_000 * (1 + agent.int / 4))
            chance = chance_of(predictor, agent)
            if turn > 1_000:
                bin_ = bins[min(4, int(chance * 5))]
                bin_[0] += 1
                bin_[1] += chance
                bin_[2] += took <= TARGET
            predictor.learn(an_outcome(agent, min(took, 30_000), answered=took <= 30_000))
        told = [(n, said / n, came / n) for n, said, came in bins if n > 200]
        assert len(told) >= 3
        assert all(abs(said - came) < 0.1 for _, said, came in told)


class TestInTheEngine:
    def test_the_likelier_to_be_in_time_is_asked_though_both_are_idle(self) -> None:
        desk = a_desk_that_knows_one_is_quick()
        desk.customer_writes(100)
        assert desk.asked(100) == [1]
        first, second = desk.last.decisions[0].candidates
        assert (first.chance_permille or 0) > (second.chance_permille or 0) + 100
        assert desk.offer_of(100).chance_permille == first.chance_permille

    def test_with_no_time_left_whoever_answers_soonest_is_still_the_likelier(self) -> None:
        desk = a_desk_that_knows_one_is_quick()
        for number in (0, 1):
            desk.disconnects(number)
        desk.customer_writes(100)
        desk.wait(9_000)
        late, state = desk.conversation(100), desk.engine.state
        chances = [learning.chance(state, late, an_agent(number)) for number in (1, 0)]
        assert chances[0] > chances[1] + 100

    def test_an_assignment_from_before_offers_were_timed_teaches_nothing(self) -> None:
        desk = Desk(an_agent(0)).assigned(1)
        (row,) = desk.tables.assignments.values()
        desk.tables.assignments[row.id] = replace(row, offered_at=None)
        desk.engine = desk.rebuild()
        desk.agent_writes(1)
        assert not desk.engine.state.predictor.agents

    def test_a_load_penalty_spreads_work_that_chance_alone_would_pile_up(self) -> None:
        desk = a_desk_that_knows_one_is_quick(load_penalty_permille=900)
        desk.assigned(100)
        desk.customer_writes(101)
        assert desk.asked(101) == [0]

    def test_who_was_taken_without_an_offer_teaches_nothing_and_an_ended_silence_does(self) -> None:
        desk = Desk(an_agent(0))
        desk.assigned(1)
        desk.wait(20_000)
        desk.leaves(1)
        (silent,) = desk.engine.state.predictor.agents.values()
        assert sum(silent.answered) == 0 < sum(silent.expected)
        desk.assigned(2)
        desk.agent_writes(2)
        known = desk.engine.state.predictor.agents
        desk.closes(2, 0)
        assert known == desk.engine.state.predictor.agents

    def test_a_first_message_in_a_conversation_nobody_holds_teaches_nothing(self) -> None:
        desk = Desk(an_agent(0))
        desk.customer_writes(1)
        desk.agent_writes(1)
        assert not desk.engine.state.predictor.agents

    def test_an_engine_made_from_the_rows_predicts_the_same(self) -> None:
        desk = a_desk_that_knows_one_is_quick()
        assert shape_of(desk.rebuild()) == shape_of(desk.engine)


def a_desk_that_knows_one_is_quick(*, load_penalty_permille: int = 0) -> Desk:
    """Agent 1 answers after 3 s, agent 0 after 13; each was asked while the other was away."""
    policy = replace(PLAIN, load_penalty_permille=load_penalty_permille)
    desk = Desk(an_agent(0), an_agent(1), policy=policy)
    for agent, takes in ((0, 13_000), (1, 3_000)):
        desk.disconnects(1 - agent)
        for number in range(agent * 20, agent * 20 + 20):
            desk.customer_writes(number)
            desk.accepts(desk.offer_of(number))
            desk.wait(takes)
            desk.agent_writes(number)
            desk.closes(number, agent)
        desk.connects(1 - agent)
    return desk
