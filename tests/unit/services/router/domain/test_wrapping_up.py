"""After the last word: wrap-up, follow-ups, and customers who write once more."""

from __future__ import annotations

from dataclasses import replace

from services.router.domain.effects import ConversationNow, Refused
from services.router.domain.policy import Policy
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import (
    AssignmentStatus,
    ConversationStatus,
    EventType,
)
from tests.support.routing import PLAIN, Desk, a_message, agent_id, an_agent, conversation_id

WRAP_UP = replace(PLAIN, wrap_up_ms=30_000)
ROSA = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="7", verified=True, name="Rosa")


def closed(*, policy: Policy = WRAP_UP, capacity: int = 1) -> Desk:
    """Agent 1 has answered conversation 1 and closed it."""
    desk = Desk(an_agent(1, capacity=capacity), policy=policy).assigned(1)
    desk.agent_writes(1)
    desk.closes(1, 1)
    return desk


class TestWrapUp:
    def test_it_holds_its_weight_until_the_time_is_over(self) -> None:
        desk = closed()
        desk.customer_writes(2)
        assert desk.conversation(1).status is ConversationStatus.WRAP_UP
        assert desk.agent(1).load == 1
        desk.wait(29_999)
        assert desk.asked(2) == []
        effects = desk.wait(1)
        assert desk.conversation(1).status is ConversationStatus.ENDED
        assert desk.asked(2) == [1]
        assert not effects.conversations_told  # the timer's own tick told it

    def test_the_end_is_told_at_once_and_the_wrap_ups_end_apart(self) -> None:
        desk = Desk(an_agent(1), policy=WRAP_UP).assigned(1)
        (ended,) = desk.closes(1, 1).conversations_told
        (done,) = desk.wraps_up(1, 1).conversations_told
        assert (ended.type, done.type) == (
            EventType.CONVERSATION_ENDED,
            EventType.CONVERSATION_WRAPPED_UP,
        )
        assert done.audience == (agent_id(1),)
        assert ended.conversation.ended_at == done.conversation.ended_at

    def test_its_agent_or_a_supervisor_is_done_sooner_and_saying_so_again_is_harmless(self) -> None:
        desk = closed()
        assert desk.wraps_up(1, 2).answer == Refused(ErrorCode.NOT_ASSIGNED)
        assert isinstance(desk.wraps_up(1, None).answer, ConversationNow)
        assert desk.agent(1).load == 0
        assert desk.wraps_up(1, 1).changes_nothing
        assert desk.wraps_up(9, 1).answer == Refused(ErrorCode.NOT_FOUND)

    def test_what_is_not_over_is_not_wrapped_up(self) -> None:
        desk = Desk(an_agent(1), policy=WRAP_UP).assigned(1)
        assert desk.wraps_up(1, 1).answer == Refused(ErrorCode.NOT_ASSIGNED)

    def test_a_wrap_up_counts_when_an_offer_is_accepted(self) -> None:
        desk = closed(capacity=2)
        desk.customer_writes(2)
        desk.changes(1, capacity=1)
        assert desk.asked(2) == []

    def test_an_agent_who_goes_leaves_no_wrap_up_behind(self) -> None:
        desk = closed()
        desk.disconnects(1)
        desk.wait(30_000)
        assert desk.agent(1).load == 0
        (row,) = desk.tables.assignments.values()
        assert row.status is AssignmentStatus.ENDED

    def test_without_wrap_up_a_close_gives_the_slot_back_at_once(self) -> None:
        desk = closed(policy=PLAIN)
        assert desk.conversation(1).status is ConversationStatus.ENDED
        assert desk.agent(1).load == 0


class TestOnceMore:
    def test_words_during_the_wrap_up_go_to_the_same_agent_first(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, nodes=()), policy=WRAP_UP).assigned(1)
        desk.agent_writes(1)
        desk.closes(1, 1)
        desk.connects(2)
        desk.customer_writes(1)
        assert desk.asked(1) == [1]
        assert desk.conversation(1).outcome is None

    def test_the_same_agent_is_asked_first_only_if_there_and_with_room(self) -> None:
        """LESSONS 3 (chatwoot #7204, #9587): nothing returns to who is gone or full."""
        for figures in ({"nodes": ()}, {"capacity": 0}):
            desk = closed(policy=PLAIN)
            desk.engine.state.put_agent(an_agent(2))
            desk.engine.state.put_agent(replace(desk.engine.state.agents[agent_id(1)], **figures))
            desk.customer_writes(1)
            assert desk.asked(1) == [2]

    def test_a_reopened_conversation_has_a_clock_of_its_own(self) -> None:
        """LESSONS 20 (chatwoot #6418, #6548, #7679): it never counts as a first response again."""
        desk = Desk(an_agent(1)).assigned(1)
        desk.wait(2_000)
        desk.agent_writes(1)
        desk.closes(1, 1)
        desk.wait(60_000)
        desk.customer_writes(1)
        assert desk.conversation(1).respond_by == desk.now + 10_000
        desk.accepts(desk.offer_of(1))
        desk.wait(3_000)
        desk.agent_writes(1)
        row = desk.conversation(1)
        assert (row.first_response_ms, row.again_response_ms) == (2_000, 3_000)


class TestErased:
    def test_a_customer_is_forgotten_and_the_figures_stay(self) -> None:
        desk = Desk(an_agent(1), policy=WRAP_UP)
        desk.do(replace(a_message(conversation_id(1), 1, desk.now), customer=ROSA))
        (before,) = desk.accepts(desk.offers_of(1)[0]).conversations
        effects = desk.forgets(1)
        after = desk.conversation(1)
        assert after == replace(before, customer=None, preview="")
        assert before.customer == ROSA
        assert effects.conversations == (after,)
        assert not effects.conversations_told

    def test_what_is_told_later_names_nobody(self) -> None:
        desk = closed()
        desk.forgets(1)
        (done,) = desk.wraps_up(1, 1).conversations_told
        assert done.conversation.customer is None

    def test_a_conversation_that_routing_never_heard_of_is_nothing_to_forget(self) -> None:
        assert Desk(an_agent(1)).forgets(1).changes_nothing
