"""Who is asked, when, and what it costs those who wait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.router.domain.effects import OfferNews
from services.router.domain.model import OfferEnd
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.vocabulary import (
    AgentStatus,
    ConversationStatus,
    EventType,
    Exclusion,
)
from tests.support.routing import PLAIN, Desk, agent_id, an_agent


def team(size: int, **figures: object) -> list[object]:
    return [an_agent(number, **figures) for number in range(size)]


class TestAtOnce:
    def test_a_conversation_is_offered_in_the_instant_it_starts(self) -> None:
        desk = Desk(an_agent(1))
        effects = desk.customer_writes(1)
        assert desk.asked(1) == [1]
        assert [told.type for told in effects.conversations_told] == [
            EventType.CONVERSATION_QUEUED,
            EventType.CONVERSATION_OFFERED,
        ]
        assert [told.conversation.version for told in effects.conversations_told] == [1, 2]
        assert [told.news for told in effects.offers_told] == [OfferNews.CREATED]

    def test_ten_conversations_at_once_with_ten_idle_agents_are_offered_in_that_instant(
        self,
    ) -> None:
        """LESSONS 2 (Rocket.Chat queue worker, libredesk, Live Helper Chat): no poll anywhere."""
        desk = Desk(*[an_agent(number) for number in range(10)])
        for number in range(10):
            desk.customer_writes(number)
        assert sorted(desk.asked(number)[0] for number in range(10)) == list(range(10))
        assert {desk.offer_of(number).created_at for number in range(10)} == {desk.now}

    def test_a_freed_slot_goes_to_the_longest_savable_in_the_same_instant(self) -> None:
        """LESSONS 1 (chatwoot #10583, #10376, #10685, #13050)."""
        desk = Desk(an_agent(1, capacity=1)).assigned(1)
        for number in (2, 3, 4):
            desk.wait(100)
            desk.customer_writes(number)
        effects = desk.closes(1, 1)
        assert desk.asked(2) == [1]
        assert desk.asked(3) == desk.asked(4) == []
        assert desk.offer_of(2).created_at == desk.now
        assert effects.decisions[-1].trigger is DecisionTrigger.SLOT_FREED

    def test_an_agent_who_comes_online_drains_the_line(self) -> None:
        """LESSONS 1."""
        desk = Desk(an_agent(1, nodes=(), capacity=2))
        for number in (1, 2, 3):
            desk.customer_writes(number)
            desk.wait(10)
        effects = desk.connects(1)
        assert [desk.asked(number) for number in (1, 2, 3)] == [[1], [1], []]
        assert {one.trigger for one in effects.decisions} == {DecisionTrigger.AGENT_AVAILABLE}

    def test_an_agent_who_becomes_available_drains_the_line(self) -> None:
        desk = Desk(an_agent(1, status=AgentStatus.AWAY))
        desk.customer_writes(1)
        assert desk.conversation(1).status is ConversationStatus.QUEUED
        desk.says(1, AgentStatus.AVAILABLE)
        assert desk.asked(1) == [1]

    def test_late_conversations_give_way_to_those_still_savable(self) -> None:
        desk = Desk(an_agent(1, nodes=(), capacity=1))
        desk.customer_writes(1)
        desk.wait(10_000)
        desk.customer_writes(2)
        desk.connects(1)
        assert desk.asked(2) == [1]


class TestWho:
    def test_the_least_loaded_is_asked_then_the_longest_idle(self) -> None:
        """LESSONS 5 (chatwoot #11034, #1198): balanced, not filled up one by one."""
        at_once = replace(PLAIN, kept_free_permille=0)
        team = (an_agent(1, idle_since=2), an_agent(2, idle_since=1), an_agent(3, idle_since=3))
        desk = Desk(*team, policy=at_once)
        for number in range(6):
            desk.customer_writes(number)
        assert [desk.asked(number) for number in range(6)] == [[2], [1], [3], [2], [1], [3]]

    @pytest.mark.parametrize(
        ("figures", "reason"),
        [
            ({"nodes": ()}, Exclusion.DISCONNECTED),
            ({"status": AgentStatus.AWAY}, Exclusion.NOT_AVAILABLE),
            ({"status": AgentStatus.DRAINING}, Exclusion.NOT_AVAILABLE),
            ({"status": AgentStatus.OFFLINE, "nodes": ()}, Exclusion.DISCONNECTED),
            ({"capacity": 0}, Exclusion.AT_CAPACITY),
        ],
    )
    def test_who_cannot_answer_is_not_asked_and_the_reason_is_recorded(
        self, figures: dict[str, object], reason: Exclusion
    ) -> None:
        """LESSONS 8 (libredesk: offline agents in the pool; #634)."""
        desk = Desk(an_agent(1, **figures))
        (decision,) = desk.customer_writes(1).decisions
        assert desk.asked(1) == []
        assert decision.candidates == ()
        assert decision.excluded == ((reason, 1),)
        assert decision.trigger is DecisionTrigger.CONVERSATION_STARTED

    def test_a_decision_names_the_five_best_and_the_one_it_chose(self) -> None:
        desk = Desk(*[an_agent(number, idle_since=number) for number in range(8)])
        (decision,) = desk.customer_writes(1).decisions
        assert [one.agent_id for one in decision.candidates] == [agent_id(n) for n in range(5)]
        assert [one.chosen for one in decision.candidates] == [True, False, False, False, False]
        assert decision.policy == "likeliest_in_time/7"

    def test_a_decision_counts_who_waits_ahead(self) -> None:
        desk = Desk()
        ahead = [desk.customer_writes(number).decisions[0].waiting_ahead for number in range(3)]
        assert ahead == [0, 1, 2]

    def test_a_heavier_conversation_needs_room_for_its_whole_weight(self) -> None:
        """LESSONS 5: limits are in weights."""
        desk = Desk(an_agent(1, nodes=(), capacity=3), an_agent(2, nodes=(), capacity=4))
        desk.customer_writes(1)
        heavy = replace(desk.conversation(1), weight=4)
        desk.tables.conversations[heavy.id] = heavy
        desk.engine = desk.rebuild()
        desk.connects(1)
        assert desk.asked(1) == []
        desk.connects(2)
        assert desk.asked(1) == [2]
        assert desk.agent(2).load == 4

    def test_an_agent_is_shown_three_offers_at_most(self) -> None:
        desk = Desk(an_agent(1, capacity=9))
        for number in range(4):
            desk.customer_writes(number)
        assert [desk.asked(number) for number in range(4)] == [[1], [1], [1], []]
        desk.accepts(desk.offer_of(0))
        assert desk.asked(3) == [1]


class TestWidening:
    def test_a_silent_agent_gets_company_within_the_ten_seconds_and_keeps_the_offer(self) -> None:
        """LESSONS 4 (Rocket.Chat #12579; Live Helper Chat #1073, #1036, #628)."""
        desk = Desk(*[an_agent(number, idle_since=number) for number in range(5)])
        desk.customer_writes(1)
        desk.wait(100)
        desk.sees(desk.offers_of(1)[0])
        desk.wait(2_399)
        assert desk.asked(1) == [0]
        desk.wait(1)
        assert desk.asked(1) == [0, 1]
        desk.sees(desk.offers_of(1)[1])
        desk.wait(2_400)
        assert desk.asked(1) == [0, 1]
        desk.wait(20_000)
        assert desk.asked(1) == [0, 1, 2, 3, 4]  # after five seconds everyone is asked

    def test_at_most_three_are_asked_at_once_before_everyone_is(self) -> None:
        team = [an_agent(number, idle_since=number) for number in range(5)]
        desk = Desk(*team, policy=replace(PLAIN, everyone_after_ms=60_000))
        desk.customer_writes(1)
        desk.wait(25_000)
        assert desk.asked(1) == [0, 1, 2]

    def test_an_offer_that_no_console_shows_gets_company_sooner(self) -> None:
        """LESSONS 13 (Rocket.Chat #36023): who can send and cannot receive names no offer."""
        desk = Desk(*[an_agent(number, idle_since=number) for number in range(3)])
        desk.customer_writes(1)
        desk.wait(1_499)
        assert desk.asked(1) == [0]
        desk.wait(1)
        assert desk.asked(1) == [0, 1]
        desk.sees(desk.offers_of(1)[0])  # too late to take the second one's place
        desk.wait(1_499)
        assert desk.asked(1) == [0, 1]
        desk.wait(1)
        assert desk.asked(1) == [0, 1, 2]

    def test_a_first_offer_seen_late_leaves_the_newest_ones_time_alone(self) -> None:
        desk = Desk(*[an_agent(number, idle_since=number) for number in range(3)])
        desk.customer_writes(1)
        desk.wait(1_500)
        desk.sees(desk.offers_of(1)[1])
        desk.sees(desk.offers_of(1)[0])
        desk.wait(2_499)
        assert desk.asked(1) == [0, 1]
        desk.wait(1)
        assert desk.asked(1) == [0, 1, 2]

    def test_the_second_agent_is_asked_as_soon_as_one_is_free(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, nodes=()))
        desk.customer_writes(1)
        desk.wait(4_000)
        effects = desk.connects(2)
        assert desk.asked(1) == [1, 2]
        assert effects.decisions[-1].trigger is DecisionTrigger.OFFER_UNANSWERED

    def test_another_takes_the_place_of_one_who_declined_at_once(self) -> None:
        desk = Desk(*[an_agent(number, idle_since=number) for number in range(3)])
        desk.customer_writes(1)
        desk.wait(2_500)
        effects = desk.declines(desk.offers_of(1)[0])
        assert desk.asked(1) == [1, 2]
        assert effects.conversations_told == ()
        assert effects.decisions[-1].excluded == (
            (Exclusion.DECLINED_BEFORE, 1),
            (Exclusion.ALREADY_OFFERED, 1),
        )

    def test_an_extra_offer_gives_way_to_a_conversation_that_has_none(self) -> None:
        desk = Desk(an_agent(1, capacity=1, idle_since=1), an_agent(2, capacity=1, idle_since=2))
        desk.customer_writes(1)
        desk.wait(2_500)
        extra = desk.offers_of(1)[1]
        effects = desk.customer_writes(2)
        assert desk.asked(1) == [1]
        assert desk.asked(2) == [2]
        assert desk.tables.offers[extra.id].end_cause is OfferEnd.DISPLACED
        assert [told.news for told in effects.offers_told] == [OfferNews.ENDED, OfferNews.CREATED]

    def test_a_first_offer_never_gives_way(self) -> None:
        desk = Desk(an_agent(1, capacity=1))
        desk.customer_writes(1)
        desk.customer_writes(2)
        assert desk.asked(1) == [1]
        assert desk.conversation(2).status is ConversationStatus.QUEUED

    def test_an_extra_offer_stays_with_an_agent_who_passed_the_other_conversation(self) -> None:
        desk = Desk(an_agent(1, capacity=1), an_agent(2, capacity=1, nodes=()))
        desk.customer_writes(1)
        desk.declines(desk.offer_of(1))
        desk.customer_writes(2)  # asks agent 1, who is free again
        desk.connects(2)
        assert desk.asked(1) == [2]
        desk.declines(desk.offer_of(1))
        desk.wait(2_500)
        assert desk.asked(2) == [1, 2]
        assert desk.conversation(1).status is ConversationStatus.QUEUED


