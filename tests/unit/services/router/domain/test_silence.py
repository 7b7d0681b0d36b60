"""Agents who say nothing, or go: nobody waits for them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from services.router.domain.commands import Tick
from services.router.domain.model import OfferEnd
from services.router.domain.policy import Policy
from services.router.usecases.views import agent_state
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.vocabulary import AgentStatus, ConversationStatus, OfferStatus
from tests.support.routing import (
    OTHER_NODE,
    PLAIN,
    Desk,
    agent_id,
    an_agent,
    conversation_id,
    shape_of,
)


class TestSilence:
    def test_an_unanswered_offer_expires_and_others_are_asked(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, nodes=()))
        desk.customer_writes(1)
        offer = desk.offer_of(1)
        desk.wait(29_999)
        assert desk.tables.offers[offer.id].status is OfferStatus.PENDING
        desk.wait(1)
        assert desk.tables.offers[offer.id].status is OfferStatus.EXPIRED
        assert desk.tables.offers[offer.id].end_cause is OfferEnd.UNANSWERED
        assert desk.conversation(1).status is ConversationStatus.QUEUED
        desk.connects(2)
        assert desk.asked(1) == [2]

    def test_two_unanswered_offers_in_a_row_set_the_agent_away(self) -> None:
        """LESSONS 3 (chatwoot #7204, #4158, #9587): nothing returns to an absent agent."""
        desk = Desk(an_agent(1))
        desk.customer_writes(1)
        desk.wait(35_000)
        assert desk.asked(1) == [1]
        desk.customer_writes(2)
        desk.wait(30_000)
        assert desk.agent(1).status is AgentStatus.AWAY
        assert desk.asked(1) == desk.asked(2) == []

    def test_an_agent_set_away_can_be_told_why_until_they_say_something(self) -> None:
        desk = Desk(an_agent(1))
        for customer in (1, 2):
            desk.customer_writes(customer)
            desk.wait(35_000)
        assert desk.agent(1).status is AgentStatus.AWAY
        assert agent_state(UUID(int=1), desk.agent(1)).unanswered_offers == 2

        desk.says(1, AgentStatus.AVAILABLE)
        desk.says(1, AgentStatus.AWAY)

        assert agent_state(UUID(int=1), desk.agent(1)).unanswered_offers == 0

    def test_an_answer_between_two_silences_starts_the_count_anew(self) -> None:
        desk = Desk(an_agent(1))
        desk.customer_writes(1)
        desk.wait(35_000)
        desk.declines(desk.offer_of(1))
        desk.wait(36_000)
        assert desk.agent(1).expiries_in_row == 1
        assert desk.agent(1).status is AgentStatus.AVAILABLE

    def test_an_offer_nobody_has_seen_is_published_again_after_a_second(self) -> None:
        desk = Desk(an_agent(1))
        desk.customer_writes(1)
        desk.wait(999)
        assert desk.offer_of(1).reminded_at is None
        effects = desk.wait(1)
        assert desk.offer_of(1).reminded_at == desk.now
        assert effects.changes_nothing  # the timer's own tick did it

    def test_an_offer_seen_in_time_is_not_published_again(self) -> None:
        desk = Desk(an_agent(1))
        desk.customer_writes(1)
        desk.sees(desk.offer_of(1))
        seen_at = desk.now
        desk.wait(2_000)
        desk.sees(desk.offer_of(1))
        assert desk.offer_of(1).reminded_at is None
        assert desk.offer_of(1).seen_at == seen_at


class TestLeaving:
    def test_an_agent_who_disconnects_loses_pending_offers_at_once(self) -> None:
        """LESSONS 3 (Rocket.Chat #10172)."""
        desk = Desk(an_agent(1), an_agent(2, idle_since=1))
        desk.customer_writes(1)
        offer = desk.offer_of(1)
        effects = desk.disconnects(1)
        assert desk.asked(1) == [2]
        assert desk.tables.offers[offer.id].end_cause is OfferEnd.AGENT_GONE
        assert effects.decisions[0].trigger is DecisionTrigger.AGENT_GONE

    def test_an_agent_with_another_stream_elsewhere_is_still_here(self) -> None:
        desk = Desk(an_agent(1))
        desk.connects(1, OTHER_NODE)
        desk.customer_writes(1)
        desk.disconnects(1)
        assert desk.asked(1) == [1]
        desk.disconnects(1, OTHER_NODE)
        assert desk.asked(1) == []

    @pytest.mark.parametrize(
        "status", [AgentStatus.AWAY, AgentStatus.DRAINING, AgentStatus.OFFLINE]
    )
    def test_an_agent_who_is_not_available_keeps_what_is_assigned_only(
        self, status: AgentStatus
    ) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.customer_writes(2)
        desk.says(1, status)
        assert desk.conversation(1).agent_id == agent_id(1)
        assert desk.conversation(2).status is ConversationStatus.QUEUED
        assert desk.agent(1).load == 1

    def test_other_policies_are_other_figures(self) -> None:
        desk = Desk(an_agent(1), an_agent(2), policy=Policy(widen_after_ms=10))
        desk.customer_writes(1)
        desk.wait(10)
        assert len(desk.asked(1)) == 2
        assert desk.conversation(1).id == conversation_id(1)


def test_a_process_that_slept_past_it_all_still_asks_others_beside_a_silent_owner() -> None:
    """The risk and the rescue were both due: the one told must not put the other off."""
    policy = Policy(first_response_target_ms=5_000)
    desk = Desk(an_agent(1), an_agent(2, nodes=()), policy=policy).assigned(1)
    desk.now += 20_000
    desk.do_tick()
    desk.connects(2)
    assert desk.asked(1) == [2]


def test_a_rebuilt_engine_asks_anew_beside_a_silent_owner_when_the_live_one_does() -> None:
    """Whoever passed is asked again once one more is wanted, and no timer rings before."""
    team = (an_agent(n) for n in (1, 2, 3))
    desk = Desk(*team, policy=replace(PLAIN, max_live_offers=1)).assigned(1)
    desk.wait(8_000)
    desk.declines(desk.offer_of(1))
    assert desk.asked(1) == [3]
    rebuilt = desk.rebuild()
    assert rebuilt.apply(Tick(), desk.now).changes_nothing
    assert shape_of(rebuilt) == shape_of(desk.engine)
    desk.declines(desk.offer_of(1))
    assert desk.asked(1) == []
    desk.restart()
    desk.wait(5_000)
    assert desk.asked(1) == [2]


class TestStalling:
    FIGURES = replace(PLAIN, stalled_after_ms=8_000)

    def a_full_shop(self) -> Desk:
        """One is asked and silent, the other has no room, and one waits."""
        desk = Desk(an_agent(1, capacity=1), an_agent(2, nodes=()), policy=self.FIGURES)
        desk.customer_writes(1)
        desk.connects(2)
        desk.changes(2, capacity=0)
        desk.customer_writes(2)
        return desk

    def test_who_is_silent_while_others_wait_is_away_at_once(self) -> None:
        desk = self.a_full_shop()
        desk.wait(7_999)
        assert desk.asked(1) == [1]
        assert desk.asked(2) == []
        desk.wait(1)
        assert desk.agent(1).status is AgentStatus.AWAY
        assert desk.agent(1).expiries_in_row == 1
        desk.changes(2, capacity=2)
        assert (desk.asked(1), desk.asked(2)) == ([2], [2])

    def test_a_customer_whom_nobody_else_can_be_asked_about_waits_for_no_silent_agent(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, capacity=0), policy=self.FIGURES)
        desk.customer_writes(1)
        desk.wait(7_999)
        assert desk.asked(1) == [1]
        desk.wait(1)
        assert desk.asked(1) == []

    def test_while_enough_are_asked_and_nobody_waits_there_is_no_hurry(self) -> None:
        figures = replace(self.FIGURES, everyone_after_ms=60_000)
        desk = Desk(*(an_agent(n) for n in range(1, 5)), policy=figures)
        desk.customer_writes(1)
        desk.wait(29_999)
        assert 1 in desk.asked(1)

    def test_where_nobody_else_is_here_there_is_nobody_to_be_relieved_by(self) -> None:
        desk = Desk(an_agent(1, capacity=1), policy=self.FIGURES)
        for customer in (1, 2):
            desk.customer_writes(customer)
        desk.wait(29_999)
        assert desk.asked(1) == [1]

    def test_who_did_something_else_meanwhile_is_not_silent(self) -> None:
        desk = Desk(an_agent(1, capacity=2), an_agent(2, capacity=0), policy=self.FIGURES)
        for customer in (1, 2, 3):
            desk.customer_writes(customer)
        desk.wait(5_000)
        desk.accepts(desk.offer_of(1))
        desk.agent_writes(1)
        desk.wait(7_999)
        assert desk.asked(2) == [1]
        desk.wait(1)
        assert desk.asked(2) == []

    def test_others_who_come_to_wait_later_find_the_silent_out_at_once(self) -> None:
        desk = Desk(an_agent(1, capacity=1), an_agent(2, capacity=0), policy=self.FIGURES)
        desk.customer_writes(1)
        desk.wait(9_000)
        desk.customer_writes(2)
        assert desk.agent(1).status is AgentStatus.AWAY

    def test_who_writes_to_another_customer_is_not_silent(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, nodes=()), policy=self.FIGURES).assigned(1)
        desk.customer_writes(2)
        desk.connects(2)
        desk.changes(2, capacity=0)
        desk.wait(9_000)
        assert desk.asked(2) == [1]
        desk.agent_writes(1)
        desk.wait(7_999)
        assert desk.asked(2) == [1]
        desk.wait(1)
        assert desk.asked(2) == []
