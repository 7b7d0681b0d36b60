"""An administrator's change takes effect in the running shop, at once and for everybody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.router.domain.effects import Noted, Refused
from services.router.domain.model import OfferEnd
from services.router.domain.queues import RoutingQueue
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import (
    AgentStatus,
    Channel,
    ConversationStatus,
    OfferStatus,
    Presence,
)
from tests.support.routing import A_CHANGE, Desk, an_agent, queue_id


class TestAgents:
    def test_a_larger_capacity_takes_who_waits_in_the_same_instant(self) -> None:
        desk = Desk(an_agent(0, capacity=1)).assigned(0)
        desk.customer_writes(1)
        assert desk.asked(1) == []
        desk.changes(0, capacity=2)
        assert desk.asked(1) == [0]

    def test_a_smaller_capacity_withdraws_the_newest_offers_and_asks_others(self) -> None:
        desk = Desk(an_agent(0, capacity=3), an_agent(1, nodes=()))
        for number in range(3):
            desk.customer_writes(number)
            desk.wait(1)
        desk.connects(1)
        desk.changes(0, capacity=1)
        assert [desk.asked(number) for number in range(3)] == [[0], [1], [1]]
        ended = [o for o in desk.tables.offers.values() if o.status is OfferStatus.RESCINDED]
        assert {offer.end_cause for offer in ended} == {OfferEnd.OVER_CAPACITY}
        assert {d.trigger for d in desk.last.decisions} == {DecisionTrigger.AGENT_CHANGED}

    def test_a_smaller_capacity_leaves_what_is_assigned(self) -> None:
        desk = Desk(an_agent(0, capacity=2)).assigned(0).assigned(1)
        desk.changes(0, capacity=1)
        assert desk.agent(0).load == 2
        desk.customer_writes(2)
        assert desk.asked(2) == []
        desk.closes(0, 0)
        assert desk.asked(2) == [], "one is assigned, and one is all there is room for"
        desk.closes(1, 0)
        assert desk.asked(2) == [0]

    def test_a_call_offered_under_a_smaller_capacity_is_not_taken_above_the_larger(self) -> None:
        """A call fills whoever takes it: it weighs what the capacity is by then."""
        desk = Desk(an_agent(1, capacity=1))
        desk.customer_writes(1, channel=Channel.VOICE)
        desk.changes(1, capacity=4)
        desk.assigned(2)
        assert desk.accepts(desk.offer_of(1)).answer == Refused(ErrorCode.AT_CAPACITY)
        assert desk.agent(1).load <= 4

    def test_a_queues_smaller_capacity_withdraws_the_newest_offers(self) -> None:
        """Else they could not be accepted, and their agents were away for not answering."""
        queue = RoutingQueue(queue_id(1), channels=(Channel.CHAT,), capacity=3)
        desk = Desk(an_agent(1, inherits_capacity=True))
        desk.queue(queue)
        desk.assigned(1).assigned(2).customer_writes(3)
        assert desk.asked(3) == [1]
        desk.queue(replace(queue, capacity=2), "capacity")
        assert desk.asked(3) == []
        assert desk.conversation(3).status is ConversationStatus.QUEUED

    def test_a_queues_larger_capacity_has_one_more_asked_where_one_was_wanted(self) -> None:
        queue = RoutingQueue(queue_id(1), channels=(Channel.CHAT,), capacity=1)
        desk = Desk(an_agent(1, capacity=1), an_agent(2, inherits_capacity=True))
        desk.queue(queue)
        desk.customer_writes(1)
        desk.customer_writes(2)
        desk.wait(3_000)
        assert (desk.asked(1), desk.asked(2)) == ([1], [2])
        desk.queue(replace(queue, capacity=2), "capacity")
        assert (desk.asked(1), desk.asked(2)) == ([1, 2], [2])

    def test_an_ended_agent_loses_offers_and_conversations_to_others(self) -> None:
        desk = Desk(an_agent(0), an_agent(1, nodes=())).assigned(0)
        desk.customer_writes(1)
        desk.connects(1)
        desk.changes(0, active=False)
        assert desk.asked(0) == desk.asked(1) == [1]
        agent = desk.agent(0)
        assert (agent.load, agent.status) == (0, AgentStatus.OFFLINE)
        assert agent in desk.last.agents_told

    def test_an_ended_agent_waits_for_nobody_when_nobody_else_is_there(self) -> None:
        desk = Desk(an_agent(0)).assigned(0)
        desk.changes(0, active=False)
        assert desk.conversation(0).status is ConversationStatus.QUEUED
        (decision,) = desk.last.decisions
        assert decision.excluded == (), "who was ended is nobody's reason"

    def test_an_ended_agent_says_nothing_and_is_taken_back_as_offline(self) -> None:
        desk = Desk(an_agent(0))
        desk.changes(0, active=False)
        assert desk.says(0, AgentStatus.AVAILABLE).answer == Refused(ErrorCode.NOT_FOUND)
        desk.customer_writes(0)
        desk.changes(0, active=True)
        assert desk.agent(0).presence is Presence.CONNECTED
        assert desk.asked(0) == []
        desk.says(0, AgentStatus.AVAILABLE)
        assert desk.asked(0) == [0]

    def test_a_name_is_told_and_stands_on_the_next_assignment(self) -> None:
        desk = Desk(an_agent(0))
        effects = desk.changes(0, name="Anna B.")
        assert [agent.name for agent in effects.agents_told] == ["Anna B."]
        assert desk.assigned(0).conversation(0).agent_name == "Anna B."

    def test_a_change_of_what_routing_does_not_hold_is_still_recorded(self) -> None:
        desk = Desk(an_agent(0))
        effects = desk.changes(0)
        assert (effects.answer, effects.changes_made) == (Noted(), (A_CHANGE,))
        assert effects.agents == ()
        assert not effects.changes_nothing

    def test_nobody_by_that_id_is_refused_and_nothing_recorded(self) -> None:
        effects = Desk().changes(7, capacity=1)
        assert effects.answer == Refused(ErrorCode.NOT_FOUND)
        assert effects.changes_nothing


class TestQueues:
    def test_a_new_target_holds_for_conversations_that_begin_then(self) -> None:
        desk = Desk()
        desk.customer_writes(0)
        desk.targets(30_000)
        desk.customer_writes(1)
        assert desk.conversation(0).respond_by == desk.now + 10_000
        assert desk.conversation(1).respond_by == desk.now + 30_000

    @pytest.mark.parametrize("target", [None, 30_000])
    def test_every_change_is_recorded(self, target: int | None) -> None:
        assert Desk().targets(target).changes_made == (A_CHANGE,)
