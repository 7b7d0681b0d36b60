"""Rows as others see them: contracts made of routing state, nothing decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from services.router.domain.commands import Command, MessageArrived
from services.router.domain.derived_ids import derived_id
from services.router.domain.effects import ConversationTold, Effects, Line
from services.router.domain.model import Agent, Assignment, Conversation, Offer
from services.router.usecases import work_views
from services.router.usecases.ports import HeardItem, Standing
from shared.contracts import routing, standings
from shared.contracts.cards import Card, MayBe
from shared.contracts.events import Envelope
from shared.contracts.items import Author
from shared.kernel import ids
from shared.kernel.clock import Instant
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import (
    AgentStatus,
    CardStatus,
    EventType,
    Presence,
    Service,
    Visibility,
)

RECEIVERS = (Service.GATEWAY, Service.HISTORY)
"""Every conversation event goes to both."""

CONTACT_FREE_FROM = 3
"""From the third agent asked on, a card carries no address, e-mail or phone (DESIGN section 5)."""


def routing_state(conversation: Conversation) -> routing.RoutingState:
    """Return a conversation as every other service sees it."""
    return routing.RoutingState(**_state_of(conversation))


def _state_of(conversation: Conversation) -> dict[str, Any]:
    agent, customer = None, conversation.customer
    if conversation.agent_id is not None:
        agent = routing.AgentRef(id=conversation.agent_id, name=conversation.agent_name or "")
    return {
        "conversation_id": conversation.id,
        "version": conversation.version,
        "status": conversation.status,
        "respond_by": conversation.respond_by,
        "queued_at": conversation.queued_at,
        "agent": agent,
        "assignment_id": conversation.assignment_id,
        "assignment_version": conversation.assignment_version,
        "first_response_ms": conversation.first_response_ms,
        "queue_wait_ms": conversation.queue_wait_ms,
        "ended_at": conversation.ended_at,
        "end_reason": conversation.end_reason,
        "customer": customer if customer is not None and customer.verified else None,
        "channel": conversation.channel,
        "clock_at": conversation.clock_at,
        "clock_from": conversation.due_from,
        "transfers": conversation.transfers,
        "again_response_ms": conversation.again_response_ms,
        "outcome": conversation.outcome,
        "wrap_up_until": conversation.wrap_up_until,
        "work": work_views.routed_work(conversation),
    }


def sla_alarm(conversation: Conversation) -> routing.SlaAlarm:
    """Return what supervisors are told when an answer is at risk."""
    state = routing_state(conversation)
    customer = conversation.customer
    return routing.SlaAlarm(
        conversation_id=conversation.id,
        status=conversation.status,
        channel=conversation.channel,
        preview=conversation.preview,
        respond_by=conversation.respond_by,
        agent=state.agent,
        customer_name=customer.name if customer is not None and customer.verified else None,
        work=state.work,
    )


def agent_state(shop_id: UUID, agent: Agent) -> routing.AgentState:
    """Return an agent as consoles and streams see it."""
    return routing.AgentState(
        id=agent.id,
        shop_id=shop_id,
        name=agent.name,
        email=agent.email,
        status=agent.status,
        presence=agent.presence,
        capacity=agent.capacity,
        load=agent.load,
        agent_version=agent.version,
        unanswered_offers=agent.expiries_in_row,
    )


def waiting(conversation: Conversation) -> routing.WaitingConversation:
    """Return a conversation that nobody has taken yet, as agents see the line."""
    customer = conversation.customer
    return routing.WaitingConversation(
        state=routing_state(conversation),
        preview=conversation.preview,
        customer_name=customer.name if customer is not None and customer.verified else None,
    )


def colleague(agent: Agent) -> routing.Colleague:
    """Return an agent as colleagues see one who may be given a conversation."""
    here = agent.presence is Presence.CONNECTED and agent.status is AgentStatus.AVAILABLE
    return routing.Colleague(
        id=agent.id,
        name=agent.name,
        status=agent.status,
        presence=agent.presence,
        capacity=agent.capacity,
        load=agent.load,
        free=here and agent.load < agent.capacity,
    )


def agent_standing(row: Standing) -> standings.AgentStanding:
    """Return what an agent's console should know by now."""
    return standings.AgentStanding(
        agent_id=row.agent_id,
        agent_version=row.version,
        offers=row.offers,
        conversations=tuple(
            standings.ServedConversation(conversation_id=conversation_id, version=version)
            for conversation_id, version in row.conversations.items()
        ),
    )


