"""Fetches context cards while conversations are being routed; decides nothing, keeps no truth."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

from services.router.domain.commands import Command, MessageArrived
from services.router.domain.model import Conversation
from services.router.usecases.ports import CardSource, CardUnavailableError
from shared.contracts.cards import Card, CardAnswer, CardFacts, CardsChanged, MayBe
from shared.contracts.items import TYPED, CustomerRef
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import AuthorKind, CardStatus

WAIT_MS: Final[Millis] = 50
"""How long an offer waits for its card, DESIGN section 5."""

ANSWER_MS: Final[Millis] = 1_000
"""How long history may take for an answer that comes after the offer."""

ATTEMPTS: Final = 5
"""Requests for one card; after that the next who needs it asks again."""

KEPT: Final = 2_000
"""Cards remembered: those of the conversations at hand; the oldest is dropped first."""

NO_FACTS: Final = CardFacts()
"""Nothing that routing goes by."""

Start: TypeAlias = Callable[[Coroutine[Any, Any, None]], None]
"""Runs something in an owned task, whose failure is its own."""

TellFacts: TypeAlias = Callable[[UUID, UUID, CardFacts], None]
"""Told of a shop's conversation what its customer's card says that routing may go by."""

Look: TypeAlias = tuple[CardStatus, Card | None, tuple[MayBe, ...]]
"""How a card stands, the card, and without one who the customer may be."""


@dataclass(slots=True)
class _Fetch:
    shop_id: UUID
    customer: CustomerRef
    done: asyncio.Event = field(default_factory=asyncio.Event)
    answer: CardAnswer | None = None
    facts: CardFacts = NO_FACTS
    """What was told of it."""

    def is_of(self, news: CardsChanged) -> bool:
        """Tell whether the news is of this customer."""
        if self.shop_id != news.shop_id:
            return False
        card = self.card
        if card is not None and card.customer.id in news.customer_ids:
            return True
        mine = self.customer.value.strip().lower()
        return any(mine == one.value.lower() for one in news.customers)

    @property
    def card(self) -> Card | None:
        return None if self.answer is None else self.answer.card

    @property
    def look(self) -> Look:
        if self.answer is None:
            return CardStatus.PENDING, None, ()
        status = CardStatus.READY if self.card else CardStatus.UNKNOWN_CUSTOMER
        return status, self.card, self.answer.may_be


class CardDesk:
    """The cards of conversations at hand, fetched once each, in parallel with everything else."""

    def __init__(self, source: CardSource, start: Start, tell: TellFacts) -> None:
        self._source = source
        self._start = start
        self._tell = tell
        self._fetches: OrderedDict[UUID, _Fetch] = OrderedDict()

    def want(self, shop_id: UUID, conversation_id: UUID, customer: CustomerRef | None) -> None:
        """Begin to fetch a conversation's card, unless that has begun or nobody may be known.

        Who left an address that proves nothing has no card, but may be somebody (LESSONS 24).
        """
        if customer is None or not (customer.verified or customer.kind in TYPED):
            return
        begun = self._fetches.get(conversation_id)
        if begun is not None and begun.customer == customer:
            return
        fetch = self._fetches[conversation_id] = _Fetch(shop_id, customer)
        if len(self._fetches) > KEPT:
            self._fetches.popitem(last=False)
        self._start(self._run(fetch, conversation_id))

    def foresee(self, shop_id: UUID, command: Command) -> None:
        """Begin to fetch the card that a customer's message will ask for, beside its commit."""
        if isinstance(command, MessageArrived) and command.author is AuthorKind.CUSTOMER:
            self.want(shop_id, command.conversation_id, command.customer)

    async def card(
        self, shop_id: UUID, conversation: Conversation, *, wait_ms: Millis = WAIT_MS
    ) -> Look:
        """Return a conversation's card, or how it stands after wait_ms."""
        self.want(shop_id, conversation.id, conversation.customer)
        fetch = self._fetches.get(conversation.id)
        if fetch is None:
            return CardStatus.UNKNOWN_CUSTOMER, None, ()
        try:
            async with asyncio.timeout(wait_ms / 1_000):
                await fetch.done.wait()
        except TimeoutError:
            pass
        return fetch.look

    async def arrival(self, conversation_id: UUID) -> Look:
        """Return the card, or who the customer may be, once it is there; pending: it never came."""
        fetch = self._fetches.get(conversation_id)
        if fetch is None:
            return CardStatus.PENDING, None, ()
        await fetch.done.wait()
        return fetch.look

    def forget(self, conversation_id: UUID) -> None:
        """Drop the card of a conversation that ended."""
        self._fetches.pop(conversation_id, None)

    def touched(self, news: CardsChanged) -> tuple[UUID, ...]:
        """Return the conversations at hand whose card is another now."""
        return tuple(
            conversation_id
            for conversation_id, fetch in self._fetches.items()
            if fetch.answer is not None and fetch.is_of(news)
        )

    async def renew(self, conversation_id: UUID) -> Look | None:
        """Fetch a card again; None when it is the same, or history does not answer."""
        fetch = self._fetches.get(conversation_id)
        if fetch is None:
            return None
        try:
            answer = await self._source.fetch(fetch.shop_id, fetch.customer, ANSWER_MS)
        except CardUnavailableError:
            return None
        before, fetch.answer = fetch.look, answer
        self._tell_facts(fetch, conversation_id)
        return None if fetch.look == before else fetch.look

    def _tell_facts(self, fetch: _Fetch, conversation_id: UUID) -> None:
        if fetch.card is not None and fetch.card.facts != fetch.facts:
            fetch.facts = fetch.card.facts
            self._tell(fetch.shop_id, conversation_id, fetch.facts)

    async def _run(self, fetch: _Fetch, conversation_id: UUID) -> None:
        try:
            for _ in range(ATTEMPTS):
                try:
                    answer = await self._source.fetch(fetch.shop_id, fetch.customer, ANSWER_MS)
                except CardUnavailableError:
                    continue
                fetch.answer = answer
                self._tell_facts(fetch, conversation_id)
                return
        finally:
            if fetch.answer is None and self._fetches.get(conversation_id) is fetch:
                del self._fetches[conversation_id]
            fetch.done.set()
