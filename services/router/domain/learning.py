"""What the fates of offers teach the predictor, and what it says of a candidate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.router.domain.levels import PER_MILLE
from services.router.domain.model import Agent, Assignment, Conversation, Offer, OfferEnd
from services.router.domain.paces import LONGEST_MS
from services.router.domain.prediction import Outcome
from services.router.domain.queues import target_of
from services.router.domain.state import ShopState
from shared.kernel.clock import Instant, Millis

HURRY_MS: Millis = 2_000
"""With less left than this nobody can be in time: who answers soonest is asked, as of the late."""


def chance(state: ShopState, conversation: Conversation, agent: Agent) -> int:
    """Return in per mille how probably an agent asked now answers in time."""
    return next(chances(state, conversation, (agent,)))


def chances(state: ShopState, conversation: Conversation, agents: Iterable[Agent]) -> Iterator[int]:
    """Yield the same of several agents."""
    within, channel = time_left(state, conversation), conversation.channel
    for agent in agents:
        pending = state.pending_with(agent.id)
        silent = state.now - pending[0].created_at if pending else 0
        found = state.predictor.chance(agent.id, agent.load, channel, within, silent)
        yield round(PER_MILLE * found)


def time_left(state: ShopState, conversation: Conversation) -> Millis:
    """Return how long an agent who is asked now has to answer; of the late, the whole target."""
    left = conversation.respond_by - state.now
    target = target_of(state.queues.find(conversation.queue_id), state.policy)
    return left if left >= HURRY_MS else target


def offer_ended(state: ShopState, offer: Offer, cause: OfferEnd) -> None:
    """Learn from an offer that was not accepted: it was open so long, or for ever if declined."""
    declined = cause is OfferEnd.ANSWERED
    open_ms = LONGEST_MS if declined else state.now - offer.created_at
    conversation = state.conversations[offer.conversation_id]
    outcome = Outcome(offer.agent_id, conversation.channel, offer.load, open_ms, answered=False)
    state.learn(outcome)


def answered(state: ShopState, conversation: Conversation, at: Instant) -> None:
    """Learn from the first human message of whoever accepted; nothing if that is over by now."""
    owner = conversation.assignment_id
    assignment = None if owner is None else state.assignments.get(owner)
    if assignment is not None:
        _learn(state, assignment, at, answered=True)


def unanswered(state: ShopState, assignment: Assignment) -> None:
    """Learn from an assignment that ended without a first response."""
    if state.conversations[assignment.conversation_id].first_response_ms is None:
        _learn(state, assignment, state.now, answered=False)


def _learn(state: ShopState, assignment: Assignment, at: Instant, *, answered: bool) -> None:
    if assignment.offered_at is None:
        return  # it came without an offer: nobody was asked
    conversation = state.conversations[assignment.conversation_id]
    open_ms = max(0, at - assignment.offered_at)
    agent, load = assignment.agent_id, assignment.offered_load
    state.learn(Outcome(agent, conversation.channel, load, open_ms, answered=answered))