def offer(
    row: Offer,
    conversation: Conversation,
    status: CardStatus,
    card: Card | None,
    may_be: tuple[MayBe, ...] = (),
) -> routing.Offer:
    """Return an offer with as much of the card as this agent may see."""
    customer = conversation.customer
    shown = card_for(row, card)
    known = customer.name if customer is not None and customer.verified else None
    return routing.Offer(
        id=row.id,
        conversation_id=row.conversation_id,
        agent_id=row.agent_id,
        status=row.status,
        channel=conversation.channel,
        preview=conversation.preview,
        created_at=row.created_at,
        expires_at=row.expires_at,
        respond_by=conversation.respond_by,
        customer_name=(shown.customer.name if shown else None) or known,
        card_status=status,
        card=shown,
        may_be=may_be if sees_all(row) else (),
        work=work_views.routed_work(conversation),
    )


def sees_all(row: Offer) -> bool:
    """Tell whether the agent of this offer may see addresses and hints before accepting."""
    return row.ordinal < CONTACT_FREE_FROM


def card_for(row: Offer, card: Card | None) -> Card | None:
    """Return the card as the agent of this offer may see it before accepting."""
    if card is None or sees_all(row):
        return card
    hidden = {"email": None, "phone": None, "city": None, "region": None}
    customer = card.customer.model_copy(update=hidden)
    return card.model_copy(update={"customer": customer, "may_be": (), "notes": ()})


def offer_ended(row: Offer) -> routing.OfferEnded:
    """Return the news that an offer can no longer be taken."""
    return routing.OfferEnded(
        offer_id=row.id, conversation_id=row.conversation_id, status=row.status
    )


def assignment(row: Assignment) -> routing.Assignment:
    """Return an assignment as its agent sees it."""
    return routing.Assignment(
        id=row.id,
        conversation_id=row.conversation_id,
        agent_id=row.agent_id,
        status=row.status,
        version=row.version,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def events(shop_id: UUID, effects: Effects, now: Instant) -> tuple[Envelope, ...]:
    """Return the durable events of a command, one for each receiver."""
    return tuple(
        event
        for told in effects.conversations_told
        if told.conversation.work is None  # nobody else has part in it
        for event in _envelopes(shop_id, told, now)
    )


def promises(shop_id: UUID, effects: Effects, now: Instant) -> tuple[Envelope, ...]:
    """Return what history is told of promises made, kept and given up in a command.

    Each is a stream of its own: a promise changes seldom, and its `version` says which is newer.
    """
    return tuple(
        Envelope(
            event_id=derived_id(IdKind.FOLLOW_UP, promised.id, promised.version, now),
            type=EventType.PROMISE_CHANGED,
            emitter=Service.ROUTER,
            receiver=Service.HISTORY,
            shop_id=shop_id,
            stream=f"{ids.encode(IdKind.FOLLOW_UP, promised.id)}:{promised.version}",
            version=1,
            occurred_at=now,
            body=promised.model_dump(mode="json"),
        )
        for promised in work_views.promises_changed(effects)
    )


def heard_items(
    command: Command, effects: Effects, now: Instant, place: int
) -> tuple[HeardItem, ...]:
    """Return the item a command brought, if it took effect; `place` events stand before it."""
    if not isinstance(command, MessageArrived) or command.told is None or not effects.heard:
        return ()
    internal = command.visibility is Visibility.AGENTS
    return (HeardItem(command.told, command.conversation_id, internal, place, now),)


def _line(line: Line) -> routing.RoutingLine:
    author = Author(kind=line.author, id=line.author_id, name=line.author_name)
    return routing.RoutingLine(
        kind=line.kind, visibility=line.visibility, author=author, text=line.text
    )


def _envelopes(shop_id: UUID, told: ConversationTold, now: Instant) -> Iterator[Envelope]:
    """Make an event once for all who get it.

    The envelope is not validated: it is made of values that are, and its body would be looked
    through word by word on the way of every decision.
    """
    conversation = told.conversation
    state = routing.RoutingTold(
        **_state_of(conversation),
        heard_version=told.heard,
        lines=tuple(_line(one) for one in told.lines),
    )
    event: dict[str, Any] = {
        "event_id": derived_id(IdKind.EVENT, conversation.id, conversation.version, now),
        "type": told.type,
        "emitter": Service.ROUTER,
        "shop_id": shop_id,
        "stream": ids.encode(IdKind.CONVERSATION, conversation.id),
        "version": conversation.version,
        "occurred_at": now,
        "body": state.model_dump(mode="json"),
    }
    first, *others = RECEIVERS
    envelope = Envelope.model_construct(**event, receiver=first)
    yield envelope
    for receiver in others:
        yield envelope.model_copy(update={"receiver": receiver})
