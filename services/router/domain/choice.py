"""Who is the best to ask; changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from services.router.domain import learning
from services.router.domain.effects import CandidateSeen
from services.router.domain.limits import fits, limit_of
from services.router.domain.model import Agent, Conversation, Offer
from services.router.domain.needs import Languages
from services.router.domain.pool import FEW
from services.router.domain.rooms import room_of
from services.router.domain.state import ShopState
from shared.kernel.vocabulary import Exclusion


def rank(state: ShopState, conversation: Conversation) -> tuple[Agent, ...]:
    """Return the best five to ask, best first."""
    return _best(state, conversation, askable(state, conversation))


def askable(state: ShopState, conversation: Conversation) -> int:
    """Return the set of those who can be asked.

    Who passed the conversation comes in again only when nobody else is there and nobody is being
    asked, or everyone is, or its owner is silent; and not at once.
    """
    pool = state.pool
    able = _able(state, conversation)
    if not able:
        return 0
    asked = _asked(state, conversation)
    others = pool.without(able, asked, _passed(conversation))
    if others or (asked and not state.is_pressing(conversation)):
        return others
    return able & _rested(state, conversation, asked)


def calm(state: ShopState, conversation: Conversation) -> int:
    """Return how many could be asked whom nothing else occupies."""
    pool, able = state.pool, _able(state, conversation)
    others = pool.without(able, _asked(state, conversation), _passed(conversation))
    return pool.calm(others).bit_count()


def excluded(
    state: ShopState, conversation: Conversation, best: tuple[Agent, ...]
) -> tuple[tuple[Exclusion, int], ...]:
    """Return how many agents each reason keeps from this conversation."""
    pool = state.pool
    counts = pool.excluded(room_of(state, conversation), conversation.needs)
    asked, passed = _asked(state, conversation), _passed(conversation)
    spared = 0 if best else askable(state, conversation)  # or one of them would be the best
    if asked or passed or spared:
        able = _able(state, conversation)
        left = pool.without(pool.bits(*passed) & able, asked, [agent.id for agent in best])
        for reason, agents in (
            (Exclusion.DECLINED_BEFORE, left & ~spared),
            (Exclusion.ALREADY_OFFERED, able & pool.bits(*asked)),
            (Exclusion.KEPT_FREE, pool.calm(spared)),
            (Exclusion.OCCUPIED, spared & ~pool.calm(spared)),
        ):
            if agents:
                counts[reason] = agents.bit_count()
    return tuple(counts.items())


def seen(
    state: ShopState, conversation: Conversation, best: tuple[Agent, ...]
) -> tuple[CandidateSeen, ...]:
    """Return the candidates as a decision record tells them; the first is the one chosen."""
    pool = state.pool
    room, languages = room_of(state, conversation), conversation.needs.languages
    chances = learning.chances(state, conversation, best)
    return tuple(
        CandidateSeen(
            agent_id=one.id,
            name=one.name,
            load=one.load,
            capacity=limit_of(one, room, state.policy),
            chosen=one is best[0],
            chance_permille=chance,
            occupied=not pool.is_calm(one.id),
            language=spoken(one, languages),
        )
        for one, chance in zip(best, chances, strict=True)
    )


def spoken(agent: Agent, languages: Languages) -> str | None:
    """Return the first of these languages that an agent is asked in, if any is needed."""
    if not languages:
        return None
    any_will_do = not agent.languages
    return next((one for one in languages if any_will_do or one in agent.languages), None)


def displaceable(
    state: ShopState, conversation: Conversation, *, unseen: bool = False
) -> Offer | None:
    """Return the newest extra offer whose agent could take this conversation instead.

    `unseen`: only one that no console has shown yet, and without which its agent is calm.
    """
    pool = state.pool
    holders = pool.without(pool.holding_extras(conversation.needs), _passed(conversation))
    room = room_of(state, conversation)

    def gives_way(offer: Offer) -> bool:
        agent = state.agents[offer.agent_id]
        mine = bool(holders & pool.bits(agent.id))
        costs = unseen and not _is_calm_without(state, agent, offer)
        return mine and not costs and fits(agent, room, state.policy, without=offer.weight)

    return next(filter(gives_way, _extras_of(state, holders)), None)


def _is_calm_without(state: ShopState, agent: Agent, offer: Offer) -> bool:
    if offer.seen_at is not None or len(state.pending_with(agent.id)) > 1:
        return False
    return agent.settled_at <= state.now and not state.is_writing(agent.id)


def _extras_of(state: ShopState, holders: int) -> Iterable[Offer]:
    """Return extra offers, newest first: all, unless those who hold any that matter are few."""
    if holders.bit_count() > FEW:
        return (state.offers[UUID(int=key[1])] for key in state.extras)
    offers = (one for agent in state.pool.members(holders) for one in state.pending_with(agent))
    extras = (one for one in offers if state.offers_of(one.conversation_id)[0].id != one.id)
    return sorted(extras, key=lambda one: one.extra_key)


def _able(state: ShopState, conversation: Conversation) -> int:
    return state.pool.able(room_of(state, conversation), conversation.needs)


def _passed(conversation: Conversation) -> Collection[UUID]:
    """Return who declined it, or let it expire."""
    return [agent for agent, _ in conversation.passed_by]


def _asked(state: ShopState, conversation: Conversation) -> set[UUID]:
    """Return who has the conversation before the eyes already: its silent owner has, too."""
    owner = set() if conversation.agent_id is None else {conversation.agent_id}
    return owner | {offer.agent_id for offer in state.offers_of(conversation.id)}


def _rested(state: ShopState, conversation: Conversation, asked: set[UUID]) -> int:
    """Return the set of those who passed it so long ago that they may be asked again."""
    patience = state.now - state.policy.reask_after_ms
    passed = (one for one in conversation.passed_by if one[0] not in asked)
    return state.pool.bits(*(agent for agent, at in passed if at <= patience))


def _best(state: ShopState, conversation: Conversation, among: int) -> tuple[Agent, ...]:
    """Return the first five of a set: who served it before, then by language and pool's order."""
    within = learning.time_left(state, conversation)
    known = conversation.preferred_agent
    best = list[UUID]()
    for some in state.pool.preferred(among, conversation.needs.languages):
        wanted = state.candidates_told - len(best)
        best += state.pool.best(some, conversation.channel, within, wanted)
    if known is not None and among & state.pool.bits(known):
        best = [known, *(one for one in best if one != known)][: state.candidates_told]
    return tuple(state.agents[one] for one in best)
