"""How much an agent takes on: in weights, across channels, and by one precedence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from services.router.domain.effects import Refused
from services.router.domain.limits import (
    WHOLE,
    Room,
    fits,
    limit_of,
    weight_in,
    weight_of,
)
from services.router.domain.policy import Policy
from services.router.domain.queues import RoutingQueue
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import Channel, ConversationStatus, Exclusion
from tests.support.routing import Desk, an_agent, queue_id

figures = st.one_of(st.none(), st.integers(0, 20))
weights = st.dictionaries(st.sampled_from(list(Channel)), st.integers(1, WHOLE)).map(
    lambda table: tuple(sorted(table.items()))
)


class TestPrecedence:
    @given(agent=figures, queue=figures, shop=st.integers(0, 20))
    def test_the_agents_own_limit_counts_before_the_queues_and_the_queues_before_the_shops(
        self, agent: int | None, queue: int | None, shop: int
    ) -> None:
        """LESSONS 6 (Rocket.Chat #13134, #35688, #35722, #33772): 0 is a limit like any other."""
        someone = an_agent(1, capacity=agent or 0, inherits_capacity=agent is None)
        limit = limit_of(someone, Room(Channel.CHAT, 1, queue), Policy(capacity=shop))
        assert limit == (agent if agent is not None else queue if queue is not None else shop)

    @given(agent=weights, queue=weights, shop=weights, channel=st.sampled_from(list(Channel)))
    def test_a_channels_weight_is_the_agents_the_queues_the_shops_in_this_order(
        self,
        agent: tuple[tuple[Channel, int], ...],
        queue: tuple[tuple[Channel, int], ...],
        shop: tuple[tuple[Channel, int], ...],
        channel: Channel,
    ) -> None:
        """LESSONS 6."""
        said = [dict(table)[channel] for table in (agent, queue, shop) if channel in dict(table)]
        wanted = said[0] if said else WHOLE if channel is Channel.VOICE else 1
        someone = an_agent(1, capacity=WHOLE, weights=agent)
        room = Room(channel, weight_in(channel, queue, shop))
        assert weight_of(someone, room, Policy()) == wanted

    @given(capacity=st.integers(0, 10), load=st.integers(0, 12), beyond=st.integers(0, 2))
    def test_nobody_has_room_above_the_limit_and_what_policy_allows(
        self, capacity: int, load: int, beyond: int
    ) -> None:
        someone = an_agent(1, capacity=capacity, load=load)
        room = Room(Channel.CHAT, 1, None, beyond)
        assert fits(someone, room, Policy()) == (capacity > 0 and load + 1 <= capacity + beyond)


class TestAcrossChannels:
    def test_a_call_fills_an_agent_and_chats_leave_no_room_for_one(self) -> None:
        """LESSONS 5 (chatwoot #11034, #1198): one limit across all channels, in weights."""
        desk = Desk(an_agent(1, capacity=3))
        desk.customer_writes(1, channel=Channel.VOICE)
        desk.accepts(desk.offer_of(1))
        assert desk.agent(1).load == 3
        desk.customer_writes(2)
        assert desk.asked(2) == []
        desk.closes(1, 1)
        assert desk.asked(2) == [1]
        desk.customer_writes(3, channel=Channel.VOICE)
        assert desk.last.decisions[-1].excluded == ((Exclusion.AT_CAPACITY, 1),)

    def test_an_agent_may_take_calls_for_less(self) -> None:
        desk = Desk(an_agent(1, capacity=3, weights=((Channel.VOICE, 2),)))
        desk.customer_writes(1, channel=Channel.VOICE)
        desk.accepts(desk.offer_of(1))
        desk.customer_writes(2)
        assert desk.asked(2) == [1]
        assert desk.agent(1).load == 3

    def test_an_agent_who_takes_nothing_is_asked_for_nothing(self) -> None:
        policy = Policy(beyond_weight=1)
        desk = Desk(an_agent(1, capacity=0), policy=policy)
        desk.customer_writes(1)
        desk.wait(9_000)
        assert desk.asked(1) == []


class TestLimitsThatAreInherited:
    def test_a_queues_limit_holds_for_agents_without_one_of_their_own(self) -> None:
        desk = Desk(an_agent(1, inherits_capacity=True), an_agent(2, capacity=2, nodes=()))
        desk.queue(RoutingQueue(queue_id(1), channels=(Channel.EMAIL,), capacity=1))
        for number in (1, 2):
            desk.customer_writes(number, channel=Channel.EMAIL)
        assert [desk.asked(number) for number in (1, 2)] == [[1], []]
        assert desk.last.decisions[-1].excluded == (
            (Exclusion.DISCONNECTED, 1),
            (Exclusion.AT_CAPACITY, 1),
        )
        desk.customer_writes(3)
        assert desk.asked(3) == [1], "the shop's limit of 4 holds in its default queue"
        desk.connects(2)
        assert desk.asked(2) == [2], "an own limit counts before the queue's"

    def test_an_agent_who_is_given_a_limit_has_it_and_one_who_gives_it_up_has_the_shops(
        self,
    ) -> None:
        desk = Desk(an_agent(1, inherits_capacity=True), policy=Policy(capacity=2))
        assert desk.engine.state.agents[an_agent(1).id].capacity == 2
        desk.changes(1, capacity=1)
        for number in (1, 2):
            desk.customer_writes(number)
        assert desk.asked(2) == []
        desk.changes(1, inherits_capacity=True)
        assert desk.asked(2) == [1]
        assert desk.agent(1).capacity == 2

    def test_a_capacity_below_the_load_withdraws_offers_and_takes_no_customer_away(self) -> None:
        desk = Desk(an_agent(1, capacity=3)).assigned(1).assigned(2)
        desk.customer_writes(3)
        desk.changes(1, capacity=1)
        assert desk.agent(1).load == 2
        assert desk.asked(3) == []
        assert desk.conversation(1).status is ConversationStatus.ASSIGNED
        assert desk.conversation(2).status is ConversationStatus.ASSIGNED


class TestBeyondTheLimit:
    def test_one_more_may_be_asked_for_when_an_answer_is_nearly_due(self) -> None:
        desk = Desk(an_agent(1, capacity=1), policy=Policy(beyond_weight=1)).assigned(1)
        desk.agent_writes(1)
        desk.customer_writes(2)
        desk.wait(5_999)
        assert desk.asked(2) == []
        desk.wait(1)
        assert desk.asked(2) == [1]
        desk.accepts(desk.offer_of(2))
        assert desk.agent(1).load == 2
        desk.customer_writes(3)
        desk.wait(9_999)
        assert desk.asked(3) == [], "never more than policy allows"

    def test_without_the_policy_nobody_is_ever_above_the_limit(self) -> None:
        desk = Desk(an_agent(1, capacity=1)).assigned(1)
        desk.customer_writes(2)
        desk.wait(30_000)
        assert desk.asked(2) == []
        assert desk.takes(2, 1).answer == Refused(ErrorCode.AT_CAPACITY)

    def test_a_conversation_that_is_opened_again_has_to_wait_for_that_again(self) -> None:
        desk = Desk(an_agent(1, capacity=1), policy=Policy(beyond_weight=1)).assigned(1)
        desk.customer_writes(2)
        desk.wait(6_000)
        assert desk.conversation(2).needs.beyond
        desk.closes(2, None)
        desk.customer_writes(2)
        assert not desk.conversation(2).needs.beyond


@pytest.mark.parametrize("load", [0, 2])
def test_what_fills_an_agent_takes_the_whole_limit_and_nothing_beside_it(load: int) -> None:
    someone = replace(an_agent(1, capacity=2), load=load)
    assert fits(someone, Room(Channel.VOICE, WHOLE), Policy()) == (load == 0)
