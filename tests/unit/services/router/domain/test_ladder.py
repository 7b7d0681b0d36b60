"""The ladder of offers, and what happens when it did not bring an answer in time."""

from __future__ import annotations

from services.router.domain.model import OfferEnd
from services.router.domain.policy import Policy
from services.router.usecases.views import events, sla_alarm
from shared.contracts.items import CustomerRef, IdentityKind
from shared.contracts.routing import RoutingTold
from shared.kernel.vocabulary import (
    AuthorKind,
    ConversationStatus,
    EndReason,
    EventType,
    ItemKind,
    OfferStatus,
    Visibility,
)
from tests.support.routing import Desk, agent_id, an_agent

HOLDING = "Somebody will be with you in a moment."


class TestLadder:
    def test_the_best_is_asked_then_one_more_then_everyone_free(self) -> None:
        desk = Desk(*(an_agent(n) for n in range(1, 7)))
        desk.customer_writes(1)
        desk.sees(desk.offer_of(1))
        assert desk.asked(1) == [1]
        desk.wait(2_500)
        assert desk.asked(1) == [1, 2]
        desk.wait(2_499)
        assert len(desk.asked(1)) == 3  # the second was not seen: a third after 1.5 s
        desk.wait(1)
        assert desk.asked(1) == [1, 2, 3, 4, 5, 6]

    def test_whoever_becomes_free_once_everyone_is_asked_is_asked_too(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, nodes=()))
        desk.customer_writes(1)
        desk.wait(6_000)
        desk.connects(2)
        assert desk.asked(1) == [1, 2]

    def test_two_are_asked_at_once_when_the_policy_says_so(self) -> None:
        desk = Desk(*(an_agent(n) for n in range(1, 4)), policy=Policy(first_offers=2))
        desk.customer_writes(1)
        assert desk.asked(1) == [1, 2]
        desk.wait(1_500)
        assert desk.asked(1) == [1, 2, 3]

    def test_the_second_of_two_is_asked_in_time_when_there_was_none_at_once(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, nodes=()), policy=Policy(first_offers=2))
        desk.customer_writes(1)
        desk.connects(2)
        assert desk.asked(1) == [1]
        desk.wait(1_500)
        assert desk.asked(1) == [1, 2]

    def test_the_first_accept_wins_and_all_others_are_told_in_the_same_instant(self) -> None:
        desk = Desk(*(an_agent(n) for n in range(1, 6)))
        desk.customer_writes(1)
        desk.wait(5_000)
        others = desk.offers_of(1)
        desk.accepts(others.pop(2))
        rows = [desk.tables.offers[one.id] for one in others]
        assert {(one.status, one.end_cause, one.ended_at) for one in rows} == {
            (OfferStatus.RESCINDED, OfferEnd.TAKEN, desk.now)
        }
        assert [desk.agent(n).load for n in range(1, 6)] == [0, 0, 1, 0, 0]

    def test_offers_to_everyone_give_way_to_a_conversation_that_has_none(self) -> None:
        desk = Desk(an_agent(1, capacity=1), an_agent(2, capacity=1))
        desk.customer_writes(1)
        desk.wait(5_500)
        assert desk.asked(1) == [1, 2]
        desk.customer_writes(2)
        assert (desk.asked(1), desk.asked(2)) == ([1], [2])
        desk.declines(desk.offer_of(2))
        desk.wait(2_500)
        assert desk.asked(1) == [1, 2]  # everyone is asked again, after a while

    def test_declined_by_all_it_is_offered_again_to_everyone_and_never_ended(self) -> None:
        """LESSONS 10 (Salesforce ended the conversation when everyone had declined)."""
        desk = Desk(an_agent(1), an_agent(2), an_agent(3, supervisor=True))
        desk.customer_writes(1)
        for _ in range(3):
            desk.wait(4_000)
            for offer in desk.offers_of(1):
                desk.declines(offer)
        desk.wait(6_000)
        assert desk.conversation(1).status is ConversationStatus.OFFERED
        assert len(desk.asked(1)) > 1
        assert desk.conversation(1).risk_told_at is not None


class TestAlarm:
    def test_supervisors_who_are_here_are_alarmed_before_the_target_passes(self) -> None:
        """LESSONS 21: a warning before, and the breach at the instant it happens."""
        desk = Desk(
            an_agent(1, supervisor=True, capacity=0), an_agent(2, supervisor=True, nodes=())
        )
        desk.customer_writes(1)
        desk.now += 7_000
        (alarm,) = desk.do_tick().alarms
        assert alarm.audience == (agent_id(1),)
        assert not desk.last.conversations_told
        desk.now += 3_000
        (missed,) = desk.do_tick().conversations_told
        assert (missed.type, missed.audience) == (EventType.SLA_MISSED, ())
        assert desk.conversation(1).miss_told_at == desk.now
        desk.now += 60_000
        assert not desk.do_tick().conversations_told

    def test_an_answer_in_time_stops_both(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.agent_writes(1)
        desk.wait(60_000)
        assert desk.conversation(1).risk_told_at is None
        assert desk.conversation(1).miss_told_at is None

    def test_the_silent_owner_is_told_that_the_target_passed(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.now += 10_000
        (missed,) = desk.do_tick().conversations_told
        assert missed.audience == (agent_id(1),)

    def test_a_holding_text_goes_with_the_miss_and_stops_no_clock(self) -> None:
        """LESSONS 20 (chatwoot #6418, #6548, #7679)."""
        desk = Desk(policy=Policy(holding_text=HOLDING))
        desk.customer_writes(1)
        desk.now += 10_000
        effects = desk.do_tick()
        told = RoutingTold.model_validate(
            events(agent_id(0), effects, desk.now)[0].body, strict=False
        )
        (line,) = told.lines
        assert (line.kind, line.visibility) == (ItemKind.MESSAGE, Visibility.EVERYONE)
        assert (line.author.kind, line.text) == (AuthorKind.BOT, HOLDING)
        desk.somebody_writes(1, AuthorKind.BOT)
        assert desk.conversation(1).first_response_ms is None

    def test_an_alarm_names_only_a_verified_customer(self) -> None:
        desk = Desk()
        desk.customer_writes(1)
        row = desk.conversation(1)
        assert sla_alarm(row).customer_name is None
        for verified, name in ((True, "Ben"), (False, None)):
            customer = CustomerRef(
                kind=IdentityKind.SHOP_CUSTOMER, value="c-1", name="Ben", verified=verified
            )
            assert sla_alarm(desk.with_customer(1, customer)).customer_name == name

    def test_an_admin_may_make_somebody_a_supervisor_at_once(self) -> None:
        desk = Desk(an_agent(1))
        desk.changes(1, supervisor=True)
        assert desk.engine.state.agents[agent_id(1)].supervisor


class TestAbandonment:
    def test_a_customer_who_leaves_unanswered_has_abandoned(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.leaves(1)
        assert desk.conversation(1).end_reason is EndReason.ABANDONED

    def test_a_customer_who_leaves_after_an_answer_has_left(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.agent_writes(1)
        desk.leaves(1)
        assert desk.conversation(1).end_reason is EndReason.CUSTOMER_LEFT
