"""Tells agents' streams and other services what is committed; holds no truth and loses none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from uuid import UUID

from pydantic import BaseModel

from services.router.domain.effects import ConversationTold, Effects, OfferNews, OfferTold
from services.router.domain.model import Assignment, Conversation, Offer
from services.router.domain.telling import event_of
from services.router.usecases import views
from services.router.usecases.cards import CardDesk, Look, Start
from services.router.usecases.ports import LiveStreams, ShopWork
from shared.contracts.cards import CardReady, CardsChanged, WhoMayBe
from shared.contracts.events import Envelope
from shared.contracts.items import CustomerRef
from shared.contracts.stream import StreamEvent
from shared.kernel.vocabulary import (
    AssignmentStatus,
    CardStatus,
    ConversationStatus,
    EventType,
    OfferStatus,
)


class Herald:
    """Hands durable events to the relay at once and publishes live ones in the order of commits.

    Live events are hints: a gateway node finds a missed one out within two seconds and has a
    snapshot sent, and an offer nobody has seen is told again.
    """

    def __init__(
        self,
        relay: Callable[[Iterable[Envelope]], None],
        streams: LiveStreams,
        cards: CardDesk,
        start: Start,
    ) -> None:
        self._relay = relay
        self._streams = streams
        self._cards = cards
        self._start = start
        self._work: asyncio.Queue[ShopWork] = asyncio.Queue()
        self._open_offers: dict[UUID, bool] = {}
        """Offers that may still be taken, and whether their agent has been told the whole card."""
        self._shown: dict[UUID, dict[UUID, Offer | None]] = {}
        """Conversation -> agents who were shown its card, with their offer until they took it."""
        self._typed: dict[UUID, CustomerRef] = {}
        """Conversation -> the address that was left in it, once who that may be is looked up."""

    def committed(self, work: ShopWork) -> None:
        """Take what is committed; never waits."""
        self._relay(work.events)
        self._work.put_nowait(work)

    def show_later(self, shop_id: UUID, agent_id: UUID, conversation: Conversation) -> None:
        """Show an agent a card that was not there in time for a snapshot; never waits."""
        self._start(self._whole_card(shop_id, agent_id, conversation))

    def cards_changed(self, news: CardsChanged) -> None:
        """Show the new cards to whoever sees the old ones; never waits."""
        for conversation_id in self._cards.touched(news):
            self._start(self._renew(conversation_id))

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            work = await self._work.get()
            for effects in work.effects:
                await self._tell(work.shop_id, effects)

    async def _tell(self, shop_id: UUID, effects: Effects) -> None:
        for news in effects.offers_told:
            await self._tell_offer(shop_id, news)
        for conversation in effects.conversations:
            self._tell_who_may_be(shop_id, conversation)
        for told in effects.conversations_told:
            await self._tell_conversation(told)
        await self._tell_hands(shop_id, effects)
        for alarm in effects.alarms:
            for agent_id in alarm.audience:
                body = views.sla_alarm(alarm.conversation)
                await self._publish(agent_id, EventType.SLA_AT_RISK, body)
        for agent in effects.agents_told:
            state = views.agent_state(shop_id, agent)
            await self._publish(agent.id, EventType.AGENT_UPDATED, state)

    async def _tell_offer(self, shop_id: UUID, told: OfferTold) -> None:
        offer = told.offer
        if told.news is not OfferNews.ENDED:
            self._open_offers.setdefault(offer.id, False)
            self._start(self._offer_with_card(shop_id, told))
            return
        whole = self._open_offers.pop(offer.id, False)
        shown = self._shown.get(offer.conversation_id, {})
        if offer.status is OfferStatus.ACCEPTED:
            self._shown[offer.conversation_id] = {offer.agent_id: None}
        elif shown.pop(offer.agent_id, None) is not None and not shown:
            del self._shown[offer.conversation_id]
        await self._publish(offer.agent_id, EventType.OFFER_ENDED, views.offer_ended(offer))
        if offer.status is OfferStatus.ACCEPTED and not whole:
            self._start(self._whole_card(shop_id, offer.agent_id, told.conversation))

    async def _offer_with_card(self, shop_id: UUID, told: OfferTold) -> None:
        """Publish an offer once its card is there or 50 ms are over; the card may come after.

        An offer that ended meanwhile is never told: its end was told already.
        """
        offer = told.offer
        status, card, may_be = await self._cards.card(shop_id, told.conversation)
        if offer.id not in self._open_offers:
            return
        self._open_offers[offer.id] = _is_whole(offer, (status, card, may_be))
        self._shown.setdefault(offer.conversation_id, {})[offer.agent_id] = offer
        body = views.offer(offer, told.conversation, status, card, may_be)
        await self._publish(offer.agent_id, EventType.OFFER_CREATED, body)
        if status is CardStatus.PENDING:
            look = await self._cards.arrival(offer.conversation_id)
            if offer.id in self._open_offers:
                self._open_offers[offer.id] = _is_whole(offer, look)
                await self._publish_look(offer.agent_id, offer.conversation_id, look, offer)

    async def _tell_conversation(self, told: ConversationTold) -> None:
        conversation = told.conversation
        for agent_id in told.audience:
            await self._publish(agent_id, told.type, views.routing_state(conversation))
        if conversation.is_over:
            self._cards.forget(conversation.id)
            self._shown.pop(conversation.id, None)
            self._typed.pop(conversation.id, None)

    async def _renew(self, conversation_id: UUID) -> None:
        look = await self._cards.renew(conversation_id)
        if look is None:
            return
        for agent_id, offer in [*self._shown.get(conversation_id, {}).items()]:
            await self._publish_look(
                agent_id, conversation_id, look, offer, event=EventType.CARD_CHANGED
            )

    def _tell_who_may_be(self, shop_id: UUID, conversation: Conversation) -> None:
        """An address that was left says something to whoever was offered it before, or has it."""
        customer = conversation.customer
        if customer is None or customer.verified or conversation.is_over:
            return
        if self._typed.get(conversation.id) != customer:
            self._typed[conversation.id] = customer
            self._start(self._who_may_be(shop_id, conversation))

    async def _who_may_be(self, shop_id: UUID, conversation: Conversation) -> None:
        self._cards.want(shop_id, conversation.id, conversation.customer)
        look = await self._cards.arrival(conversation.id)
        told = dict(self._shown.get(conversation.id, {}))
        if conversation.status is ConversationStatus.ASSIGNED and conversation.agent_id:
            told.setdefault(conversation.agent_id, None)
        for agent_id, offer in told.items():
            await self._publish_look(agent_id, conversation.id, look, offer)

    async def _tell_hands(self, shop_id: UUID, effects: Effects) -> None:
        for taken in effects.taken_from:
            body = views.routing_state(taken.conversation)
            event = event_of(EventType.CONVERSATION_TAKEN, taken.conversation)
            await self._publish(taken.agent_id, event, body)
        for given in effects.assignments:
            if given.status is AssignmentStatus.ENDED:
                self._hide_card(given)
        for given in effects.assignments:
            if given.offer_id is None and given.status is AssignmentStatus.ACTIVE:
                self._show_card(shop_id, given, effects)

    def _hide_card(self, ended: Assignment) -> None:
        """Who has passed a conversation on is told no more of its customer."""
        shown = self._shown.get(ended.conversation_id, {})
        shown.pop(ended.agent_id, None)
        if not shown:
            self._shown.pop(ended.conversation_id, None)

    def _show_card(self, shop_id: UUID, given: Assignment, effects: Effects) -> None:
        """Whoever got a conversation by hand has seen no offer of it, and no card."""
        self._shown[given.conversation_id] = {given.agent_id: None}
        for one in effects.conversations:
            if one.id == given.conversation_id:
                self._start(self._whole_card(shop_id, given.agent_id, one))

    async def _whole_card(self, shop_id: UUID, agent_id: UUID, conversation: Conversation) -> None:
        """Show whoever took a conversation the card, when the offer came without all of it."""
        self._cards.want(shop_id, conversation.id, conversation.customer)
        look = await self._cards.arrival(conversation.id)
        await self._publish_look(agent_id, conversation.id, look, None)

    async def _publish_look(
        self,
        agent_id: UUID,
        conversation_id: UUID,
        look: Look,
        offer: Offer | None,
        *,
        event: EventType = EventType.CARD_READY,
    ) -> None:
        """Tell an agent as much as their offer lets them see, all of it without one."""
        _, card, may_be = look
        shown = card if offer is None else views.card_for(offer, card)
        if shown is not None:
            ready = CardReady(conversation_id=conversation_id, card=shown)
            await self._publish(agent_id, event, ready)
        elif (may_be or event is EventType.CARD_CHANGED) and _sees_all(offer):
            who = WhoMayBe(conversation_id=conversation_id, may_be=may_be)
            await self._publish(agent_id, EventType.MAY_BE_CHANGED, who)

    async def _publish(self, agent_id: UUID, event: EventType, body: BaseModel) -> None:
        message = StreamEvent(type=event, body=body.model_dump(mode="json"))
        await self._streams.publish(agent_id, message)


def _sees_all(offer: Offer | None) -> bool:
    return offer is None or views.sees_all(offer)


def _is_whole(offer: Offer, look: Look) -> bool:
    """Tell whether the agent of an offer sees all there is."""
    status, card, may_be = look
    seen = views.card_for(offer, card) is card and (views.sees_all(offer) or not may_be)
    return status is not CardStatus.PENDING and seen
