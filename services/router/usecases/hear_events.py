"""Turns the gateway's durable events into commands; positions are answered after the commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from pydantic_core import to_json

from services.router.domain.commands import ItemTold, MessageArrived
from services.router.domain.effects import HeardUpTo
from services.router.usecases.ownership import Desk, Order
from shared.contracts.events import Envelope
from shared.contracts.items import CustomerRef, IdentityKind, Item, MessageCreated
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import ItemKind

PREVIEW_MAX: Final = 200
"""Code points of the first message that an offer shows: two lines of a console."""


class HearEvents:
    """Applies `message.created` in the order each stream's versions come."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def apply(self, events: Sequence[Envelope]) -> Mapping[tuple[UUID, str], int]:
        """Return where each stream stands after the commit; streams that failed are left out.

        A shop that nobody routes for the moment is no failure: its events come again.

        Raises:
            RefusedError: every stream failed; the outcome may be unknown and they may come again.
        """
        orders = [Order(event.shop_id, _read(event)) for event in events]
        answers = await self._desk.post_events(orders)
        positions: dict[tuple[UUID, str], int] = {}
        failures: list[Exception] = []
        for event, answer in zip(events, answers, strict=True):
            if isinstance(answer, HeardUpTo):
                positions[event.shop_id, event.stream] = answer.version
            elif isinstance(answer, Exception) and not _between_owners(answer):
                failures.append(answer)
        if failures and not positions:
            raise failures[0]
        return positions


def _between_owners(failure: Exception) -> bool:
    return isinstance(failure, RefusedError) and failure.code is ErrorCode.ROUTING_UNAVAILABLE


def _read(event: Envelope) -> MessageArrived:
    message = MessageCreated.model_validate(event.body, strict=False)
    item, conversation = message.item, message.conversation
    return MessageArrived(
        conversation_id=conversation.id,
        version=event.version,
        channel=conversation.channel,
        customer=conversation.customer or _typed(item),
        kind=item.kind,
        visibility=item.visibility,
        author=item.author.kind,
        preview=item.words[:PREVIEW_MAX],
        received_at=message.received_at,
        created_at=item.created_at,
        told=ItemTold(event.event_id, event.occurred_at, to_json(event.body).decode()),
        locale=conversation.locale,
    )


def _typed(item: Item) -> CustomerRef | None:
    """Return the address that an item is: it proves nothing, and opens nothing (LESSONS 24)."""
    if item.kind is not ItemKind.ADDRESS or item.erased:
        return None
    kind = IdentityKind.EMAIL if "@" in item.text else IdentityKind.PHONE
    return CustomerRef(kind=kind, value=item.text, verified=False)
