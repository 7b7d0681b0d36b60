"""A conversation in other hands: a silent owner's, picked, taken over, passed on."""

from __future__ import annotations

import pytest

from services.router.domain.commands import ConversationTaken
from services.router.domain.effects import ConversationNow, Refused, Taken
from services.router.domain.model import OfferEnd
from services.router.domain.policy import Policy
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import (
    AgentStatus,
    AssignmentStatus,
    ConversationStatus,
    EventType,
    ItemKind,
    OfferStatus,
    Visibility,
)
from tests.support.routing import OTHER_NODE, Desk, agent_id, an_agent, conversation_id


def served_by_one(*others: int, policy: Policy | None = None) -> Desk:
    """Agent 1 has taken conversation 1 at once; the others came afterwards."""
    desk = Desk(an_agent(1), *(an_agent(n, nodes=()) for n in others), policy=policy)
    desk.assigned(1)
    for other in others:
        desk.connects(other)
    return desk


class TestRescue:
    def test_others_are_asked_beside_a_silent_owner_in_time_to_answer(self) -> None:
        """LESSONS 4 (Rocket.Chat #12579; Live Helper Chat #1073, #1036, #628)."""
        desk = served_by_one(2, 3)
        desk.wait(5_999)
        assert desk.asked(1) == []
        desk.wait(1)
        assert desk.asked(1) == [2]
        desk.wait(1_500)
        assert desk.asked(1) == [2, 3]
        assert desk.conversation(1).status is ConversationStatus.ASSIGNED
        assert desk.conversation(1).agent_id == agent_id(1)

    def test_no_more_are_asked_beside_a_silent_owner_than_about_any_other(self) -> None:
        desk = served_by_one(2, 3, 4, 5, 6)
        desk.wait(20_000)
        assert desk.asked(1) == [2, 3, 4]

    def test_an_owner_who_goes_while_as_many_as_may_be_are_asked_leaves_it_with_those(self) -> None:
        desk = served_by_one(2, 3, 4, 5, 6)
        desk.wait(10_000)
        desk.disconnects(1)
        desk.wait(10_000)
        assert desk.conversation(1).status is ConversationStatus.OFFERED
        assert desk.asked(1) == [2, 3, 4]

    def test_whoever_takes_it_late_has_time_to_write_first(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, nodes=()))
        desk.customer_writes(1)
        desk.wait(8_000)
        desk.accepts(desk.offer_of(1))
        desk.connects(2)
        desk.wait(3_999)
        assert desk.asked(1) == []
        desk.wait(1)
        assert desk.asked(1) == [2]

    def test_the_first_accept_has_it_and_the_owner_is_told_who(self) -> None:
        desk = served_by_one(2, 3)
        desk.wait(6_000)
        effects = desk.accepts(desk.offers_of(1)[0])
        assert desk.conversation(1).agent_id == agent_id(2)
        (lost,) = effects.taken_from
        assert (lost.agent_id, lost.conversation.agent_name) == (agent_id(1), "Agent 2")
        assert desk.asked(1) == []
        assert [desk.agent(n).load for n in (1, 2, 3)] == [0, 1, 0]
        owners = [a.status for a in desk.tables.assignments.values()]
        assert sorted(owners) == [AssignmentStatus.ACTIVE, AssignmentStatus.ENDED]

    def test_the_owners_first_message_ends_the_asking(self) -> None:
        desk = served_by_one(2)
        desk.wait(6_000)
        offer = desk.offer_of(1)
        desk.agent_writes(1)
        late = desk.accepts(offer)
        assert late.answer == Refused(ErrorCode.OFFER_GONE)
        assert desk.tables.offers[offer.id].end_cause is OfferEnd.TAKEN
        assert desk.conversation(1).agent_id == agent_id(1)
        desk.wait(60_000)
        assert desk.asked(1) == []

    def test_an_answer_ends_the_asking_though_one_who_was_asked_had_to_make_room(self) -> None:
        desk = served_by_one(2, 3)
        for number in (1, 2, 3):
            desk.changes(number, capacity=1)
        desk.wait(6_000)
        desk.customer_writes(2)
        assert (desk.asked(1), desk.asked(2)) == ([2], [3])
        desk.agent_writes(1)
        desk.wait(60_000)
        assert desk.asked(1) == []

    def test_who_declines_a_rescue_leaves_it_with_its_owner(self) -> None:
        desk = served_by_one(2)
        desk.wait(6_000)
        desk.declines(desk.offer_of(1))
        assert desk.conversation(1).agent_id == agent_id(1)
        desk.wait(5_000)
        assert desk.asked(1) == [2]

    def test_an_owner_who_goes_leaves_it_on_offer_to_those_who_are_asked(self) -> None:
        desk = served_by_one(2)
        desk.wait(5_000)
        desk.disconnects(1)
        desk.wait(1_000)
        offer = desk.offer_of(1)
        effects = desk.wait(9_000)
        assert desk.conversation(1).status is ConversationStatus.OFFERED
        assert desk.offer_of(1).id == offer.id
        assert not effects.decisions
        desk.connects(1)
        assert desk.asked(1) == [2, 1]

    def test_nobody_is_asked_beside_the_owner_of_a_customer_who_was_answered(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, nodes=()))
        desk.customer_writes(1)
        desk.agent_writes(1)  # of whoever had it before, and crossed its way to the line
        desk.accepts(desk.offer_of(1))
        desk.connects(2)
        desk.wait(60_000)
        assert desk.asked(1) == []

    def test_a_silent_rescuer_is_rescued_too(self) -> None:
        desk = served_by_one(2)
        desk.wait(6_000)
        desk.accepts(desk.offer_of(1))
        desk.wait(4_000)
        assert desk.asked(1) == [1]


