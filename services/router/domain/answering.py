"""What agents do with offers, and what time does with those nobody answers."""

from __future__ import annotations

from uuid import UUID

from services.router.domain import settling
from services.router.domain.agents import set_status
from services.router.domain.commands import OfferAccepted, OfferDeclined, OfferSeen
from services.router.domain.effects import Answer, Noted, OfferNews, OfferTold, Refused, Taken
from services.router.domain.model import Agent, Offer, OfferEnd
from services.router.domain.offering import end_offer, offer_lost
from services.router.domain.owning import assign
from services.router.domain.replacing import replace
from services.router.domain.rooms import most_of, weighs
from services.router.domain.state import ShopState
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import AgentStatus, OfferStatus


def on_seen(state: ShopState, command: OfferSeen) -> Answer:
    """Note that an offer is on the agent's screen: its agent has a little longer alone with it.

    The id of an offer is nowhere but in the offer, so whoever names it has received it. A console
    that sends and does not receive names none, and others are asked.
    """
    offer = _pending(state, command.offer_id, command.agent_id)
    if offer is None:
        return Refused(ErrorCode.OFFER_GONE)
    if offer.seen_at is None:
        state.put_offer(replace(offer, seen_at=state.now))
        _let_answer(state, offer)
    return Noted()


def _let_answer(state: ShopState, offer: Offer) -> None:
    """Widen later: this is the newest offer of its conversation, and it was not seen until now."""
    conversation = state.conversations[offer.conversation_id]
    unseen_until = offer.created_at + state.policy.first_widening_ms
    if conversation.widen_at == unseen_until and state.now < unseen_until:
        widen_at = offer.created_at + state.policy.widen_after_ms
        state.put_conversation(replace(conversation, widen_at=widen_at))


def on_decline(state: ShopState, command: OfferDeclined) -> Answer:
    """Pass an offer on: others are asked in the same instant (LESSONS 10)."""
    offer = _pending(state, command.offer_id, command.agent_id)
    if offer is None:
        return Refused(ErrorCode.OFFER_GONE)
    end_offer(state, offer, OfferStatus.DECLINED, OfferEnd.ANSWERED)
    _heard_from(state, offer.agent_id)
    _pass_on(state, offer, DecisionTrigger.OFFER_DECLINED)
    return Noted()


def on_accept(state: ShopState, command: OfferAccepted) -> Answer:
    """Give the conversation to the first who accepts and withdraw it from the others at once."""
    offer = _pending(state, command.offer_id, command.agent_id)
    if offer is None:
        return Refused(ErrorCode.OFFER_GONE)
    agent = state.agents[offer.agent_id]
    conversation = state.conversations[offer.conversation_id]
    # What it weighs by now: a call fills an agent, whose capacity may have been another.
    held = active_weight(state, agent) + weighs(state, conversation, agent)
    if held > most_of(state, conversation, agent):
        return Refused(ErrorCode.AT_CAPACITY)
    end_offer(state, offer, OfferStatus.ACCEPTED, OfferEnd.ANSWERED)
    for other in state.offers_of(offer.conversation_id):
        end_offer(state, other, OfferStatus.RESCINDED, OfferEnd.TAKEN)
    _heard_from(state, agent.id)
    assignment = assign(state, state.conversations[offer.conversation_id], agent, offer)
    return Taken(assignment, state.conversations[offer.conversation_id])


def on_expired(state: ShopState, offer_id: UUID) -> None:
    """Nobody answered in time: ask others; an agent silent again and again is away (LESSONS 4)."""
    agent_id = state.offers[offer_id].agent_id
    expiries = _expire(state, offer_id)
    if expiries >= state.policy.expiries_before_away:
        _send_away(state, agent_id, expiries)


def relieve(state: ShopState) -> bool:
    """Take offers from who leaves them unanswered while somebody free is missed; tell whether any.

    Whoever does so is away at once, where somebody else is here to be asked in time. Those who
    only give way to who comes next miss nobody.
    """
    if not state.line.misses_somebody() and not state.hungry.misses_somebody():
        return False
    stalled = tuple(one for one in state.pool.stalled if not state.is_writing(one))
    if not stalled or not state.pool.others_here(stalled):
        return False
    for agent_id in stalled:
        expiries = _expire(state, state.pending_with(agent_id)[0].id)
        _send_away(state, agent_id, expiries)
    return True


def _expire(state: ShopState, offer_id: UUID) -> int:
    """End an offer that was not answered; return how many its agent left so in a row."""
    offer = state.offers[offer_id]
    end_offer(state, offer, OfferStatus.EXPIRED, OfferEnd.UNANSWERED)
    agent = state.agents[offer.agent_id]
    silent = replace(agent, expiries_in_row=agent.expiries_in_row + 1, idle_since=state.now)
    state.put_agent(silent)
    _pass_on(state, offer, DecisionTrigger.OFFER_EXPIRED)
    return silent.expiries_in_row


def _send_away(state: ShopState, agent_id: UUID, expiries: int) -> None:
    set_status(state, state.agents[agent_id], AgentStatus.AWAY, expiries_in_row=expiries)


def on_unnoticed(state: ShopState, offer_id: UUID) -> None:
    """No console has shown the offer yet: its publish may be lost, so it is published again."""
    offer = replace(state.offers[offer_id], reminded_at=state.now)
    state.put_offer(offer)
    conversation = state.conversations[offer.conversation_id]
    state.changes.offers_told.append(OfferTold(OfferNews.REMINDED, offer, conversation))


def _pending(state: ShopState, offer_id: UUID, agent_id: UUID) -> Offer | None:
    offer = state.offers.get(offer_id)
    return offer if offer is not None and offer.agent_id == agent_id else None


def _heard_from(state: ShopState, agent_id: UUID) -> None:
    agent = settling.act(state, state.agents[agent_id])
    state.put_agent(replace(agent, expiries_in_row=0))


def _pass_on(state: ShopState, offer: Offer, trigger: DecisionTrigger) -> None:
    conversation = state.conversations[offer.conversation_id]
    others = tuple(one for one in conversation.passed_by if one[0] != offer.agent_id)
    passed = (*others, (offer.agent_id, state.now))
    state.put_conversation(replace(conversation, passed_by=passed))
    offer_lost(state, conversation.id, trigger)


def active_weight(state: ShopState, agent: Agent) -> int:
    """Return what an agent serves, without what is only offered."""
    return sum(one.held for one in state.served_by(agent.id))
