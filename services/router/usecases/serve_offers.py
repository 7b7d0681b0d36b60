"""What agents do with offers and conversations; each is one command and its committed answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.router.domain.commands import (
    ConversationClosed,
    CustomerLeft,
    OfferAccepted,
    OfferDeclined,
    OfferSeen,
)
from services.router.domain.effects import ConversationNow, Refused, Taken
from services.router.domain.model import Assignment, Conversation, Offer, OfferEnd, Promise
from services.router.usecases import views
from services.router.usecases.cards import CardDesk
from services.router.usecases.ownership import Desk
from services.router.usecases.ports import PastOffer, Records, Signer
from shared.contracts import routing
from shared.contracts.claims import Grant, GrantAnswer
from shared.kernel.clock import Clock, Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import AssignmentStatus, ConversationStatus, OfferStatus, Outcome

GRANT_LIFE_MS: Final[Millis] = 60_000
"""A grant bridges the way of the assignment's event; a minute covers a relay at rest."""

_SENTENCES = {
    ErrorCode.NOT_FOUND: "There is nothing here.",
    ErrorCode.OFFER_GONE: "This offer is gone.",
    ErrorCode.AT_CAPACITY: "You serve as many conversations as you can take.",
    ErrorCode.NOT_ASSIGNED: (
        "This conversation is not assigned to you, or not any more: accept an offer of it first."
    ),
    ErrorCode.ALREADY_ENDED: "This conversation has ended already.",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """An agent of a shop, as the token says."""

    shop_id: UUID
    agent_id: UUID
    name: str


class ServeOffers:
    """See, accept, decline, close. Repeating any of them gives the same answer."""

    def __init__(
        self, desk: Desk, records: Records, cards: CardDesk, signer: Signer, clock: Clock
    ) -> None:
        self._desk = desk
        self._records = records
        self._cards = cards
        self._signer = signer
        self._clock = clock

    async def seen(self, caller: Caller, offer_id: UUID) -> None:
        """Note that the offer is on the agent's screen.

        Raises:
            RefusedError: NOT_FOUND, OFFER_GONE, TAKEN, TRY_AGAIN.
        """
        command = OfferSeen(offer_id, caller.agent_id)
        if isinstance(await self._desk.post(caller.shop_id, command), Refused):
            raise _gone(await self._past(caller, offer_id))

    async def decline(self, caller: Caller, offer_id: UUID) -> None:
        """Pass the offer on.

        Raises:
            RefusedError: NOT_FOUND, OFFER_GONE, TAKEN, TRY_AGAIN.
        """
        command = OfferDeclined(offer_id, caller.agent_id)
        if isinstance(await self._desk.post(caller.shop_id, command), Refused):
            past = await self._past(caller, offer_id)
            if past.offer.status is not OfferStatus.DECLINED:
                raise _gone(past)

    async def accept(self, caller: Caller, offer_id: UUID) -> routing.OfferTaken:
        """Take the conversation; the grant opens it at the gateway at once.

        Raises:
            RefusedError: NOT_FOUND, OFFER_GONE, TAKEN, AT_CAPACITY, TRY_AGAIN.
        """
        command = OfferAccepted(offer_id, caller.agent_id)
        answer = await self._desk.post(caller.shop_id, command)
        if isinstance(answer, Taken):
            return self.taken(caller.shop_id, answer.assignment, answer.conversation)
        if answer == Refused(ErrorCode.AT_CAPACITY):
            raise _refused(ErrorCode.AT_CAPACITY)
        past = await self._past(caller, offer_id)
        mine = past.assignment
        if mine is None or mine.status is not AssignmentStatus.ACTIVE:
            raise _gone(past)
        return self.taken(caller.shop_id, mine, past.conversation)

    async def close(
        self,
        shop_id: UUID,
        conversation_id: UUID,
        agent_id: UUID | None,
        promise: Promise | None = None,
    ) -> routing.RoutingState:
        """End a conversation for its agent, or for a supervisor (no agent); a promise is to keep.

        Raises:
            RefusedError: NOT_FOUND, NOT_ASSIGNED, ALREADY_ENDED, TRY_AGAIN.
        """
        outcome = Outcome.RESOLVED if promise is None else Outcome.FOLLOW_UP
        command = ConversationClosed(conversation_id, agent_id, outcome, promise)
        answer = await self._desk.post(shop_id, command)
        if isinstance(answer, ConversationNow):
            return views.routing_state(answer.conversation)
        code = answer.code if isinstance(answer, Refused) else ErrorCode.NOT_FOUND
        if await self._records.conversation(shop_id, conversation_id, agent_id) is None:
            code = ErrorCode.NOT_FOUND  # not the caller's to see: like one that does not exist
        raise _refused(code)

    async def promise(
        self, shop_id: UUID, conversation_id: UUID, agent_id: UUID | None, wish: routing.NewFollowUp
    ) -> routing.RoutingState:
        """End a conversation with a promise to its customer.

        Raises:
            RefusedError: as `close`.
        """
        promise = Promise(wish.due_at, wish.words, wish.order_reference)
        return await self.close(shop_id, conversation_id, agent_id, promise)

    async def leave(self, shop_id: UUID, conversation_id: UUID) -> bool:
        """End a conversation for its customer; false when it is not known yet.

        Raises:
            RefusedError: TRY_AGAIN, ROUTING_UNAVAILABLE.
        """
        answer = await self._desk.post(shop_id, CustomerLeft(conversation_id))
        return isinstance(answer, ConversationNow)

    async def standing(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> GrantAnswer:
        """Return what an agent may do: write who serves the conversation, read who was asked."""
        found = await self._records.conversation(shop_id, conversation_id, agent_id)
        if found is None:
            return GrantAnswer(grant=None)
        serves = found.status is ConversationStatus.ASSIGNED and found.agent_id == agent_id
        if serves:
            return GrantAnswer(grant=self._grant(shop_id, found), may_read=True)
        other = found.agent_name if found.status is ConversationStatus.ASSIGNED else None
        return GrantAnswer(grant=None, may_read=True, taken_by=other)

    async def pending(self, caller: Caller) -> tuple[routing.Offer, ...]:
        """Return the agent's pending offers with their cards, oldest first."""
        rows = await self._records.pending_offers(caller.shop_id, caller.agent_id)
        return await self.with_cards(caller.shop_id, rows)

    async def with_cards(
        self, shop_id: UUID, rows: Sequence[tuple[Offer, Conversation]]
    ) -> tuple[routing.Offer, ...]:
        """Return offers with the cards that are there within 50 ms."""
        looks = await asyncio.gather(*(self._cards.card(shop_id, one) for _, one in rows))
        return tuple(
            views.offer(offer, conversation, *look)
            for (offer, conversation), look in zip(rows, looks, strict=True)
        )

    async def _past(self, caller: Caller, offer_id: UUID) -> PastOffer:
        past = await self._records.offer(caller.shop_id, offer_id)
        if past is None or past.offer.agent_id != caller.agent_id:
            raise _refused(ErrorCode.NOT_FOUND)
        return past

    def taken(
        self, shop_id: UUID, assignment: Assignment, conversation: Conversation
    ) -> routing.OfferTaken:
        """Return what whoever has a conversation now is answered, with the grant to write."""
        return routing.OfferTaken(
            assignment=views.assignment(assignment),
            grant=self._signer.grant(self._grant(shop_id, conversation)),
            state=views.routing_state(conversation),
        )

    def _grant(self, shop_id: UUID, conversation: Conversation) -> Grant:
        if conversation.agent_id is None or conversation.assignment_id is None:
            raise TypeError("a conversation that is served has an agent and an assignment")
        return Grant(
            shop_id=shop_id,
            conversation_id=conversation.id,
            agent_id=conversation.agent_id,
            agent_name=conversation.agent_name or "",
            assignment_id=conversation.assignment_id,
            assignment_version=conversation.assignment_version,
            expires_at=self._clock.now() + GRANT_LIFE_MS,
        )


def _gone(past: PastOffer) -> RefusedError:
    if past.offer.end_cause is OfferEnd.TAKEN:
        detail = "A colleague has taken this conversation."
        if past.conversation.agent_name:
            detail = f"{past.conversation.agent_name} has taken this conversation."
        return RefusedError(ErrorCode.TAKEN, detail)
    return _refused(ErrorCode.OFFER_GONE)


def _refused(code: ErrorCode) -> RefusedError:
    return RefusedError(code, _SENTENCES[code])