class TestDeclining:
    def test_declined_by_one_is_offered_to_the_next_in_the_same_instant(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, idle_since=1))
        desk.customer_writes(1)
        effects = desk.declines(desk.offer_of(1))
        assert desk.asked(1) == [2]
        assert effects.decisions[0].trigger is DecisionTrigger.OFFER_DECLINED
        assert effects.conversations_told == ()  # it never was without an offer

    def test_declined_by_all_waits_a_moment_is_offered_again_and_keeps_its_age(self) -> None:
        """LESSONS 10 (Salesforce ended it)."""
        desk = Desk(an_agent(1), an_agent(2, idle_since=1))
        desk.customer_writes(1)
        before = desk.conversation(1)
        desk.declines(desk.offer_of(1))
        desk.wait(1_000)
        desk.declines(desk.offer_of(1))
        assert desk.conversation(1).status is ConversationStatus.QUEUED
        desk.wait(3_999)
        assert desk.asked(1) == []
        desk.wait(1)
        assert desk.asked(1) == [1]
        assert desk.conversation(1).respond_by == before.respond_by

    def test_a_decliner_is_not_asked_again_while_another_can_be(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, nodes=()))
        desk.customer_writes(1)
        desk.declines(desk.offer_of(1))
        desk.wait(3_000)
        desk.connects(2)
        assert desk.asked(1) == [2]

    def test_the_next_in_line_is_not_held_up_by_one_that_everybody_passed(self) -> None:
        desk = Desk(an_agent(1, capacity=1))
        desk.customer_writes(1)
        desk.customer_writes(2)
        desk.declines(desk.offer_of(1))
        assert desk.asked(2) == [1]
        assert desk.conversation(1).status is ConversationStatus.QUEUED
