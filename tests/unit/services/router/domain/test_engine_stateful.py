"""Any sequence of events keeps the promises: capacity, one owner, nothing lost, rebuilt == live."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.router.domain.commands import Tick
from services.router.domain.journal import make_again
from services.router.domain.model import Conversation, Offer
from services.router.domain.needs import Asked
from services.router.domain.policy import Policy
from services.router.domain.rooms import room_of
from services.router.domain.state import CANDIDATES_TOLD
from shared.kernel.vocabulary import (
    AgentStatus,
    AssignmentStatus,
    AuthorKind,
    Channel,
    ConversationStatus,
    OfferStatus,
    Presence,
    WorkKind,
)
from tests.support.any_day import (
    AGENTS,
    ASKED,
    CALLS,
    FACTS,
    LANGUAGES_OF,
    MAIL,
    POLICIES,
    SKILLS_OF,
    waits_for_others,
)
from tests.support.facts import learns
from tests.support.routing import (
    NODE,
    OTHER_NODE,
    PLAIN,
    Desk,
    an_agent,
    conversation_id,
    hours_from,
    shape_of,
)
from tests.support.told import Told
from tests.support.work import asks, cancels, completes, promises, requeues

pytestmark = pytest.mark.timeout(120)  # under coverage on a busy machine; two seconds alone
CONVERSATIONS = 7
agents = st.integers(0, AGENTS - 1)
conversations = st.integers(0, CONVERSATIONS - 1)
works = st.integers(CONVERSATIONS, CONVERSATIONS + 2)
"""Work that lives elsewhere, in the same line."""


class AnyDay(RuleBasedStateMachine):
    """A small shop in which everything may happen at any instant."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.written: set[UUID] = set()

    @initialize(
        capacities=st.lists(st.integers(1, 4), min_size=AGENTS, max_size=AGENTS),
        here=st.lists(st.booleans(), min_size=AGENTS, max_size=AGENTS),
        span=st.sampled_from([0, 20_000]),
        beyond=st.sampled_from([0, 1]),
        figures=st.sampled_from([PLAIN, Policy()]),
    )
    def open_shop(
        self, capacities: list[int], here: list[bool], span: int, beyond: int, figures: Policy
    ) -> None:
        team = [
            an_agent(
                n,
                capacity=capacity,
                nodes=(NODE,) if here[n] else (),
                languages=LANGUAGES_OF[n],
                skills=SKILLS_OF[n],
                inherits_capacity=n == 0,
            )
            for n, capacity in enumerate(capacities)
        ]
        policy = replace(figures, wrap_up_ms=span, idle_after_ms=span, beyond_weight=beyond)
        self.desk = Desk(*team, policy=policy)
        for queue in (MAIL, CALLS):
            self.desk.queue(queue)

    @rule(
        number=conversations,
        locale=st.sampled_from([None, "en-GB", "pt-BR", "fi"]),
        channel=st.sampled_from([Channel.CHAT, Channel.EMAIL, Channel.VOICE]),
    )
    def a_customer_writes(self, number: int, locale: str | None, channel: Channel) -> None:
        self.desk.customer_writes(number, locale=locale, channel=channel)
        self.written.add(conversation_id(number))

    @rule(number=st.one_of(conversations, works), facts=st.sampled_from(FACTS))
    def history_answers(self, number: int, facts: dict[str, Any]) -> None:
        learns(self.desk, number, **facts)

    @rule(number=conversations, version=st.integers(1, 4))
    def an_event_comes_again_or_too_early(self, number: int, version: int) -> None:
        heard = self.desk.tables.heard.get(conversation_id(number))
        if version != (heard.version if heard else 0) + 1:
            effects = self.desk.customer_writes(number, version=version)
            assert not effects.heard

    @rule(number=conversations, author=st.sampled_from(AuthorKind))
    def somebody_writes(self, number: int, author: AuthorKind) -> None:
        self.desk.somebody_writes(number, author)
        if author is AuthorKind.CUSTOMER:
            self.written.add(conversation_id(number))

    @rule(span=st.sampled_from([0, 1, 900, 1_600, 2_500, 5_000, 10_000, 31_000, 3_600_000]))
    def time_passes(self, span: int) -> None:
        self.desk.wait(span)

    @rule(span=st.sampled_from([1_000, 12_000, 40_000]))
    def the_process_sleeps(self, span: int) -> None:
        self.desk.now += span  # timers run late, with the next command

    @rule(agent=agents, status=st.sampled_from(AgentStatus))
    def an_agent_says(self, agent: int, status: AgentStatus) -> None:
        self.desk.says(agent, status)

    @rule(agent=agents, node=st.sampled_from([NODE, OTHER_NODE]))
    def an_agent_connects(self, agent: int, node: UUID) -> None:
        self.desk.connects(agent, node)

    @rule(agent=agents, node=st.sampled_from([NODE, OTHER_NODE]))
    def an_agent_disconnects(self, agent: int, node: UUID) -> None:
        self.desk.disconnects(agent, node)

    @precondition(lambda self: self.desk.tables.offers)
    @rule(pick=st.integers(0, 1_000), what=st.sampled_from(["accept", "decline", "see"]))
    def an_agent_answers(self, pick: int, what: str) -> None:
        offers = list(self.desk.tables.offers.values())
        offer = offers[-1 - pick % min(len(offers), 6)]
        act = {
            "accept": self.desk.accepts,
            "decline": self.desk.declines,
            "see": self.desk.sees,
        }
        act[what](offer)

    @rule(number=st.one_of(conversations, works), agent=st.one_of(st.none(), agents))
    def somebody_closes(self, number: int, agent: int | None) -> None:
        self.desk.closes(number, agent)

    @rule(number=conversations, agent=st.one_of(st.none(), agents))
    def somebody_is_done_with_one(self, number: int, agent: int | None) -> None:
        self.desk.wraps_up(number, agent)

    @rule(number=st.one_of(conversations, works), agent=agents, over=st.booleans())
    def somebody_takes_one_by_hand(self, number: int, agent: int, *, over: bool) -> None:
        self.desk.takes(number, agent, over=over)

    @rule(number=conversations, agent=agents)
    def an_agent_promises_something(self, number: int, agent: int) -> None:
        promises(self.desk, number, agent)

    @rule(number=st.one_of(conversations, works), agent=st.one_of(st.none(), agents))
    def somebody_passes_one_on(self, number: int, agent: int | None) -> None:
        self.desk.passes_on(number, agent, note="Be kind.")

    @rule(
        number=works,
        later=st.sampled_from([0, 12_000]),
        weight=st.integers(1, 3),
        asked=st.sampled_from(ASKED),
    )
    def a_service_asks(self, number: int, later: int, weight: int, asked: Asked) -> None:
        asks(self.desk, number, weight, asked, not_before=self.desk.now + later)
        self.written.add(conversation_id(number))

    @rule(number=works, agent=st.one_of(st.none(), agents))
    def somebody_completes_work(self, number: int, agent: int | None) -> None:
        completes(self.desk, number, agent)

    @rule(number=works)
    def a_service_takes_work_back(self, number: int) -> None:
        cancels(self.desk, number)

    @rule(number=works, agent=st.one_of(st.none(), agents))
    def somebody_has_work_offered_again(self, number: int, agent: int | None) -> None:
        requeues(self.desk, number, agent)

    @rule(number=st.one_of(conversations, works))
    def whoever_is_asked_accepts(self, number: int) -> None:
        for offer in self.desk.offers_of(number):
            self.desk.accepts(offer)

    @rule(number=conversations)
    def whoever_is_asked_accepts_and_answers(self, number: int) -> None:
        self.whoever_is_asked_accepts(number)
        self.somebody_writes(number, AuthorKind.AGENT)

    @rule(agent=agents)
    def an_agent_goes_for_good(self, agent: int) -> None:
        self.desk.disconnects(agent, NODE)
        self.desk.disconnects(agent, OTHER_NODE)
        self.desk.wait(10_000)

    @rule(agent=agents, capacity=st.integers(0, 4))
    def an_admin_changes_a_capacity(self, agent: int, capacity: int) -> None:
        self.desk.changes(agent, capacity=capacity)

    @rule(agent=agents, active=st.booleans())
    def an_admin_ends_an_agent_or_takes_one_back(self, agent: int, *, active: bool) -> None:
        self.desk.changes(agent, active=active)

    @rule(span=st.sampled_from([5_000, 10_000, 30_000]))
    def an_admin_changes_the_target(self, span: int) -> None:
        self.desk.targets(span)

    @rule(opens=st.sampled_from([None, "14:00", "14:14", "14:15", "14:20"]))
    def an_admin_changes_the_hours(self, opens: str | None) -> None:
        self.desk.opens(None if opens is None else hours_from(opens))

    @rule(figures=st.sampled_from(POLICIES))
    def an_admin_sets_the_policy(self, figures: dict[str, Any]) -> None:
        self.desk.sets(**figures)

    @rule()
    def the_router_restarts(self) -> None:
        self.desk.restart()

    @invariant()
    def nobody_is_offered_anything_above_capacity(self) -> None:
        """Only a capacity that an admin made smaller is exceeded, and by what was assigned."""
        state = self.desk.engine.state
        for agent in self.desk.tables.agents.values():
            assert agent.load >= 0
            most = agent.capacity + self.desk.policy.beyond_weight
            assert agent.load <= most or not state.pending_with(agent.id)

    @invariant()
    def a_console_that_heard_everything_knows_what_the_tables_hold(self) -> None:
        """Else a gateway node would take it for one that lost something, each second anew."""
        assert self.desk.told == Told.standing(self.desk.tables.live_rows())

    @invariant()
    def an_ended_agent_has_nothing(self) -> None:
        for agent in self.desk.tables.agents.values():
            wraps_up = self.desk.engine.state.served_by(agent.id)
            held = sum(one.weight for one in wraps_up if one.status is AssignmentStatus.WRAP_UP)
            assert agent.active or agent.load == held

    @invariant()
    def a_load_is_what_is_offered_and_assigned(self) -> None:
        tables = self.desk.tables
        for agent in tables.agents.values():
            offered = [o for o in tables.offers.values() if o.agent_id == agent.id]
            served = [a for a in tables.assignments.values() if a.agent_id == agent.id]
            assert agent.load == sum(
                o.weight for o in offered if o.status is OfferStatus.PENDING
            ) + sum(a.held for a in served)

    @invariant()
    def a_conversation_has_one_owner_or_waits(self) -> None:
        for conversation in self.desk.tables.conversations.values():
            owners = [
                a
                for a in self.desk.tables.assignments.values()
                if a.conversation_id == conversation.id and a.status is AssignmentStatus.ACTIVE
            ]
            assigned = conversation.status is ConversationStatus.ASSIGNED
            assert [a.id for a in owners] == ([conversation.assignment_id] if assigned else [])
            pending = self._pending(conversation)
            offered = conversation.status is ConversationStatus.OFFERED
            assert bool(pending) == offered or (pending and assigned)
            everyone = self.desk.engine.state.asks_everyone(conversation)
            assert everyone or len(pending) <= self.desk.policy.max_live_offers
            assert len({offer.agent_id for offer in pending}) == len(pending)

    @invariant()
    def nothing_is_lost(self) -> None:
        conversations = self.desk.tables.conversations.items()
        assert {key for key, one in conversations if not is_promise(one)} == self.written

    @invariant()
    def only_agents_who_are_here_and_available_are_asked(self) -> None:
        for offer in self.desk.engine.state.offers.values():
            agent = self.desk.tables.agents[offer.agent_id]
            assert agent.presence is Presence.CONNECTED
            assert agent.status is AgentStatus.AVAILABLE

    @invariant()
    def whoever_waits_has_nobody_left_to_be_asked(self) -> None:
        state = self.desk.engine.state
        now = state.now  # the process may have slept since
        for conversation in self.desk.tables.conversations.values():
            if conversation.status is ConversationStatus.QUEUED and not conversation.held_until:
                resting = {a for a, at in conversation.passed_by if now - at < 5_000}
                able = state.pool.able(room_of(state, conversation), conversation.needs)
                nobody = not able & ~state.pool.bits(*resting)
                assert nobody or waits_for_others(state, conversation)

    @invariant()
    def every_waiting_state_has_an_exit(self) -> None:
        state = self.desk.engine.state
        timed = {due.owner for due in state.timers.all()}
        assert set(state.offers) <= timed
        wrap_ups = {one.id for one in state.assignments.values() if one.wrap_up_until is not None}
        assert wrap_ups <= timed
        assert state.held <= timed

    @invariant()
    def a_rebuilt_engine_is_the_live_one(self) -> None:
        live = self.desk.engine
        rebuilt = self.desk.rebuild()
        assert rebuilt.apply(Tick(), live.state.now).changes_nothing
        assert shape_of(rebuilt) == shape_of(live)

    @invariant()
    def a_decision_made_again_is_the_one_that_was_told(self) -> None:
        """With all who were weighed; of each, what the record tells first is the same."""
        for told in self.desk.made[-2:]:
            recalled = self.desk.journal.recall(told.id)
            if recalled is not None:  # an erasure begins the journal anew
                again = make_again(recalled)
                assert again.candidates[:CANDIDATES_TOLD] == told.candidates
                assert replace(again, candidates=(), excluded=()) == replace(
                    told, candidates=(), excluded=()
                )

    def _pending(self, conversation: Conversation) -> list[Offer]:
        return [
            offer
            for offer in self.desk.tables.offers.values()
            if offer.conversation_id == conversation.id and offer.status is OfferStatus.PENDING
        ]


def is_promise(one: Conversation) -> bool:
    return one.work is not None and one.work.kind is WorkKind.FOLLOW_UP


class TestAnyDay(AnyDay.TestCase):  # type: ignore[valid-type,misc]
    settings = settings(max_examples=60, stateful_step_count=40)