class TestByHand:
    def test_an_agent_picks_one_that_waits_and_others_are_asked_no_more(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, status=AgentStatus.AWAY))
        desk.customer_writes(1)
        offer = desk.offer_of(1)
        effects = desk.takes(1, 2)
        assert isinstance(effects.answer, Taken)
        assert desk.tables.offers[offer.id].end_cause is OfferEnd.TAKEN
        assert desk.conversation(1).agent_id == agent_id(2)
        assert effects.answer.assignment.offer_id is None

    def test_of_two_who_pick_at_once_the_second_is_refused_and_asking_again_is_harmless(
        self,
    ) -> None:
        desk = Desk(an_agent(1, capacity=0), an_agent(2, status=AgentStatus.AWAY), an_agent(3))
        desk.customer_writes(1)
        first = desk.takes(1, 2)
        assert desk.takes(1, 3).answer == Refused(ErrorCode.TAKEN)
        again = desk.takes(1, 2)
        assert again.changes_nothing
        assert isinstance(first.answer, Taken)
        assert isinstance(again.answer, Taken)
        assert again.answer.assignment == first.answer.assignment

    def test_who_picks_what_they_are_offered_has_accepted_it(self) -> None:
        desk = Desk(an_agent(1))
        desk.customer_writes(1)
        offer = desk.offer_of(1)
        desk.takes(1, 1)
        assert desk.tables.offers[offer.id].status is OfferStatus.ACCEPTED

    def test_picking_makes_room_by_giving_up_what_is_only_offered(self) -> None:
        desk = Desk(an_agent(1, capacity=1), an_agent(2, nodes=()))
        desk.customer_writes(1)
        desk.customer_writes(2)
        desk.takes(2, 1)
        assert desk.conversation(1).status is ConversationStatus.QUEUED
        assert desk.agent(1).load == 1

    @pytest.mark.parametrize(
        ("agent", "code"),
        [
            (an_agent(1, capacity=0), ErrorCode.AT_CAPACITY),
            (an_agent(1, nodes=()), ErrorCode.AGENT_GONE),
            (an_agent(1, active=False, nodes=()), ErrorCode.NOT_FOUND),
        ],
    )
    def test_nobody_picks_above_capacity_or_without_being_there(
        self, agent: object, code: ErrorCode
    ) -> None:
        desk = Desk(agent)  # type: ignore[arg-type]
        desk.customer_writes(1)
        assert desk.takes(1, 1).answer == Refused(code)

    def test_what_is_over_or_unknown_is_not_picked(self) -> None:
        desk = Desk(an_agent(1))
        desk.customer_writes(1)
        desk.leaves(1)
        assert desk.takes(1, 1).answer == Refused(ErrorCode.ALREADY_ENDED)
        unknown = ConversationTaken(conversation_id(9), agent_id(1))
        assert desk.do(unknown).answer == Refused(ErrorCode.NOT_FOUND)
        assert desk.takes(1, 7).answer == Refused(ErrorCode.NOT_FOUND)

    def test_a_supervisor_takes_over_from_whoever_serves(self) -> None:
        desk = served_by_one(2)
        effects = desk.takes(1, 2, over=True)
        assert desk.conversation(1).agent_id == agent_id(2)
        assert [one.agent_id for one in effects.taken_from] == [agent_id(1)]


