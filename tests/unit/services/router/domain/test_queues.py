"""Queues: what conversations in them need, when that changes, and who comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.router.domain.effects import ConversationNow, Refused
from services.router.domain.model import Conversation
from services.router.domain.needs import Needs, both
from services.router.domain.policy import Policy
from services.router.domain.queues import RoutingQueue, Step
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import Channel, ConversationStatus, Exclusion
from tests.support.routing import Desk, an_agent, hours_from, queue_id, shape_of

EMAIL = RoutingQueue(
    queue_id(1),
    name="Mail",
    channels=(Channel.EMAIL,),
    skills=(("returns", 3),),
    target_ms=60_000,
)
OTHER = RoutingQueue(queue_id(2), name="Wine", skills=(("wine", 1),))
RETURNS, WINE = (("returns", 4),), (("wine", 2),)


def mails(desk: Desk, number: int) -> Conversation:
    """Let a customer write a mail."""
    desk.customer_writes(number, channel=Channel.EMAIL)
    return desk.conversation(number)


def a_desk(*queues: RoutingQueue, policy: Policy | None = None) -> Desk:
    """Agent 1 knows returns, agent 2 wine, agent 3 neither."""
    team = an_agent(1, skills=RETURNS), an_agent(2, skills=WINE), an_agent(3)
    desk = Desk(*team, policy=policy)
    for queue in queues:
        desk.queue(queue)
    return desk


def with_steps(*steps: Step, queue: RoutingQueue = EMAIL) -> RoutingQueue:
    return replace(queue, steps=steps)


class TestWhere:
    def test_conversations_of_a_queues_channels_begin_in_it_with_its_target_and_needs(
        self,
    ) -> None:
        desk = a_desk(EMAIL)
        mail = mails(desk, 1)
        assert (mail.queue_id, mail.needs.skills) == (queue_id(1), EMAIL.skills)
        assert mail.respond_by - desk.now == 60_000
        assert desk.asked(1) == [1]
        assert desk.last.decisions[0].excluded == ((Exclusion.LACKS_SKILL, 2),)
        desk.customer_writes(2)
        chat = desk.conversation(2)
        assert (chat.queue_id, chat.needs) == (None, Needs())

    def test_the_default_queues_skills_are_needed_where_no_other_queue_is_meant(self) -> None:
        desk = a_desk(RoutingQueue(queue_id(9), is_default=True, skills=(("wine", 2),)))
        desk.customer_writes(1)
        assert desk.asked(1) == [2]

    def test_a_retired_queue_takes_nothing_any_more(self) -> None:
        desk = a_desk(EMAIL)
        desk.queue(replace(EMAIL, retired=True), "retired")
        assert mails(desk, 1).queue_id is None

    def test_a_change_takes_what_it_names_and_leaves_what_others_changed(self) -> None:
        desk = a_desk(EMAIL)
        desk.queue(replace(EMAIL, skills=()), "skills")
        desk.queue(replace(EMAIL, target_ms=5_000), "target_ms")
        mail = mails(desk, 1)
        assert mail.needs.skills == ()
        assert mail.respond_by - desk.now == 5_000

    def test_a_queue_has_hours_of_its_own_or_else_the_shops(self) -> None:
        closed = hours_from("23:00")
        desk = a_desk(replace(EMAIL, hours=closed), replace(OTHER, channels=(Channel.SMS,)))
        assert mails(desk, 1).held_until is not None
        desk.opens(closed)
        desk.customer_writes(2, channel=Channel.SMS)
        assert desk.conversation(2).held_until is not None


class TestSteps:
    def test_a_need_that_nobody_meets_is_given_up_after_a_while(self) -> None:
        step = Step(4_000, skills=(("wine", 2),))
        desk = Desk(an_agent(2, skills=WINE))
        desk.queue(with_steps(step))
        mails(desk, 1)
        desk.wait(3_999)
        assert desk.asked(1) == []
        desk.wait(1)
        assert desk.asked(1) == [2]

    def test_who_waits_for_long_overflows_into_another_queue_with_its_needs(self) -> None:
        desk = Desk(an_agent(2, skills=WINE))
        desk.queue(with_steps(Step(4_000, queue_id=queue_id(2))))
        desk.queue(OTHER)
        mails(desk, 1)
        desk.wait(4_000)
        assert desk.asked(1) == [2]
        assert desk.conversation(1).queue_id == queue_id(2)

    @pytest.mark.parametrize("other", [None, replace(OTHER, retired=True)])
    def test_a_step_into_a_queue_that_is_gone_changes_nothing(
        self, other: RoutingQueue | None
    ) -> None:
        desk = Desk(an_agent(2, skills=WINE))
        desk.queue(with_steps(Step(4_000, queue_id=queue_id(2))))
        if other:
            desk.queue(other)
        mails(desk, 1)
        desk.wait(4_000)
        assert desk.conversation(1).queue_id == queue_id(1)
        assert desk.conversation(1).status is ConversationStatus.QUEUED

    def test_a_step_may_ask_for_no_language_any_more(self) -> None:
        desk = Desk(
            an_agent(1, languages=("fi",), capacity=1),
            an_agent(2, languages=("en",)),
            policy=Policy(language_for_ms=60_000),
        )
        desk.queue(replace(with_steps(Step(1_000, any_language=True)), skills=()))
        desk.customer_writes(1, locale="fi")
        desk.accepts(desk.offer_of(1))
        desk.customer_writes(2, locale="fi", channel=Channel.EMAIL)
        assert desk.asked(2) == []
        desk.wait(1_000)
        assert desk.asked(2) == [2]

    def test_what_is_offered_or_served_by_then_stays_with_whom_it_is(self) -> None:
        desk = a_desk(with_steps(Step(4_000, queue_id=queue_id(2))), OTHER)
        mails(desk, 1)
        desk.accepts(desk.offer_of(1))
        desk.wait(10_000)
        assert desk.conversation(1).queue_id == queue_id(1)

    def test_a_step_that_is_due_when_a_conversation_waits_again_is_taken_at_once(self) -> None:
        desk = a_desk(with_steps(Step(4_000, skills=WINE)))
        mails(desk, 1)
        desk.accepts(desk.offer_of(1))
        desk.wait(5_000)
        assert desk.conversation(1).needs.skills == EMAIL.skills
        desk.passes_on(1, None, by=1)
        assert desk.asked(1) == [2]
        assert shape_of(desk.rebuild()) == shape_of(desk.engine)

    def test_a_step_of_no_time_is_taken_at_once(self) -> None:
        desk = a_desk(with_steps(Step(0, skills=WINE)))
        mails(desk, 1)
        assert desk.asked(1) == [2]

    def test_two_queues_never_pass_a_conversation_to_and_fro(self) -> None:
        """The steps of the queue that it overflows into are not taken."""
        desk = Desk()
        desk.queue(with_steps(Step(1_000, queue_id=queue_id(2))))
        desk.queue(with_steps(Step(1_000, queue_id=queue_id(1)), queue=OTHER))
        mails(desk, 1)
        desk.wait(600_000)
        assert desk.conversation(1).queue_id == queue_id(2)

    def test_a_rebuilt_engine_goes_on_where_the_live_one_was(self) -> None:
        desk = a_desk(with_steps(Step(1_000, skills=()), Step(3_000, queue_id=queue_id(2))), OTHER)
        desk.says(1, desk.agent(1).status)
        mails(desk, 1)
        desk.wait(1_500)
        assert shape_of(desk.rebuild()) == shape_of(desk.engine)


class TestTheCap:
    def test_with_as_many_waiting_as_may_the_next_one_overflows_at_once(self) -> None:
        steps = Step(1_000, any_language=True), Step(30_000, queue_id=queue_id(2))
        desk = Desk()
        desk.queue(replace(with_steps(*steps), max_waiting=1))
        desk.queue(OTHER)
        assert mails(desk, 1).queue_id == queue_id(1)
        second = mails(desk, 2)
        assert (second.queue_id, second.needs.skills, second.stages) == (
            queue_id(2),
            OTHER.skills,
            (),
        )
        desk.leaves(1)
        assert mails(desk, 3).queue_id == queue_id(1)

    def test_where_there_is_no_overflow_whoever_comes_waits_and_is_not_turned_away(self) -> None:
        desk = Desk()
        desk.queue(replace(with_steps(Step(1_000, skills=())), max_waiting=0))
        mail = mails(desk, 1)
        assert (mail.queue_id, mail.status) == (queue_id(1), ConversationStatus.QUEUED)
        assert len(mail.stages) == 1


class TestPriority:
    def test_a_queues_priority_is_a_head_start_in_the_line(self) -> None:
        desk = Desk(an_agent(1, capacity=1, nodes=()))
        desk.queue(replace(EMAIL, skills=(), target_ms=10_000, priority=1))
        desk.customer_writes(1)
        desk.wait(1_999)
        mails(desk, 2)
        desk.connects(1)
        assert desk.asked(2) == [1]

    def test_whoever_came_longer_before_than_the_head_start_comes_first(self) -> None:
        """Overtaking is bounded: priority is time, and time passes for everybody."""
        desk = Desk(an_agent(1, capacity=1, nodes=()))
        desk.queue(replace(EMAIL, skills=(), target_ms=10_000, priority=1))
        desk.customer_writes(1)
        desk.wait(2_001)
        mails(desk, 2)
        desk.connects(1)
        assert desk.asked(1) == [1]

    def test_the_late_are_those_whose_target_is_over_whatever_the_head_start(self) -> None:
        desk = Desk(an_agent(1, capacity=1, nodes=()))
        desk.queue(replace(EMAIL, skills=(), target_ms=10_000, priority=3))
        mails(desk, 1)
        desk.wait(5_000)
        desk.customer_writes(2)
        desk.connects(1)
        assert desk.asked(1) == [1], "five seconds are left, though the head start is six"


class TestPassingOn:
    def test_a_conversation_is_passed_on_to_a_queue_with_its_needs(self) -> None:
        desk = a_desk(EMAIL, OTHER)
        mails(desk, 1)
        desk.accepts(desk.offer_of(1))
        answer = desk.passes_on(1, None, by=1, to_queue=queue_id(2)).answer
        assert isinstance(answer, ConversationNow)
        assert desk.asked(1) == [2]
        (line,) = next(told.lines for told in desk.last.conversations_told if told.lines)
        assert line.text == "Ada passed the conversation on to Wine."

    def test_a_queue_that_is_not_there_is_refused_and_its_owner_keeps_the_conversation(
        self,
    ) -> None:
        desk = a_desk(EMAIL)
        mails(desk, 1)
        desk.accepts(desk.offer_of(1))
        answer = desk.passes_on(1, None, by=1, to_queue=queue_id(2)).answer
        assert answer == Refused(ErrorCode.NOT_FOUND)
        assert desk.conversation(1).status is ConversationStatus.ASSIGNED


def test_who_needs_two_things_needs_the_higher_level_of_each() -> None:
    assert both((("a", 1), ("b", 3)), (("b", 2), ("c", 1))) == (("a", 1), ("b", 3), ("c", 1))
