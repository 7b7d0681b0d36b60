"""Accepting, answering, closing, leaving: one owner, honest clocks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.router.domain.commands import OfferAccepted, PresenceChanged, StatusSet
from services.router.domain.effects import (
    ConversationNow,
    HeardUpTo,
    Noted,
    OfferNews,
    Refused,
    Taken,
)
from services.router.domain.engine import Unknown
from services.router.domain.model import OfferEnd
from services.router.domain.state import ENDED_KEPT
from services.router.domain.transitions import CONVERSATION, IllegalTransitionError, check
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import (
    AgentStatus,
    AssignmentStatus,
    AuthorKind,
    ConversationStatus,
    EndReason,
    EventType,
    ItemKind,
    OfferStatus,
    Presence,
    Visibility,
)
from tests.support.routing import NODE, Desk, a_message, agent_id, an_agent, conversation_id


def two_asked() -> Desk:
    """Conversation 1 is offered to agents 1 and 2."""
    desk = Desk(an_agent(1), an_agent(2, idle_since=1))
    desk.customer_writes(1)
    desk.wait(2_500)
    return desk


class TestAccepting:
    def test_the_first_to_accept_has_it_and_the_others_lose_it_in_the_same_instant(self) -> None:
        """LESSONS 7 (Tiledesk: one cursor, no lock)."""
        desk = two_asked()
        first, second = desk.offers_of(1)
        effects = desk.accepts(second)
        assert isinstance(effects.answer, Taken)
        assert effects.answer.assignment.agent_id == second.agent_id
        assert desk.tables.offers[first.id].end_cause is OfferEnd.TAKEN
        assert desk.tables.offers[first.id].ended_at == desk.now
        assert [(told.news, told.offer.status) for told in effects.offers_told] == [
            (OfferNews.ENDED, OfferStatus.ACCEPTED),
            (OfferNews.ENDED, OfferStatus.RESCINDED),
        ]
        assert desk.accepts(first).answer == Refused(ErrorCode.OFFER_GONE)
        assert desk.agent(1).load == 0
        assert desk.agent(2).load == 1

    def test_the_assignment_is_told_to_its_agent_as_the_next_version(self) -> None:
        desk = two_asked()
        effects = desk.accepts(desk.offers_of(1)[0])
        (told,) = effects.conversations_told
        assert told.type is EventType.CONVERSATION_ASSIGNED
        assert told.audience == (agent_id(1),)
        assert told.conversation.version == 3
        assert told.conversation.assignment_version == 1
        assert told.conversation.agent_name == "Agent 1"

    def test_the_wait_for_an_agent_is_measured_apart(self) -> None:
        desk = two_asked()
        desk.accepts(desk.offers_of(1)[0])
        assert desk.conversation(1).queue_wait_ms == 2_500
        assert desk.conversation(1).first_response_ms is None

    def test_an_offer_is_accepted_by_its_agent_only(self) -> None:
        desk = two_asked()
        offer = desk.offers_of(1)[0]
        effects = desk.do(OfferAccepted(offer.id, agent_id(2)))
        assert effects.answer == Refused(ErrorCode.OFFER_GONE)

    def test_accepting_checks_capacity_again(self) -> None:
        desk = Desk(an_agent(1, capacity=2)).assigned(1)
        desk.customer_writes(2)
        smaller = replace(desk.agent(1), capacity=1)
        desk.tables.agents[smaller.id] = smaller
        desk.engine = desk.rebuild()
        assert desk.accepts(desk.offer_of(2)).answer == Refused(ErrorCode.AT_CAPACITY)
        desk.closes(1, 1)
        assert isinstance(desk.accepts(desk.offer_of(2)).answer, Taken)

    @pytest.mark.parametrize("act", ["sees", "declines", "accepts"])
    def test_an_offer_that_is_gone_is_refused(self, act: str) -> None:
        desk = two_asked()
        offer = desk.offers_of(1)[0]
        desk.declines(offer)
        effects = getattr(desk, act)(offer)
        assert effects.answer == Refused(ErrorCode.OFFER_GONE)
        assert effects.changes_nothing


class TestTheClock:
    def test_the_first_human_message_stops_it_at_its_own_commit(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        answer = a_message(conversation_id(1), 2, desk.now + 3_200)
        desk.wait(9_000)  # the event itself came late
        effects = desk.do(replace(answer, author=AuthorKind.AGENT))
        assert desk.conversation(1).first_response_ms == 3_200
        (told,) = effects.conversations_told
        assert told.type is EventType.CONVERSATION_RESPONDED
        assert told.audience == (agent_id(1),)

    @pytest.mark.parametrize("author", [AuthorKind.BOT, AuthorKind.SYSTEM, AuthorKind.CUSTOMER])
    def test_nobody_but_an_agent_stops_it(self, author: AuthorKind) -> None:
        """LESSONS 20 (chatwoot #6418, #6548, #7679)."""
        desk = Desk(an_agent(1)).assigned(1)
        desk.somebody_writes(1, author)
        assert desk.conversation(1).first_response_ms is None

    def test_a_note_does_not_stop_it(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.agent_writes(1, ItemKind.NOTE)
        message = a_message(conversation_id(1), 3, desk.now)
        hidden = replace(message, author=AuthorKind.AGENT, visibility=Visibility.AGENTS)
        desk.do(hidden)
        assert desk.conversation(1).first_response_ms is None

    def test_a_second_answer_changes_nothing(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.agent_writes(1)
        desk.wait(5_000)
        effects = desk.agent_writes(1)
        assert desk.conversation(1).first_response_ms == 0
        assert effects.conversations_told == ()

    def test_an_answer_while_it_waits_again_counts_and_is_told_to_nobody(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.disconnects(1)
        desk.wait(10_000)
        effects = desk.agent_writes(1)
        assert desk.conversation(1).first_response_ms == 10_000
        assert effects.conversations_told[0].audience == ()


class TestMessages:
    def test_what_comes_twice_has_one_effect(self) -> None:
        desk = Desk(an_agent(1))
        desk.customer_writes(1)
        effects = desk.customer_writes(1, version=1)
        assert effects.answer == HeardUpTo(1)
        assert effects.changes_nothing

    def test_a_gap_takes_no_effect_and_says_where_it_stands(self) -> None:
        desk = Desk(an_agent(1))
        effects = desk.customer_writes(1, version=3)
        assert effects.answer == HeardUpTo(0)
        assert effects.changes_nothing

    def test_a_conversation_starts_with_its_customers_first_message(self) -> None:
        desk = Desk(an_agent(1))
        desk.somebody_writes(1, AuthorKind.BOT)
        assert conversation_id(1) not in desk.tables.conversations
        desk.wait(4_000)
        desk.customer_writes(1)
        assert desk.conversation(1).started_at == desk.now
        assert desk.conversation(1).respond_by == desk.now + 10_000

    def test_a_message_into_an_ended_conversation_is_heard_and_restarts_no_clock(self) -> None:
        """LESSONS 20: re-opened conversations never start the human clock again."""
        desk = Desk(an_agent(1)).assigned(1)
        desk.agent_writes(1)
        desk.closes(1, 1)
        desk.wait(60_000)
        effects = desk.customer_writes(1)
        conversation = desk.conversation(1)
        assert desk.asked(1) == [1]
        assert effects.decisions[0].trigger is DecisionTrigger.CONVERSATION_REOPENED
        assert (conversation.ended_at, conversation.end_reason) == (None, None)
        assert conversation.first_response_ms == 0
        assert conversation.respond_by == desk.now + 10_000

    def test_lines_said_after_the_end_change_nothing(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.closes(1, 1)
        effects = desk.somebody_writes(1, AuthorKind.SYSTEM, ItemKind.ENDED)
        assert effects.conversations == ()
        assert desk.conversation(1).status is ConversationStatus.ENDED


class TestClosing:
    def test_closing_ends_the_conversation_and_frees_the_slot(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.wait(1_000)
        effects = desk.closes(1, 1)
        conversation = desk.conversation(1)
        assert isinstance(effects.answer, ConversationNow)
        assert conversation.status is ConversationStatus.ENDED
        assert conversation.end_reason is EndReason.CLOSED_BY_AGENT
        assert conversation.ended_at == desk.now
        assert desk.agent(1).load == 0
        (assignment,) = desk.tables.assignments.values()
        assert assignment.status is AssignmentStatus.ENDED
        assert effects.conversations_told[0].audience == (agent_id(1),)

    def test_an_end_tells_how_far_the_conversation_was_heard(self) -> None:
        """By that the gateway knows whether a message crossed it (decision 0007)."""
        desk = Desk(an_agent(1)).assigned(1)
        desk.agent_writes(1)
        (told,) = desk.closes(1, 1).conversations_told
        assert (told.type, told.heard) == (EventType.CONVERSATION_ENDED, 2)
        (reopened, *_) = desk.customer_writes(1).conversations_told
        assert (reopened.type, reopened.heard) == (EventType.CONVERSATION_QUEUED, 3)

    def test_closing_again_gives_the_same_answer(self) -> None:
        desk = Desk(an_agent(1), an_agent(2)).assigned(1)
        first = desk.closes(1, 1)
        again = desk.closes(1, 1)
        assert again.answer == first.answer
        assert again.changes_nothing
        assert desk.closes(1, 2).answer == Refused(ErrorCode.ALREADY_ENDED)

    def test_only_the_serving_agent_or_a_supervisor_closes(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, idle_since=1)).assigned(1)
        assert desk.closes(1, 2).answer == Refused(ErrorCode.NOT_ASSIGNED)
        assert desk.closes(9, 1).answer == Refused(ErrorCode.NOT_FOUND)
        assert isinstance(desk.closes(1, None).answer, ConversationNow)

    def test_a_supervisor_may_close_what_is_only_offered_or_waits(self) -> None:
        desk = Desk(an_agent(1, capacity=1))
        desk.customer_writes(1)
        desk.customer_writes(2)
        effects = desk.closes(1, None)
        assert desk.conversation(1).status is ConversationStatus.ENDED
        assert effects.offers_told[0].offer.end_cause is OfferEnd.CONVERSATION_ENDED
        assert desk.asked(2) == [1]

    def test_ended_conversations_are_remembered_for_a_while_only(self) -> None:
        desk = Desk(an_agent(1))
        for number in range(ENDED_KEPT + 1):
            desk.customer_writes(number)
            desk.closes(number, None)
        assert len(desk.engine.state.ended) == ENDED_KEPT
        assert conversation_id(0) not in desk.engine.state.heard
        assert desk.customer_writes(0, version=1).answer == HeardUpTo(1)  # looked up in the tables


class TestGone:
    def test_a_short_absence_costs_nothing(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.disconnects(1)
        desk.wait(9_999)
        desk.connects(1)
        desk.wait(60_000)
        assert desk.conversation(1).agent_id == agent_id(1)

    def test_who_is_gone_for_ten_seconds_loses_the_conversation_to_the_line(self) -> None:
        """LESSONS 3: no conversation stays with an agent who is gone."""
        desk = Desk(an_agent(1), an_agent(2, status=AgentStatus.AWAY)).assigned(1)
        first = desk.conversation(1)
        desk.disconnects(1)
        desk.wait(10_000)
        conversation = desk.conversation(1)
        assert conversation.status is ConversationStatus.QUEUED
        assert conversation.agent_id is None
        assert conversation.respond_by == first.respond_by  # unanswered: it keeps its age
        assert desk.agent(1).load == 0
        desk.says(2, AgentStatus.AVAILABLE)
        desk.accepts(desk.offer_of(1))
        assert desk.conversation(1).assignment_version == 2
        assert desk.conversation(1).queue_wait_ms == first.queue_wait_ms

    def test_an_answered_conversation_that_waits_again_has_a_new_target(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.agent_writes(1)
        desk.disconnects(1)
        desk.wait(10_000)
        assert desk.conversation(1).respond_by == desk.now + 10_000

    def test_what_ran_out_while_the_router_was_down_happens_when_it_is_back(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, nodes=())).assigned(1)
        desk.disconnects(1)
        desk.now += 60_000
        desk.engine = desk.rebuild()
        desk.connects(2)
        assert desk.asked(1) == [2]


class TestAgents:
    def test_what_is_said_twice_changes_nothing(self) -> None:
        desk = Desk(an_agent(1))
        for effects in (desk.connects(1), desk.says(1, AgentStatus.AVAILABLE)):
            assert effects.answer == Noted()
            assert effects.changes_nothing

    def test_an_unknown_agent_is_refused_and_looked_up_first(self) -> None:
        desk = Desk()
        coming = PresenceChanged(agent_id(7), NODE, Presence.CONNECTED)
        saying = StatusSet(agent_id(7), AgentStatus.AWAY)
        assert desk.engine.unknown(coming) == Unknown(agent_id=agent_id(7))
        assert desk.engine.unknown(saying) == Unknown(agent_id=agent_id(7))
        assert desk.do(coming).answer == Refused(ErrorCode.NOT_FOUND)
        assert desk.do(saying).answer == Refused(ErrorCode.NOT_FOUND)

    def test_each_visible_change_is_one_version(self) -> None:
        desk = Desk(an_agent(1))
        effects = desk.customer_writes(1)
        assert [agent.version for agent in effects.agents_told] == [2]
        assert effects.agents_told[0].load == 1


def test_a_step_the_tables_forbid_is_a_defect() -> None:
    with pytest.raises(IllegalTransitionError, match="ended -> assigned"):
        check(CONVERSATION, ConversationStatus.ENDED, ConversationStatus.ASSIGNED)
