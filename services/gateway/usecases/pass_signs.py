"""Passes latest values on between customer and agent, and keeps how far each received and read.

A group of signs is one statement of the store, whatever it holds: it keeps the receipts and says
who serves each conversation. What is published is a hint; what is kept is the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Protocol, TypeAlias
from uuid import UUID

from services.gateway.domain.signs import TYPING_FOR_MS
from services.gateway.usecases.ports import RefusedGroupError, UnknownOutcomeError
from shared.contracts.signs import (
    AgentTyping,
    CustomerTyping,
    LiveSign,
    MessageDelivered,
    MessageRead,
    Receipt,
)
from shared.contracts.wire import Readable
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import EventType
from shared.kit.database import MAX_SHOPS

RETRY_AFTER_MS = 1_000


@dataclass(frozen=True, slots=True)
class SignRow:
    """One party's latest value in a conversation; `agent_id` None: the customer's own.

    0 says nothing of how far the party received or read.
    """

    shop_id: UUID
    conversation_id: UUID
    agent_id: UUID | None = None
    typing: bool = False
    received_seq: int = 0
    read_seq: int = 0


@dataclass(frozen=True, slots=True)
class Noted:
    """What the store says of a row: who serves the conversation, and the receipts as they stand."""

    conversation_id: UUID
    agent_id: UUID | None
    received_seq: int
    read_seq: int
    received_moved: bool
    read_moved: bool


class SignStore(Protocol):
    """Keeps receipts."""

    async def note(self, rows: Sequence[SignRow]) -> Sequence[Noted | None]:
        """Keep the greatest values of rows of at most MAX_SHOPS shops, one a party.

        None answers a row whose conversation does not exist, or is not this agent's.

        Raises:
            RefusedGroupError: nothing was kept.
            UnknownOutcomeError: nobody knows.
        """
        ...


class SignTeller(Protocol):
    """Publishes; never fails."""

    async def tell_agent(self, agent_id: UUID, event: EventType, body: Readable) -> None:
        """Tell an agent's streams."""
        ...

    async def tell_customer(self, sign: LiveSign) -> None:
        """Tell the customer of the sign's conversation."""
        ...


Answer: TypeAlias = Noted | RefusedError
_Party: TypeAlias = tuple[UUID, UUID | None]


class PassSigns:
    """The commit of the signs' lane."""

    def __init__(self, store: SignStore, teller: SignTeller) -> None:
        self._store = store
        self._teller = teller

    async def __call__(self, rows: Sequence[SignRow]) -> Sequence[Answer]:
        """Keep and tell a group; answer each row with what is kept now, or NOT_FOUND."""
        latest = _latest(rows)
        answers: dict[_Party, Answer] = {}
        for share in _by_shops(list(latest.values())):
            answers |= await self._pass(share)
        return [answers[_party(row)] for row in rows]

    async def _pass(self, rows: Sequence[SignRow]) -> dict[_Party, Answer]:
        try:
            noted = await self._store.note(rows)
        except (RefusedGroupError, UnknownOutcomeError):
            return dict.fromkeys(map(_party, rows), _try_again())
        answers: dict[_Party, Answer] = {}
        for row, told in zip(rows, noted, strict=True):
            answers[_party(row)] = told or _not_found()
            if told is not None:
                await self._tell(row, told)
        return answers

    async def _tell(self, row: SignRow, noted: Noted) -> None:
        if row.agent_id is not None:
            for sign in _of_agent(row, noted):
                await self._teller.tell_customer(sign)
        elif noted.agent_id is not None:
            await self._tell_agent(row, noted, noted.agent_id)

    async def _tell_agent(self, row: SignRow, noted: Noted, agent_id: UUID) -> None:
        if row.typing:
            typing = CustomerTyping(conversation_id=row.conversation_id, for_ms=TYPING_FOR_MS)
            await self._teller.tell_agent(agent_id, EventType.CUSTOMER_TYPING, typing)
        if not (noted.received_moved or noted.read_moved):
            return
        receipt = Receipt(
            conversation_id=row.conversation_id,
            received_seq=noted.received_seq,
            read_seq=noted.read_seq,
        )
        event = EventType.MESSAGE_READ if noted.read_moved else EventType.MESSAGE_DELIVERED
        await self._teller.tell_agent(agent_id, event, receipt)


def _of_agent(row: SignRow, noted: Noted) -> Sequence[LiveSign]:
    """Return what the customer is told; what is read is told as that alone."""
    place = row.conversation_id
    signs: list[LiveSign] = []
    if row.typing:
        signs.append(AgentTyping(conversation_id=place, for_ms=TYPING_FOR_MS))
    if noted.read_moved:
        signs.append(MessageRead(conversation_id=place, through_seq=noted.read_seq))
    elif noted.received_moved:
        signs.append(MessageDelivered(conversation_id=place, through_seq=noted.received_seq))
    return signs


def _party(row: SignRow) -> _Party:
    return (row.conversation_id, row.agent_id)


def _latest(rows: Sequence[SignRow]) -> dict[_Party, SignRow]:
    """Make one row of each party's: the greatest of each value."""
    latest: dict[_Party, SignRow] = {}
    for row in rows:
        before = latest.setdefault(_party(row), row)
        latest[_party(row)] = replace(
            before,
            typing=before.typing or row.typing,
            received_seq=max(before.received_seq, row.received_seq),
            read_seq=max(before.read_seq, row.read_seq),
        )
    return latest


def _by_shops(rows: list[SignRow]) -> Sequence[Sequence[SignRow]]:
    """Cut a group into shares of at most MAX_SHOPS shops."""
    of_shop = attrgetter("shop_id")
    shops = [list(some) for _, some in groupby(sorted(rows, key=of_shop), of_shop)]
    return [
        [row for shop in shops[start : start + MAX_SHOPS] for row in shop]
        for start in range(0, len(shops), MAX_SHOPS)
    ]


def _not_found() -> RefusedError:
    return RefusedError(ErrorCode.NOT_FOUND, "There is no such conversation.")


def _try_again() -> RefusedError:
    return RefusedError(
        ErrorCode.TRY_AGAIN, "This was not kept; send it again.", retry_after_ms=RETRY_AFTER_MS
    )
