"""A shop's own figures hold from the instant they are set, and for whoever waits."""

from __future__ import annotations

import pytest

from services.router.domain.policy import Policy
from services.router.domain.shop_policy import SETTABLE, figures_of, with_figures
from shared.contracts.decisions import DecisionTrigger
from shared.contracts.policies import PolicyFigures
from shared.kernel.vocabulary import AgentStatus, Channel, OfferStatus
from tests.support.routing import Desk, an_agent, hours_from, shape_of


class TestFigures:
    def test_each_figure_of_the_engine_may_be_set(self) -> None:
        """A figure that is new in Policy wants its line, and its bounds, in PolicyFigures."""
        assert set(PolicyFigures.model_fields) == SETTABLE

    def test_the_shipped_figures_are_within_their_bounds(self) -> None:
        shipped = Policy()
        figures = {name: getattr(shipped, name) for name in SETTABLE}
        PolicyFigures.model_validate(figures | {"weights": dict(shipped.weights)})

    def test_what_is_not_set_is_as_it_ships_and_the_queues_figures_stay(self) -> None:
        queues = Policy(first_response_target_ms=7_000, hours=hours_from("09:00"), first_offers=2)
        made = with_figures(queues, (("capacity", 6),), 3)
        assert made == Policy(
            first_response_target_ms=7_000,
            hours=hours_from("09:00"),
            capacity=6,
            own=(("capacity", 6),),
            version=3,
        )

    def test_the_figures_that_are_given_are_those_an_engine_takes(self) -> None:
        weights = {Channel.WHATSAPP: 1, Channel.EMAIL: 2}
        asked = PolicyFigures(capacity=6, weights=weights)
        figures = figures_of(asked)
        assert figures == (("capacity", 6), ("weights", tuple(sorted(weights.items()))))
        assert with_figures(Policy(), figures, 1).weights == tuple(sorted(weights.items()))

    def test_a_figure_of_another_release_is_left_out(self) -> None:
        made = with_figures(Policy(), (("capacity", 6), ("of_tomorrow", 1)), 1)
        assert made.own == (("capacity", 6),)

    def test_decisions_name_the_shops_version_behind_a_point(self) -> None:
        desk = Desk(an_agent(0))
        desk.customer_writes(0)
        (shipped,) = desk.last.decisions
        desk.sets(first_offers=2)
        desk.customer_writes(1)
        assert {one.policy for one in desk.last.decisions} == {f"{shipped.policy}.1"}


class TestSetting:
    def test_it_holds_for_who_waits_in_the_same_instant(self) -> None:
        desk = Desk(an_agent(0, inherits_capacity=True, capacity=4))
        desk.sets(capacity=0)
        desk.customer_writes(0)
        assert desk.asked(0) == []
        desk.sets(capacity=1)
        assert desk.asked(0) == [0]
        assert desk.agent(0).capacity == 1

    def test_the_same_figures_again_are_no_new_version(self) -> None:
        desk = Desk(an_agent(0))
        desk.sets(first_offers=2)
        assert desk.sets(first_offers=2).changes_nothing
        assert desk.engine.state.policy.version == 1

    def test_it_makes_due_what_is_due_by_its_figures(self) -> None:
        desk = Desk(an_agent(0), an_agent(1)).assigned(0)
        desk.disconnects(0)
        desk.wait(2_000)
        assert desk.asked(0) == []
        desk.sets(gone_grace_ms=1_000)
        assert desk.asked(0) == [1]

    def test_a_smaller_limit_withdraws_what_is_above_it(self) -> None:
        desk = Desk(an_agent(0, inherits_capacity=True))
        for number in range(2):
            desk.customer_writes(number)
        desk.sets(capacity=1)
        ended = [o for o in desk.tables.offers.values() if o.status is OfferStatus.RESCINDED]
        assert len(ended) == 1
        (decision,) = desk.last.decisions
        assert decision.trigger is DecisionTrigger.POLICY_SET

    def test_what_stands_keeps_its_instants(self) -> None:
        desk = Desk(an_agent(0))
        desk.customer_writes(0)
        before = desk.conversation(0), desk.offer_of(0)
        desk.sets(offer_ttl_ms=1_000, widen_after_ms=100, everyone_after_ms=200)
        assert (desk.conversation(0), desk.offer_of(0)) == before

    def test_it_changes_nothing_of_what_was_learnt_and_heard(self) -> None:
        desk = Desk(an_agent(0)).assigned(0)
        desk.agent_writes(0)
        desk.closes(0, 0)
        learnt = dict(desk.engine.state.predictor.team)
        desk.sets(weights=((Channel.VOICE, 2),))
        assert desk.engine.state.predictor.team == learnt
        assert not desk.customer_writes(0, version=1).heard
        assert shape_of(desk.rebuild()) == shape_of(desk.engine)


class TestSilence:
    @pytest.mark.parametrize("silence_counts_again", [False, True])
    def test_who_was_silent_takes_capacity_again_with_the_next_words(
        self, *, silence_counts_again: bool
    ) -> None:
        desk = Desk(an_agent(0, capacity=1), policy=Policy(idle_after_ms=20_000)).assigned(0)
        desk.agent_writes(0)
        desk.wait(20_000)
        assert desk.agent(0).load == 0
        desk.sets(idle_after_ms=0)
        desk.wait(60_000)
        desk.customer_writes(0)
        assert desk.agent(0).load == 1
        if silence_counts_again:
            desk.sets(idle_after_ms=20_000)
            assert desk.agent(0).load == 1, "who has just written is not silent"

    def test_silence_frees_nothing_any_more_once_it_does_not_count(self) -> None:
        desk = Desk(an_agent(0, capacity=1), policy=Policy(idle_after_ms=20_000)).assigned(0)
        desk.agent_writes(0)
        desk.sets(idle_after_ms=0)
        desk.wait(60_000)
        assert desk.agent(0).load == 1


def test_an_agent_who_was_away_stays_away() -> None:
    desk = Desk(an_agent(0))
    desk.says(0, AgentStatus.AWAY)
    desk.sets(first_offers=2)
    desk.customer_writes(0)
    assert desk.asked(0) == []
