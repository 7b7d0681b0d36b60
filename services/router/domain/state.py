"""One shop's routing state with every index over it; keeps them true, decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, cast
from uuid import UUID

from services.router.domain import transitions
from services.router.domain.changes import Changes
from services.router.domain.line import Line
from services.router.domain.listing import listed_under
from services.router.domain.model import Agent, Assignment, Conversation, Heard, Offer, Rows
from services.router.domain.ordered import Key, OrderedKeys
from services.router.domain.policy import Policy
from services.router.domain.pool import AgentPool
from services.router.domain.prediction import Outcome, Predictor
from services.router.domain.replacing import replace
from services.router.domain.timers import TimerKind, Timers
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import AssignmentStatus, ConversationStatus, OfferStatus, Presence

ENDED_KEPT: Final = 1_000
"""Ended conversations remembered: the lines said after an end need no look at the tables."""


def _extra_key(offer: Offer) -> Key:
    return (-offer.created_at, offer.id.int)


class ShopState:
    """Agents, live conversations, pending offers, active assignments, and who waits for what.

    Rows are replaced, never changed; each `put_*` brings every index and the changes up to date.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.now: Instant = 0
        self.agents: dict[UUID, Agent] = {}
        self.conversations: dict[UUID, Conversation] = {}
        self.ended: dict[UUID, Conversation] = {}
        self.offers: dict[UUID, Offer] = {}
        self.assignments: dict[UUID, Assignment] = {}
        self.heard: dict[UUID, int] = {}
        self.pool = AgentPool(policy)
        self.line = Line()
        self.hungry = Line()
        """Offered conversations that should have one more offer."""
        self.supervisors: set[UUID] = set()
        """Who is here to be alarmed."""
        self.held: set[UUID] = set()
        """Conversations that wait for the shop to open."""
        self.timers = Timers()
        self.predictor = Predictor()
        self.extras = OrderedKeys()
        """Offers beside another of the same conversation, newest first: what gives way first."""
        self.live_offers: dict[UUID, tuple[UUID, ...]] = {}
        self.pending_of: dict[UUID, tuple[UUID, ...]] = {}
        self.serving: dict[UUID, tuple[UUID, ...]] = {}
        self.changes = Changes()

    # -- reading

    def find_conversation(self, conversation_id: UUID) -> Conversation | None:
        """Return a live or recently ended conversation."""
        return self.conversations.get(conversation_id) or self.ended.get(conversation_id)

    def offers_of(self, conversation_id: UUID) -> tuple[Offer, ...]:
        """Return a conversation's pending offers, oldest first."""
        return self._in_order(self.live_offers.get(conversation_id, ()))

    def pending_with(self, agent_id: UUID) -> tuple[Offer, ...]:
        """Return an agent's pending offers, oldest first."""
        return self._in_order(self.pending_of.get(agent_id, ()))

    def served_by(self, agent_id: UUID) -> tuple[Assignment, ...]:
        """Return an agent's assignments that hold capacity, wrap-ups too, oldest first."""
        serving = (self.assignments[one] for one in self.serving.get(agent_id, ()))
        return tuple(sorted(serving, key=lambda one: (one.started_at, one.id.int)))

    def assignment_of(self, conversation: Conversation) -> Assignment:
        """Return the assignment of a conversation that has one."""
        return self.assignments[cast("UUID", conversation.assignment_id)]

    def extras_newest_first(self) -> Iterable[Offer]:
        """Yield the offers that give way when another conversation has none."""
        return (self.offers[UUID(int=key[1])] for key in self.extras)

    def next_reask(self, conversation: Conversation) -> Instant | None:
        """Return when somebody who passed a waiting conversation may be asked again.

        One that is offered, or whose owner is silent, counts as waiting once everyone is asked.
        """
        over = conversation.is_over
        queued = conversation.status is ConversationStatus.QUEUED
        if over or not (queued or self.asks_everyone(conversation)):
            return None
        instants = (at + self.policy.reask_after_ms for _, at in conversation.passed_by)
        return min((at for at in instants if at > self.now), default=None)

    def next_alarm(self, conversation: Conversation) -> Instant | None:
        """Return when an unanswered conversation is told to be at risk, or to be late."""
        if not conversation.awaits_answer or conversation.miss_told_at is not None:
            return None
        if conversation.risk_told_at is not None:
            return conversation.respond_by
        return conversation.respond_by - self.policy.at_risk_before_ms

    def asks_everyone(self, conversation: Conversation) -> bool:
        """Tell whether the ladder of offers has come to its last rung."""
        return conversation.everyone_at is not None and conversation.everyone_at <= self.now

    def idle_at(self, conversation: Conversation) -> Instant | None:
        """Return when a served customer, who waits for nothing, has been silent for too long."""
        served = conversation.status is ConversationStatus.ASSIGNED
        if not served or conversation.heard_at is None or conversation.awaits_answer:
            return None
        return conversation.heard_at + self.policy.idle_after_ms

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

    def put_agent(self, agent: Agent) -> None:
        """Take an agent's new state."""
        self.changes.agents_before.setdefault(agent.id, self.agents.get(agent.id))
        self.changes.agents[agent.id] = agent
        self._index_agent(agent)

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
            self._add_load(offer.agent_id, offer.weight)
        elif offer.status is not OfferStatus.PENDING:
            self._add_load(offer.agent_id, -offer.weight)

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
        self._add_load(assignment.agent_id, assignment.held - held)

    def restore(self, rows: Rows) -> None:
        """Take rows as they stand in the tables, none of it a change; loads are counted anew."""
        for offer in rows.offers:
            self._index_offer(offer)
        for assignment in rows.assignments:
            self._index_assignment(assignment)
        for conversation in rows.conversations:
            self._index_conversation(None, conversation)
        for agent in rows.agents:
            self._index_agent(replace(agent, load=self._weights_of(agent.id)))
        self.heard.update({one.conversation_id: one.version for one in rows.heard})
        self.predictor.restore(rows.team_paces, rows.agent_paces)

    # -- indexes

    def _in_order(self, offer_ids: Collection[UUID]) -> tuple[Offer, ...]:
        offers = [self.offers[one] for one in offer_ids]
        if len(offers) <= 1:
            return tuple(offers)  # as nearly always, and for each candidate of each decision
        return tuple(sorted(offers, key=lambda one: (one.created_at, one.ordinal, one.id.int)))

    def _add_load(self, agent_id: UUID, weight: int) -> None:
        agent = self.agents[agent_id]
        self.put_agent(replace(agent, load=agent.load + weight))

    def _weights_of(self, agent_id: UUID) -> int:
        offered = sum(offer.weight for offer in self.pending_with(agent_id))
        return offered + sum(one.held for one in self.served_by(agent_id))

    def _index_agent(self, agent: Agent) -> None:
        self.agents[agent.id] = agent
        self.pool.put(agent, len(self.pending_of.get(agent.id, ())))
        alarmed = agent.supervisor and agent.presence is Presence.CONNECTED
        (self.supervisors.add if alarmed else self.supervisors.discard)(agent.id)
        gone = agent.gone_since is not None and agent.id in self.serving
        due = (agent.gone_since or 0) + self.policy.gone_grace_ms
        self.timers.set(TimerKind.AGENT_GONE, agent.id, due if gone else None)

    def _index_conversation(self, before: Conversation | None, after: Conversation) -> None:
        self.ended.pop(after.id, None)
        if after.status is ConversationStatus.ENDED:
            self.conversations.pop(after.id, None)
            self._keep_ended(after)
        else:
            self.conversations[after.id] = after
        queued = after.status is ConversationStatus.QUEUED
        if queued and after.held_until is None:
            self.line.put(after)
        else:
            self.line.drop(after.id)
        held_until = after.held_until if queued else None
        (self.held.discard if held_until is None else self.held.add)(after.id)
        self.timers.set(TimerKind.SHOP_OPENS, after.id, held_until)
        if before is None or before.widen_at != after.widen_at:
            self.hungry.drop(after.id)
            self.timers.set(TimerKind.OFFER_WIDENS, after.id, after.widen_at)
        self.timers.set(TimerKind.REASK, after.id, self.next_reask(after))
        self.timers.set(TimerKind.RESPONSE_DUE, after.id, self.next_alarm(after))
        self._index_everyone(after)
        if before is None or self.idle_at(before) != self.idle_at(after):
            self.timers.set(TimerKind.CUSTOMER_IDLE, after.id, self.idle_at(after))

    def _index_everyone(self, conversation: Conversation) -> None:
        """Once everyone is asked, the conversation stays hungry; `offering` sees to that."""
        offered = conversation.status is ConversationStatus.OFFERED
        silent = conversation.status is ConversationStatus.ASSIGNED and conversation.everyone_at
        everyone = self.asks_everyone(conversation)
        if not offered and not (silent and everyone):
            self.hungry.drop(conversation.id)
        ahead = (offered or silent) and not everyone
        at = conversation.everyone_at if ahead else None
        self.timers.set(TimerKind.EVERYONE_ASKED, conversation.id, at)

    def _keep_ended(self, conversation: Conversation) -> None:
        self.ended[conversation.id] = conversation
        while len(self.ended) > ENDED_KEPT:
            oldest = next(iter(self.ended))
            del self.ended[oldest]
            self.heard.pop(oldest, None)

    def _index_offer(self, offer: Offer) -> None:
        self._drop_extras(offer.conversation_id)
        pending = offer.status is OfferStatus.PENDING
        if pending:
            self.offers[offer.id] = offer
        else:
            del self.offers[offer.id]
        listed_under(self.live_offers, offer.conversation_id, offer.id, listed=pending)
        listed_under(self.pending_of, offer.agent_id, offer.id, listed=pending)
        self._add_extras(offer.conversation_id)
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

    def _drop_extras(self, conversation_id: UUID) -> None:
        for offer in self.offers_of(conversation_id)[1:]:
            self.extras.remove(_extra_key(offer))

    def _add_extras(self, conversation_id: UUID) -> None:
        for offer in self.offers_of(conversation_id)[1:]:
            self.extras.add(_extra_key(offer))
