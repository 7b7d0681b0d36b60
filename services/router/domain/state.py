"""One shop's routing state with every index over it; keeps them true, decides nothing."""

from __future__ import annotations

from collections import Counter
from typing import Final, cast
from uuid import UUID

from services.router.domain import deadlines, transitions
from services.router.domain.changes import Changes
from services.router.domain.coming import Coming
from services.router.domain.extras import Extras
from services.router.domain.kinds import Kind, Kinds
from services.router.domain.line import Line
from services.router.domain.listing import listed_under
from services.router.domain.model import Agent, Assignment, Conversation, Heard, Offer, Rows
from services.router.domain.policy import Policy
from services.router.domain.pool import AgentPool, turn_of
from services.router.domain.prediction import Outcome, Predictor
from services.router.domain.queues import Queues
from services.router.domain.replacing import replace
from services.router.domain.timers import TimerKind, Timers
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import AssignmentStatus, ConversationStatus, OfferStatus, Presence

CANDIDATES_TOLD: Final = 5
"""A decision record names the five best; the others are counted by what excluded them."""
ENDED_KEPT: Final = 1_000
"""Ended conversations remembered: the lines said after an end need no look at the tables."""


class ShopState:
    """Agents, live conversations, pending offers, active assignments, and who waits for what.

    Rows are replaced, never changed; each `put_*` brings every index and the changes up to date.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.now: Instant = 0
        self.candidates_told = CANDIDATES_TOLD
        self.agents: dict[UUID, Agent] = {}
        self.conversations: dict[UUID, Conversation] = {}
        self.ended: dict[UUID, Conversation] = {}
        self.offers: dict[UUID, Offer] = {}
        self.assignments: dict[UUID, Assignment] = {}
        self.heard: dict[UUID, int] = {}
        self.predictor = Predictor()
        self._pool = AgentPool(policy, self.predictor)
        self._moved: dict[UUID, None] = {}
        """Agents that the pool knows as they were: most change again before anybody looks."""
        self.turns = 0
        self.queues = Queues()
        self._kinds = Kinds(self.queues, policy)
        self.waiting_in: Counter[UUID | None] = Counter()
        """How many wait in each queue whom nobody was asked about; None: the default one."""
        self.line: Line[Kind] = Line()
        self.hungry: Line[Kind] = Line()
        """Offered conversations that should have one more offer."""
        self.coming = Coming()
        self.supervisors: set[UUID] = set()
        """Who is here to be alarmed."""
        self.held: set[UUID] = set()
        """Conversations that wait for the shop to open."""
        self.timers = Timers()
        self.extras = Extras()
        self.live_offers: dict[UUID, tuple[UUID, ...]] = {}
        self.pending_of: dict[UUID, tuple[UUID, ...]] = {}
        self.serving: dict[UUID, tuple[UUID, ...]] = {}
        self.changes = Changes()

    # -- reading

    @property
    def pool(self) -> AgentPool:
        """Return the agents' indexes as they are by now."""
        if self._moved:
            self.index_agents()
        return self._pool

    def find_conversation(self, conversation_id: UUID) -> Conversation | None:
        """Return a live or recently ended conversation."""
        return self.conversations.get(conversation_id) or self.ended.get(conversation_id)

    def offers_of(self, conversation_id: UUID) -> tuple[Offer, ...]:
        """Return a conversation's pending offers, oldest first."""
        return self._in_order(self.live_offers.get(conversation_id))

    def pending_with(self, agent_id: UUID) -> tuple[Offer, ...]:
        """Return an agent's pending offers, oldest first."""
        return self._in_order(self.pending_of.get(agent_id))

    def served_by(self, agent_id: UUID) -> tuple[Assignment, ...]:
        """Return an agent's assignments that hold capacity, wrap-ups too, oldest first."""
        serving = (self.assignments[one] for one in self.serving.get(agent_id, ()))
        return tuple(sorted(serving, key=lambda one: (one.started_at, one.id.int)))

    def is_writing(self, agent_id: UUID) -> bool:
        """Tell whether an agent has a customer who waits for the first words."""
        serving = (self.assignments[one] for one in self.serving.get(agent_id, ()))
        served = (self.find_conversation(one.conversation_id) for one in serving)
        return any(one is not None and one.awaits_answer and one.work is None for one in served)

    def assignment_of(self, conversation: Conversation) -> Assignment:
        """Return the assignment of a conversation that has one."""
        return self.assignments[cast("UUID", conversation.assignment_id)]

    def kind_of(self, conversation: Conversation) -> Kind:
        """Return what a conversation takes, and needs, of whoever serves it."""
        return self._kinds.of(conversation)

    def asks_everyone(self, conversation: Conversation) -> bool:
        """Tell whether the ladder of offers has come to its last rung; an owner's has none."""
        owned = conversation.status is ConversationStatus.ASSIGNED
        return not owned and self.is_pressing(conversation)

    def is_pressing(self, conversation: Conversation) -> bool:
        """Tell whether everyone is asked, or somebody beside a silent owner."""
        return conversation.everyone_at is not None and conversation.everyone_at <= self.now

    # -- writing

    def hear(self, conversation_id: UUID, version: int) -> None:
        """Note how far a conversation's gateway stream has taken effect."""
        self.heard[conversation_id] = version
        self.changes.heard[conversation_id] = Heard(conversation_id, version)

    def learn(self, outcome: Outcome) -> None:
        """Take an offer's fate into the paces of its agent and of the team."""
        learnt = self.predictor.learn(outcome)
        self.changes.team_paces[learnt.team.key] = learnt.team
        self.changes.agent_paces[learnt.agent.key] = learnt.agent
        self._moved[outcome.agent_id] = None

    def put_agent(self, agent: Agent) -> None:
        """Take an agent's new state; who came or was heard of has the last turn from now on."""
        before = self.agents.get(agent.id)
        if before is not None and before.idle_since != agent.idle_since:
            self.turns += 1
            agent = replace(agent, turn=self.turns)
        self.changes.agents_before.setdefault(agent.id, before)
        self.changes.agents[agent.id] = agent
        self._index_agent(agent)

    def count_agent(self, agent: Agent) -> None:
        """Take an agent's new version, which no index looks at."""
        self.changes.agents[agent.id] = agent
        self.agents[agent.id] = agent

    def count_conversation(self, conversation: Conversation) -> None:
        """Take a live conversation's new version or counts, which no index looks at."""
        self.changes.conversations[conversation.id] = conversation
        self.conversations[conversation.id] = conversation

    def put_conversation(self, conversation: Conversation) -> None:
        """Take a conversation's new state.

        Raises:
            IllegalTransitionError: its status cannot follow the one before.
        """
        before = self.find_conversation(conversation.id)
        status = None if before is None else before.status
        transitions.check(transitions.CONVERSATION, status, conversation.status)
        self.changes.told_status.setdefault(conversation.id, status)
        self.changes.conversations[conversation.id] = conversation
        self._index_conversation(before, conversation)

    def be_hungry(self, conversation: Conversation) -> None:
        """Let a conversation have one more offer, by what it needs now and whether it presses."""
        kind = self.kind_of(conversation)._replace(pressing=self.is_pressing(conversation))
        self.hungry.put(conversation, kind)

    def put_offer(self, offer: Offer) -> None:
        """Take an offer's new state and keep its agent's load.

        Raises:
            IllegalTransitionError: its status cannot follow the one before.
        """
        before = self.offers.get(offer.id)
        status = None if before is None else before.status
        transitions.check(transitions.OFFER, status, offer.status)
        self.changes.offers[offer.id] = offer
        self._index_offer(offer)
        if before is None:
            self._add_load(self.agents[offer.agent_id], offer.weight)
        elif offer.status is not OfferStatus.PENDING:
            self._add_load(self.agents[offer.agent_id], -offer.weight)

    def put_assignment(self, assignment: Assignment) -> None:
        """Take an assignment's new state and keep its agent's load.

        Raises:
            IllegalTransitionError: its status cannot follow the one before.
        """
        before = self.assignments.get(assignment.id)
        status = None if before is None else before.status
        transitions.check(transitions.ASSIGNMENT, status, assignment.status)
        self.changes.assignments[assignment.id] = assignment
        self._index_assignment(assignment)
        held = 0 if before is None else before.held
        self._add_load(self.agents[assignment.agent_id], assignment.held - held)

    def restore(self, rows: Rows) -> None:
        """Take rows as they stand in the tables, none of it a change; loads are counted anew."""
        for queue in rows.queues:
            self.queues.put(queue)
        for offer in rows.offers:
            self._index_offer(offer)
        for assignment in rows.assignments:
            self._index_assignment(assignment)
        for conversation in rows.conversations:
            self._index_conversation(None, conversation)
        self.predictor.restore(rows.team_paces, rows.agent_paces)
        for agent in rows.agents:
            capacity = self.policy.capacity if agent.inherits_capacity else agent.capacity
            self._index_agent(replace(agent, load=self._weights_of(agent.id), capacity=capacity))
            self.turns = max(self.turns, agent.turn)
        self.index_agents()
        self.heard.update({one.conversation_id: one.version for one in rows.heard})
        # Every agent is new here, so everybody is looked after all the same.
        self.line.take_stirred()
        self.hungry.take_stirred()

    # -- indexes

    def _in_order(self, offer_ids: tuple[UUID, ...] | None) -> tuple[Offer, ...]:
        if offer_ids is None:
            return ()  # as nearly always, and for each candidate of each decision
        if len(offer_ids) == 1:
            return (self.offers[offer_ids[0]],)
        offers = (self.offers[one] for one in offer_ids)
        return tuple(sorted(offers, key=lambda one: (one.created_at, one.ordinal, one.id.int)))

    def _add_load(self, agent: Agent, weight: int) -> None:
        self.put_agent(replace(agent, load=agent.load + weight))

    def _weights_of(self, agent_id: UUID) -> int:
        offered = (offer.weight for offer in self.pending_with(agent_id))
        return sum(offered) + sum(one.held for one in self.served_by(agent_id))

    def _index_agent(self, agent: Agent) -> None:
        self.agents[agent.id] = agent
        self._moved[agent.id] = None
        alarmed = agent.supervisor and agent.presence is Presence.CONNECTED
        (self.supervisors.add if alarmed else self.supervisors.discard)(agent.id)
        gone = agent.gone_since is not None and agent.id in self.serving
        due = (agent.gone_since or 0) + self.policy.gone_grace_ms
        self.timers.set(TimerKind.AGENT_GONE, agent.id, due if gone else None)

    def index_agents(self) -> None:
        """Bring the pool up to date, and the timers that are set by it."""
        moved, self._moved = [self.agents[one] for one in self._moved], {}
        for agent in sorted(moved, key=turn_of):
            offered = tuple(one.created_at for one in self.pending_with(agent.id))
            self._pool.put(agent, offered, writing=self.is_writing(agent.id))
            stalls_at = self._pool.stalled.at(agent.id)
            ahead = stalls_at is not None and stalls_at > self.now
            self.timers.set(TimerKind.AGENT_STALLS, agent.id, stalls_at if ahead else None)

    def _index_conversation(self, before: Conversation | None, after: Conversation) -> None:
        self.ended.pop(after.id, None)
        if after.status is ConversationStatus.ENDED:
            self.conversations.pop(after.id, None)
            self._keep_ended(after)
        else:
            self.conversations[after.id] = after
        queued = after.status is ConversationStatus.QUEUED
        self.coming.put(before, after)
        if before is not None and before.awaits_answer != after.awaits_answer and after.agent_id:
            self._moved[after.agent_id] = None  # who writes the first words is not calm
        self._count_waiting(before, -1)
        self._count_waiting(after, 1)
        held_until = after.held_until if queued else None
        if queued and held_until is None:
            self.line.put(after, self.kind_of(after))
        else:
            self.line.drop(after.id)
        (self.held.discard if held_until is None else self.held.add)(after.id)
        self.timers.set(TimerKind.SHOP_OPENS, after.id, held_until)
        if before is None or before.widen_at != after.widen_at:
            self.hungry.drop(after.id)
            self.timers.set(TimerKind.OFFER_WIDENS, after.id, after.widen_at)
        self.timers.set(TimerKind.RESPONSE_DUE, after.id, deadlines.alarm(self.policy, after))
        self._index_everyone(after)
        sought = queued or after.id in self.hungry
        again_at = deadlines.reask(self.policy, after, self.now) if sought else None
        self.timers.set(TimerKind.REASK, after.id, again_at)
        idle_at = deadlines.idle(self.policy, after)
        if before is None or deadlines.idle(self.policy, before) != idle_at:
            self.timers.set(TimerKind.CUSTOMER_IDLE, after.id, idle_at)
        self.timers.set(TimerKind.NEEDS_LESS, after.id, deadlines.needs_less(after))

    def _count_waiting(self, of: Conversation | None, one: int) -> None:
        if of is not None and of.status is ConversationStatus.QUEUED:
            self.waiting_in[of.queue_id] += one

    def _index_everyone(self, conversation: Conversation) -> None:
        """Once everyone is asked, the conversation stays hungry; `offering` sees to that."""
        offered = conversation.status is ConversationStatus.OFFERED
        owned = conversation.status is ConversationStatus.ASSIGNED
        everyone = self.asks_everyone(conversation)
        if not offered and not (owned and self.is_pressing(conversation)):
            self.hungry.drop(conversation.id)
        elif everyone or conversation.id in self.hungry:
            self.be_hungry(conversation)  # the timer may be overdue, after the process slept
        at = conversation.everyone_at if offered and not everyone else None
        self.timers.set(TimerKind.EVERYONE_ASKED, conversation.id, at)

    def _keep_ended(self, conversation: Conversation) -> None:
        self.ended[conversation.id] = conversation
        while len(self.ended) > ENDED_KEPT:
            oldest = next(iter(self.ended))
            del self.ended[oldest]
            self.heard.pop(oldest, None)

    def _index_offer(self, offer: Offer) -> None:
        before = self.offers_of(offer.conversation_id)[1:]
        pending = offer.status is OfferStatus.PENDING
        if pending:
            self.offers[offer.id] = offer
        else:
            del self.offers[offer.id]
        listed_under(self.live_offers, offer.conversation_id, offer.id, listed=pending)
        listed_under(self.pending_of, offer.agent_id, offer.id, listed=pending)
        for agent_id, one in self.extras.change(before, self.offers_of(offer.conversation_id)[1:]):
            self._pool.hold_extra(agent_id, one)
        unnoticed = pending and offer.seen_at is None and offer.reminded_at is None
        remind_at = offer.created_at + self.policy.remind_after_ms
        self.timers.set(TimerKind.OFFER_EXPIRES, offer.id, offer.expires_at if pending else None)
        self.timers.set(TimerKind.OFFER_REMINDS, offer.id, remind_at if unnoticed else None)

    def _index_assignment(self, assignment: Assignment) -> None:
        live = assignment.status is not AssignmentStatus.ENDED
        if live:
            self.assignments[assignment.id] = assignment
        else:
            del self.assignments[assignment.id]
        listed_under(self.serving, assignment.agent_id, assignment.id, listed=live)
        until = assignment.wrap_up_until if live else None
        self.timers.set(TimerKind.WRAP_UP_OVER, assignment.id, until)
