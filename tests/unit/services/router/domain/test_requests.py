"""Work that lives elsewhere: offered like a conversation, in the same line, by the same engine."""

from __future__ import annotations

import pytest

from services.router.domain.effects import ConversationNow, Effects, Refused
from services.router.domain.model import Conversation
from services.router.domain.owning import on_own_clock
from services.router.domain.policy import Policy
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import (
    ConversationStatus,
    EndReason,
    EventType,
    OfferStatus,
    Outcome,
)
from tests.support.clock import START
from tests.support.routing import Desk, agent_id, an_agent, conversation_id, shape_of
from tests.support.work import (
    TARGET_MS,
    asks,
    cancels,
    completes,
    promises,
    requested,
    requeues,
    taken,
)


def told(effects: Effects) -> list[EventType]:
    return [one.type for one in effects.conversations_told]


def answer(effects: Effects) -> Conversation | ErrorCode:
    if isinstance(effects.answer, Refused):
        return effects.answer.code
    assert isinstance(effects.answer, ConversationNow)
    return effects.answer.conversation


class TestAsking:
    def test_an_agent_is_asked_at_once_and_the_decision_says_why(self) -> None:
        desk = Desk(an_agent(1))
        effects = asks(desk, 1)
        assert desk.asked(1) == [1]
        (decision,) = effects.decisions
        assert decision.trigger is DecisionTrigger.WORK_REQUESTED
        assert told(effects) == [
            EventType.ROUTING_REQUEST_QUEUED,
            EventType.ROUTING_REQUEST_OFFERED,
        ]
        assert desk.conversation(1).respond_by == START + TARGET_MS

    def test_asking_again_is_the_same_request(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        again = asks(desk, 1)
        assert answer(again) == desk.conversation(1)
        assert again.changes_nothing

    def test_asking_again_after_it_was_forgotten_is_the_same_request(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        cancels(desk, 1)
        desk.engine = desk.rebuild()
        assert answer(asks(desk, 1)) == desk.conversation(1)

    def test_it_waits_in_the_line_of_the_conversations_by_its_own_deadline(self) -> None:
        desk = Desk(an_agent(1, capacity=1))
        desk.assigned(9)
        asks(desk, 1)
        desk.customer_writes(2)
        desk.closes(9, None)
        assert (desk.asked(2), desk.asked(1)) == ([1], [])  # ten seconds come before a minute

    def test_its_weight_is_held(self) -> None:
        desk = Desk(an_agent(1, capacity=3))
        asks(desk, 1, weight=3)
        assert desk.agent(1).load == 3
        desk.customer_writes(2)
        assert desk.asked(2) == []

    def test_without_a_target_it_has_the_shops(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1, target_ms=None)
        assert desk.conversation(1).respond_by == START + Policy().first_response_target_ms

    def test_it_keeps_the_deadline_that_its_owner_said(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1, target_ms=None, respond_by=START + 5_000)
        assert desk.conversation(1).respond_by == START + 5_000

    @pytest.mark.parametrize("late", [START - 1, START])
    def test_a_deadline_that_is_past_is_refused(self, late: int) -> None:
        desk = Desk(an_agent(1))
        effects = asks(desk, 1, respond_by=late)
        assert answer(effects) is ErrorCode.RESPOND_BY_PAST
        assert effects.changes_nothing

    def test_a_deadline_before_it_may_be_offered_is_refused(self) -> None:
        desk = Desk(an_agent(1))
        refused = asks(desk, 1, respond_by=START + 5_000, not_before=START + 5_000)
        assert answer(refused) is ErrorCode.RESPOND_BY_PAST


class TestTaking:
    def test_the_accept_is_its_answer(self) -> None:
        desk = Desk(an_agent(1), an_agent(2))
        asks(desk, 1)
        desk.wait(2_000)
        work = taken(desk, 1)
        assert work.first_response_ms == work.queue_wait_ms == 2_000
        assert not work.awaits_answer
        desk.wait(TARGET_MS)
        assert desk.conversation(1).miss_told_at is None
        assert desk.asked(1) == []  # nobody is asked beside an owner who has no words to write

    def test_what_an_accept_took_is_learnt(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        desk.wait(2_000)
        assert desk.accepts(desk.offer_of(1)).agent_paces

    def test_nobody_has_taken_it_by_its_deadline(self) -> None:
        desk = Desk(policy=Policy(holding_text="One moment."))
        asks(desk, 1)
        desk.now += TARGET_MS
        missed = desk.do_tick().conversations_told[-1]
        assert missed.type is EventType.ROUTING_REQUEST_MISSED
        assert missed.lines == ()  # there is nobody to read a holding text

    def test_a_colleague_may_have_it_and_the_first_wait_stays(self) -> None:
        desk = Desk(an_agent(1), an_agent(2))
        asks(desk, 1)
        desk.wait(2_000)
        owner = taken(desk, 1).agent_id
        other = 2 if owner == agent_id(1) else 1
        desk.passes_on(1, other)
        assert desk.conversation(1).agent_id == agent_id(other)
        assert desk.conversation(1).first_response_ms == 2_000

    def test_a_supervisor_who_takes_it_over_answers_nothing_anew(self) -> None:
        desk = Desk(an_agent(1), an_agent(2))
        asks(desk, 1)
        owner = taken(desk, 1).agent_id
        desk.takes(1, 2 if owner == agent_id(1) else 1, over=True)
        assert desk.conversation(1).again_response_ms is None

    def test_silence_frees_nothing_where_nobody_writes(self) -> None:
        desk = Desk(an_agent(1), policy=Policy(idle_after_ms=5_000))
        asks(desk, 1)
        taken(desk, 1)
        desk.wait(60_000)
        assert desk.agent(1).load == 1


class TestCompleting:
    def test_its_agent_is_done_and_free_at_once(self) -> None:
        desk = Desk(an_agent(1), policy=Policy(wrap_up_ms=20_000))
        asks(desk, 1)
        taken(desk, 1)
        effects = completes(desk, 1, 1)
        work = desk.conversation(1)
        assert (work.status, work.end_reason) == (ConversationStatus.ENDED, EndReason.COMPLETED)
        assert work.outcome is Outcome.RESOLVED
        assert told(effects) == [EventType.ROUTING_REQUEST_COMPLETED]
        assert desk.agent(1).load == 0

    def test_closing_it_like_a_conversation_completes_it(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        taken(desk, 1)
        assert told(desk.closes(1, 1)) == [EventType.ROUTING_REQUEST_COMPLETED]

    def test_its_owner_may_have_done_it_elsewhere_while_it_waits(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        offer = desk.offer_of(1)
        completes(desk, 1)
        assert desk.tables.offers[offer.id].status is OfferStatus.RESCINDED

    def test_doing_it_again_gives_the_same_answer(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        taken(desk, 1)
        completes(desk, 1, 1)
        again = completes(desk, 1, 1)
        assert answer(again) == desk.conversation(1)
        assert again.changes_nothing

    def test_another_agent_may_not(self) -> None:
        desk = Desk(an_agent(1), an_agent(2))
        asks(desk, 1)
        owner = taken(desk, 1).agent_id
        other = 2 if owner == agent_id(1) else 1
        assert answer(completes(desk, 1, other)) is ErrorCode.NOT_ASSIGNED
        completes(desk, 1)
        assert answer(completes(desk, 1, other)) is ErrorCode.ALREADY_ENDED

    def test_what_was_cancelled_is_not_done(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        cancels(desk, 1)
        assert answer(completes(desk, 1)) is ErrorCode.ALREADY_ENDED


class TestCancelling:
    def test_whoever_is_asked_is_asked_no_more(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        effects = cancels(desk, 1)
        assert told(effects) == [EventType.ROUTING_REQUEST_CANCELLED]
        assert desk.offers_of(1) == []
        assert desk.agent(1).load == 0

    def test_whoever_has_it_is_told(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        taken(desk, 1)
        (event,) = cancels(desk, 1).conversations_told
        assert event.audience == (agent_id(1),)

    def test_twice_gives_the_same_answer(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        cancels(desk, 1)
        again = cancels(desk, 1)
        assert answer(again) == desk.conversation(1)
        assert again.changes_nothing

    def test_what_is_done_stays_done(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        completes(desk, 1)
        assert answer(cancels(desk, 1)) is ErrorCode.ALREADY_ENDED


class TestRequeueing:
    def test_others_are_asked_before_the_one_who_had_it_by_a_new_deadline(self) -> None:
        desk = Desk(an_agent(1), an_agent(2))
        asks(desk, 1)
        owner = taken(desk, 1).agent_id
        desk.wait(5_000)
        effects = requeues(desk, 1)
        assert told(effects)[0] is EventType.ROUTING_REQUEST_REQUEUED
        assert effects.conversations_told[0].audience == (owner,)
        assert desk.asked(1) == [2 if owner == agent_id(1) else 1]
        assert desk.conversation(1).respond_by == desk.now + TARGET_MS
        assert effects.decisions[0].trigger is DecisionTrigger.REQUEUED

    def test_the_next_accept_stops_a_clock_of_its_own(self) -> None:
        desk = Desk(an_agent(1), an_agent(2))
        asks(desk, 1)
        taken(desk, 1)
        requeues(desk, 1)
        desk.wait(1_500)
        work = taken(desk, 1)
        assert (work.first_response_ms, work.again_response_ms) == (0, 1_500)

    def test_what_waits_goes_on_waiting(self) -> None:
        desk = Desk()
        asks(desk, 1)
        assert requeues(desk, 1).changes_nothing

    def test_only_by_who_has_it_or_its_owner_elsewhere(self) -> None:
        desk = Desk(an_agent(1), an_agent(2))
        asks(desk, 1)
        owner = taken(desk, 1).agent_id
        other = 2 if owner == agent_id(1) else 1
        assert answer(requeues(desk, 1, other)) is ErrorCode.NOT_ASSIGNED

    def test_not_what_has_ended(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        cancels(desk, 1)
        assert answer(requeues(desk, 1)) is ErrorCode.ALREADY_ENDED

    def test_an_agent_who_is_gone_leaves_it_to_others(self) -> None:
        desk = Desk(an_agent(1), an_agent(2))
        asks(desk, 1)
        owner = 1 if taken(desk, 1).agent_id == agent_id(1) else 2
        desk.disconnects(owner)
        desk.wait(Policy().gone_grace_ms)
        assert desk.asked(1) == [3 - owner]


class TestConversationsAreNoRequests:
    def test_none_is_completed_cancelled_or_requeued(self) -> None:
        desk = Desk(an_agent(1))
        desk.customer_writes(1)
        for effects in (completes(desk, 1), cancels(desk, 1), requeues(desk, 1)):
            assert answer(effects) is ErrorCode.NOT_FOUND

    def test_nothing_is_promised_where_nobody_wrote(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1)
        taken(desk, 1)
        assert answer(promises(desk, 1, 1)) is ErrorCode.NOT_FOUND

    def test_customers_are_told_no_place_of_a_request(self) -> None:
        desk = Desk()
        asks(desk, 1)
        desk.customer_writes(2)
        assert desk.engine.waiting() == (conversation_id(2),)

    def test_a_conversations_own_clock_has_the_shops_target(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.agent_writes(1)
        again = on_own_clock(desk.engine.state, desk.conversation(1), desk.now)
        assert again.respond_by == desk.now + Policy().first_response_target_ms


def test_a_rebuilt_engine_holds_the_same_work() -> None:
    desk = Desk(an_agent(1, capacity=1))
    asks(desk, 1)
    taken(desk, 1)
    asks(desk, 2)
    asks(desk, 3, not_before=START + 60_000)
    assert shape_of(desk.rebuild()) == shape_of(desk.engine)
    assert requested(2).work.title == desk.conversation(2).preview
