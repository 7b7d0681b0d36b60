"""Turns the gateway's durable events into commands; positions are answered after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from services.router.domain.commands import MessageArrived
from services.router.domain.effects import HeardUpTo
from services.router.usecases.cards import CardDesk
from services.router.usecases.ports import Desk
from shared.contracts.events import Envelope
from shared.contracts.items import MessageCreated
from shared.kernel.vocabulary import AuthorKind

PREVIEW_MAX: Final = 200
"""Code points of the first message that an offer shows: two lines of a console."""


class HearEvents:
    """Applies `message.created` in the order each stream's versions come."""

    def __init__(self, desk: Desk, cards: CardDesk) -> None:
        self._desk = desk
        self._cards = cards

    async def apply(self, events: Sequence[Envelope]) -> Mapping[tuple[UUID, str], int]:
        """Return where each stream stands after the commit; streams that failed are left out.

        Raises:
            RefusedError: every stream failed; the outcome may be unknown and they may come again.
        """
        waiting = [(event, self._desk.post(event.shop_id, self._read(event))) for event in events]
        answers = await asyncio.gather(*(one for _, one in waiting), return_exceptions=True)
        positions: dict[tuple[UUID, str], int] = {}
        failures: list[BaseException] = []
        for (event, _), answer in zip(waiting, answers, strict=True):
            if isinstance(answer, HeardUpTo):
                positions[event.shop_id, event.stream] = answer.version
            elif isinstance(answer, BaseException):
                failures.append(answer)
        if failures and not positions:
            raise failures[0]
        return positions

    def _read(self, event: Envelope) -> MessageArrived:
        message = MessageCreated.model_validate(event.body, strict=False)
        item, conversation = message.item, message.conversation
        if item.author.kind is AuthorKind.CUSTOMER:
            # In parallel with the commit: an offer waits 50 ms for it at most.
            self._cards.want(event.shop_id, conversation.id, conversation.customer)
        return MessageArrived(
            conversation_id=conversation.id,
            version=event.version,
            channel=conversation.channel,
            customer=conversation.customer,
            kind=item.kind,
            visibility=item.visibility,
            author=item.author.kind,
            preview=item.text[:PREVIEW_MAX],
            received_at=message.received_at,
            created_at=item.created_at,
        )
