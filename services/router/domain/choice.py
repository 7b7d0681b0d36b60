"""Who is the best to ask; changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from uuid import UUID

from services.router.domain import learning
from services.router.domain.effects import CandidateSeen
from services.router.domain.model import Agent, Conversation, Offer
from services.router.domain.state import ShopState
from shared.kernel.vocabulary import AgentStatus, Exclusion, Presence

CANDIDATES_TOLD = 5
"""A decision record names the five best; the others are counted by what excluded them."""


def rank(state: ShopState, conversation: Conversation) -> tuple[Agent, ...]:
    """Return the best five to ask, best first.

    Who passed the conversation comes in again only when nobody else is there and nobody is being
    asked, or everyone is; and not at once.
    """
    asked = _asked(state, conversation)
    passed = dict(conversation.passed_by)
    others = (state.agents[one] for one in state.pool if one not in asked and one not in passed)
    best = _best(state, others, conversation)
    if best or (asked and not state.asks_everyone(conversation)):
        return best
    return _ask_again(state, conversation, asked)


def excluded(
    state: ShopState, conversation: Conversation, best: tuple[Agent, ...]
) -> tuple[tuple[Exclusion, int], ...]:
    """Return how many agents each reason keeps from this conversation."""
    counts = state.pool.excluded()
    named = {agent.id for agent in best}
    asked = _asked(state, conversation)
    passed = {agent for agent, _ in conversation.passed_by} - named - asked
    for reason, agents in (
        (Exclusion.DECLINED_BEFORE, passed),
        (Exclusion.ALREADY_OFFERED, asked),
    ):
        if free := sum(agent in state.pool for agent in agents):
            counts[reason] = free
    return tuple(counts.items())


def seen(
    state: ShopState, conversation: Conversation, best: tuple[Agent, ...]
) -> tuple[CandidateSeen, ...]:
    """Return the candidates as a decision record tells them; the first is the one chosen."""
    return tuple(
        CandidateSeen(
            agent_id=one.id,
            name=one.name,
            load=one.load,
            capacity=one.capacity,
            chosen=one is best[0],
            chance_permille=learning.chance(state, conversation, one),
        )
        for one in best
    )


def displaceable(state: ShopState, conversation: Conversation) -> Offer | None:
    """Return the newest extra offer whose agent could take this conversation instead."""
    passed = {agent for agent, _ in conversation.passed_by}
    for offer in state.extras_newest_first():
        agent = state.agents[offer.agent_id]
        here = agent.presence is Presence.CONNECTED and agent.status is AgentStatus.AVAILABLE
        room = agent.load - offer.weight + conversation.weight <= agent.capacity
        if here and room and agent.id not in passed:
            return offer
    return None


def _asked(state: ShopState, conversation: Conversation) -> set[UUID]:
    """Return who has the conversation before the eyes already: its silent owner has, too."""
    owner = set() if conversation.agent_id is None else {conversation.agent_id}
    return owner | {offer.agent_id for offer in state.offers_of(conversation.id)}


def _best(
    state: ShopState, agents: Iterable[Agent], conversation: Conversation
) -> tuple[Agent, ...]:
    """Return the likeliest to answer in time; of those about as likely, in the order given."""
    fitting = (one for one in agents if one.load + conversation.weight <= one.capacity)
    weighed = list(islice(fitting, state.policy.candidates_weighed))
    weighed.sort(key=lambda one: _rank(state, conversation, one))
    return tuple(weighed[:CANDIDATES_TOLD])


def _rank(state: ShopState, conversation: Conversation, agent: Agent) -> tuple[bool, int]:
    known = agent.id == conversation.preferred_agent
    return not known, -_level(state, conversation, agent)


def _level(state: ShopState, conversation: Conversation, agent: Agent) -> int:
    policy = state.policy
    penalty = policy.load_penalty_permille * agent.load
    return (learning.chance(state, conversation, agent) - penalty) // policy.level_permille


def _ask_again(state: ShopState, conversation: Conversation, asked: set[UUID]) -> tuple[Agent, ...]:
    patience = state.now - state.policy.reask_after_ms
    passed = (one for one in conversation.passed_by if one[0] not in asked)
    rested = (agent for agent, at in passed if at <= patience)
    free = (state.agents[one] for one in rested if one in state.pool)
    in_order = sorted(free, key=lambda one: (one.load, one.idle_since, one.id.int))
    return _best(state, in_order, conversation)
