"""Draining the line: makes offers until nobody waits who could be asked for; knows no command."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.router.domain import choice, deadlines, learning, settling, sparing
from services.router.domain.derived_ids import derived_id
from services.router.domain.effects import DecisionRecord, OfferNews, OfferTold
from services.router.domain.model import Agent, Conversation, Offer, OfferEnd
from services.router.domain.replacing import replace
from services.router.domain.rooms import most_of, weighs
from services.router.domain.state import ShopState
from services.router.domain.timers import TimerKind
from services.router.domain.turns import Turns
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import Instant
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import ConversationStatus, OfferStatus

CALM_FOR_EACH = 2
"""For each offer beyond the second, made in the same instant, so many more must be left calm."""


def drain(state: ShopState, trigger: DecisionTrigger) -> None:
    """Offer every waiting conversation that somebody can be asked about, in the line's order.

    Called at the end of every command, so nothing ever waits for a poll (LESSONS 1 and 2). The
    cost is that of the offers made, not of those who wait: see `turns`.
    """
    state.line.age(state.now + state.policy.savable_ms)
    state.hungry.age(state.now)
    state.pool.age(state.now)
    fresh = set[UUID]()
    looks = state.line.gives_way
    while (more := state.pool.take_fresh()) or state.line.is_stirred or looks:
        looks = False
        fresh |= more  # whose extra offers gave way, in the round before, have room too
        _serve_waiting(state, more, trigger)
    if fresh or state.hungry.is_stirred or state.hungry.gives_way:
        _serve_hungry(state, fresh)
    sparing.look_again(state)
    _explain_unserved(state)


def end_offer(state: ShopState, offer: Offer, status: OfferStatus, cause: OfferEnd) -> None:
    """End a pending offer and let its agent know; who has seen it finds the thread again."""
    ended = replace(offer, status=status, ended_at=state.now, end_cause=cause)
    state.put_offer(ended)
    if status is not OfferStatus.ACCEPTED:
        learning.offer_ended(state, ended, cause)
    conversation = state.conversations[offer.conversation_id]
    state.changes.offers_told.append(OfferTold(OfferNews.ENDED, ended, conversation))
    if status is OfferStatus.RESCINDED and offer.seen_at is not None:
        settling.lose(state, offer.agent_id)


def offer_lost(state: ShopState, conversation_id: UUID, trigger: DecisionTrigger) -> None:
    """After an offer ended untaken: ask one more beside the others, or beside a silent owner.

    Where there is neither, it waits in the line again.
    """
    conversation = state.conversations[conversation_id]
    state.changes.causes[conversation_id] = trigger
    owned = conversation.status is ConversationStatus.ASSIGNED
    if owned or state.offers_of(conversation_id):
        state.put_conversation(replace(conversation, widen_at=state.now))
        wants_one_more(state, conversation_id)
    else:
        queued = replace(conversation, status=ConversationStatus.QUEUED, widen_at=None)
        state.put_conversation(queued)


def make_room(state: ShopState, agent_id: UUID, trigger: DecisionTrigger) -> None:
    """Withdraw the newest offers that an agent has no capacity for any more.

    What is assigned stays, above capacity if need be: a customer is not passed on for a figure.
    """
    for offer in reversed(state.pending_with(agent_id)):
        agent = state.agents[agent_id]
        if agent.load <= most_of(state, state.conversations[offer.conversation_id], agent):
            break
        end_offer(state, offer, OfferStatus.RESCINDED, OfferEnd.OVER_CAPACITY)
        offer_lost(state, offer.conversation_id, trigger)


def wants_one_more(state: ShopState, conversation_id: UUID) -> None:
    """Ask one more agent about an offered conversation as soon as somebody is free."""
    conversation = state.conversations[conversation_id]
    state.timers.set(TimerKind.OFFER_WIDENS, conversation_id, None)
    again_at = deadlines.reask(state.policy, conversation, state.now)
    state.timers.set(TimerKind.REASK, conversation_id, again_at)
    state.be_hungry(conversation)
    state.hungry.stir(conversation_id)
    state.hungry.age(state.now)


def _serve_waiting(state: ShopState, fresh: Iterable[UUID], trigger: DecisionTrigger) -> None:
    turns = Turns(state, state.line, fresh, displaces=True)
    while (conversation_id := turns.next()) is not None:
        if _offer_somebody(state, conversation_id, trigger):
            turns.served()
        else:
            turns.failed(state.conversations[conversation_id])
    state.line.restore()


def _offer_somebody(state: ShopState, conversation_id: UUID, trigger: DecisionTrigger) -> bool:
    conversation = state.conversations[conversation_id]
    best = choice.rank(state, conversation)
    if _displace_for(state, conversation, best):
        best = choice.rank(state, conversation)
    if best:
        cause = state.changes.causes.pop(conversation_id, trigger)
        _make_offer(state, conversation, best, cause)
    return bool(best)


def _displace_for(state: ShopState, conversation: Conversation, best: tuple[Agent, ...]) -> bool:
    """Take an extra offer from somebody, where nobody could be asked otherwise; tell whether.

    Or where one who can still be in time would be offered to somebody occupied: then one that is
    on no screen yet, and without which its agent is calm.
    """
    if best and (state.pool.is_calm(best[0].id) or state.line.is_late(conversation.id)):
        return False
    extra = choice.displaceable(state, conversation, unseen=bool(best))
    if extra is None:
        return False
    end_offer(state, extra, OfferStatus.RESCINDED, OfferEnd.DISPLACED)
    others = state.conversations[extra.conversation_id]
    again_at = state.now + state.policy.widen_after_ms
    everyone_at = again_at if state.asks_everyone(others) else others.everyone_at
    state.put_conversation(replace(others, widen_at=again_at, everyone_at=everyone_at))
    return True


def _serve_hungry(state: ShopState, fresh: Iterable[UUID]) -> None:
    turns = Turns(state, state.hungry, fresh, displaces=False)
    while (conversation_id := turns.next()) is not None:
        conversation = state.conversations[conversation_id]
        best = choice.rank(state, conversation)
        if best:
            cause = state.changes.causes.pop(conversation_id, DecisionTrigger.OFFER_UNANSWERED)
            _make_offer(state, conversation, best, cause)
        else:
            turns.failed(conversation)
    state.hungry.restore()


def _explain_unserved(state: ShopState) -> None:
    """Record why conversations that needed a decision were offered to nobody yet."""
    for conversation_id, cause in state.changes.causes.items():
        conversation = state.conversations.get(conversation_id)
        if conversation is not None and conversation_id in state.line:
            _decide(state, conversation, (), cause)
            counted = replace(conversation, decisions_made=conversation.decisions_made + 1)
            state.count_conversation(counted)


def _make_offer(
    state: ShopState, conversation: Conversation, best: tuple[Agent, ...], cause: DecisionTrigger
) -> None:
    _decide(state, conversation, best, cause)
    offer = _offer(state, conversation, best[0])
    state.put_offer(offer)
    everyone_at = conversation.everyone_at or state.now + state.policy.everyone_after_ms
    owned = conversation.status is ConversationStatus.ASSIGNED
    offered = replace(
        conversation,
        status=conversation.status if owned else ConversationStatus.OFFERED,
        offers_made=offer.ordinal,
        decisions_made=conversation.decisions_made + 1,
        widen_at=_widens_at(state, conversation.id),
        everyone_at=everyone_at,
    )
    state.put_conversation(offered)
    if state.asks_everyone(offered) or offered.widen_at == state.now:
        wants_one_more(state, offered.id)
    state.changes.offers_told.append(OfferTold(OfferNews.CREATED, offer, offered))


def _widens_at(state: ShopState, conversation_id: UUID) -> Instant | None:
    """Return when one more is asked: at once up to the first offers, then after a while, or never.

    Until a console says that the newest offer is seen: see `answering.on_seen`.
    """
    offers = len(state.offers_of(conversation_id))
    conversation = state.conversations[conversation_id]
    if state.asks_everyone(conversation):
        return None
    if offers < state.policy.first_offers and _can_be_spared(state, conversation, offers):
        return state.now
    full = offers >= state.policy.max_live_offers
    return None if full else state.now + state.policy.first_widening_ms


def _can_be_spared(state: ShopState, conversation: Conversation, offers: int) -> bool:
    """Tell whether one more is asked in the same instant: who loses the race is lost to others.

    A second one where anybody calm is left, each further one where two more are. Not where the
    target is lost all the same, nor beside an owner.
    """
    owned = conversation.status is ConversationStatus.ASSIGNED
    if owned or conversation.respond_by - state.now < state.policy.savable_ms:
        return False
    return choice.calm(state, conversation) > CALM_FOR_EACH * (offers - 1)


def _offer(state: ShopState, conversation: Conversation, agent: Agent) -> Offer:
    ordinal = conversation.offers_made + 1
    return Offer(
        id=derived_id(IdKind.OFFER, conversation.id, ordinal, state.now),
        conversation_id=conversation.id,
        agent_id=agent.id,
        ordinal=ordinal,
        weight=weighs(state, conversation, agent),
        created_at=state.now,
        expires_at=state.now + state.policy.offer_ttl_ms,
        load=agent.load,
        chance_permille=learning.chance(state, conversation, agent),
    )


def _decide(
    state: ShopState, conversation: Conversation, best: tuple[Agent, ...], cause: DecisionTrigger
) -> None:
    ordinal = conversation.decisions_made + 1
    state.changes.decisions.append(
        DecisionRecord(
            id=derived_id(IdKind.DECISION, conversation.id, ordinal, state.now),
            conversation_id=conversation.id,
            decided_at=state.now,
            trigger=cause,
            policy=state.policy.label,
            candidates=choice.seen(state, conversation, best),
            excluded=choice.excluded(state, conversation, best),
            waiting_ahead=state.line.ahead_of(conversation.id),
            languages=conversation.needs.languages,
            ordinal=ordinal,
        )
    )