class TestTransfer:
    def test_a_colleague_has_it_at_once_with_a_note_and_a_visible_count(self) -> None:
        desk = served_by_one(2)
        effects = desk.passes_on(1, 2, by=1, note="He wants his money back.")
        assert isinstance(effects.answer, ConversationNow)
        assert effects.answer.conversation.transfers == 1
        assert desk.conversation(1).agent_id == agent_id(2)
        (told,) = effects.conversations_told
        assert (told.type, told.audience) == (EventType.CONVERSATION_ASSIGNED, (agent_id(2),))
        assert [(one.kind, one.visibility) for one in told.lines] == [
            (ItemKind.NOTE, Visibility.AGENTS),
            (ItemKind.TRANSFERRED, Visibility.EVERYONE),
        ]
        assert told.lines[1].text == "Ada passed the conversation on to Agent 2."

    def test_an_answered_customer_has_a_clock_of_its_own(self) -> None:
        """LESSONS 20 (chatwoot #6548, #7679): a first response is counted once."""
        desk = served_by_one(2)
        desk.wait(3_000)
        desk.agent_writes(1)
        desk.wait(60_000)
        desk.passes_on(1, 2)
        assert desk.conversation(1).respond_by == desk.now + 10_000
        assert desk.conversation(1).due_from == desk.now
        desk.wait(4_000)
        desk.agent_writes(1)
        row = desk.conversation(1)
        assert (row.first_response_ms, row.again_response_ms) == (3_000, 4_000)

    def test_an_unanswered_one_keeps_its_age(self) -> None:
        desk = served_by_one(2)
        due = desk.conversation(1).respond_by
        desk.wait(2_000)
        desk.passes_on(1, 2)
        row = desk.conversation(1)
        assert row.respond_by == due
        assert row.again_from is None
        assert row.respond_by - row.due_from == 10_000

    def test_back_to_the_line_others_are_asked_before_who_passed_it_on(self) -> None:
        desk = served_by_one(2)
        effects = desk.passes_on(1, None)
        assert desk.asked(1) == [2]
        assert effects.decisions[0].trigger is DecisionTrigger.TRANSFERRED
        (line,) = effects.conversations_told[0].lines
        assert line.text == "Ada passed the conversation on to the team."

    def test_a_rescue_under_way_ends_with_the_transfer(self) -> None:
        desk = served_by_one(2, 3)
        desk.wait(6_000)
        desk.passes_on(1, 3)
        assert desk.asked(1) == []
        assert desk.conversation(1).agent_id == agent_id(3)

    def test_a_loop_is_bounded(self) -> None:
        desk = served_by_one(2, policy=Policy(max_transfers=3))
        for to in (2, 1, 2):
            assert isinstance(desk.passes_on(1, to).answer, ConversationNow)
        assert desk.passes_on(1, 1).answer == Refused(ErrorCode.TRANSFER_LIMIT)

    @pytest.mark.parametrize(
        ("figures", "code"),
        [
            ({"nodes": ()}, ErrorCode.AGENT_GONE),
            ({"status": AgentStatus.AWAY}, ErrorCode.AGENT_GONE),
            ({"active": False}, ErrorCode.AGENT_GONE),
            ({"capacity": 0}, ErrorCode.AT_CAPACITY),
        ],
    )
    def test_nothing_is_passed_on_to_the_gone_or_the_full(
        self, figures: dict[str, object], code: ErrorCode
    ) -> None:
        """LESSONS 3 (chatwoot #7204, #4158, #9587; Rocket.Chat #10172)."""
        desk = Desk(an_agent(1), an_agent(2, idle_since=9, **figures)).assigned(1)
        assert desk.passes_on(1, 2).answer == Refused(code)
        assert desk.conversation(1).agent_id == agent_id(1)

    def test_nothing_is_passed_on_to_the_unknown_or_oneself_or_by_others(self) -> None:
        desk = served_by_one(2)
        assert desk.passes_on(1, 7).answer == Refused(ErrorCode.NOT_FOUND)
        assert desk.passes_on(1, 1).answer == Refused(ErrorCode.TAKEN)
        assert desk.passes_on(1, 2, by=2).answer == Refused(ErrorCode.NOT_ASSIGNED)
        assert desk.passes_on(9, 2).answer == Refused(ErrorCode.NOT_FOUND)
        desk.customer_writes(2)
        assert desk.passes_on(2, 2).answer == Refused(ErrorCode.NOT_ASSIGNED)
        desk.leaves(1)
        assert desk.passes_on(1, 2).answer == Refused(ErrorCode.ALREADY_ENDED)

    def test_an_agent_who_is_gone_loses_it_within_seconds(self) -> None:
        """LESSONS 3 (Rocket.Chat #10172): nothing stays with whoever is gone."""
        desk = served_by_one(2)
        desk.agent_writes(1)
        desk.connects(1, OTHER_NODE)
        desk.disconnects(1)
        desk.disconnects(1, OTHER_NODE)
        desk.wait(10_000)
        assert desk.asked(1) == [2]
