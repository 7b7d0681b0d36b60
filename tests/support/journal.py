"""A customer's own append-only list of every send, acknowledgement and delivery, and its judge.

What the service keeps is asked of PostgreSQL in `ledger.py`; this is the other side: what one end
of the wire was told, in which order, on which connection.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from typing_extensions import override
from websockets.asyncio.client import ClientConnection

from tests.support.chat_client import ChatClient, Frame


class Deed(StrEnum):
    """What one line of the journal is about."""

    CAME = "came with"
    SENT = "sent"
    ACKED = "acked at"
    TOLD = "told at"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `connection` counts from 1; `seq` of CAME is the last one the hello named."""

    connection: int
    deed: Deed
    conversation_id: str | None
    seq: int
    client_id: str | None = None


@dataclass
class Account:
    """What a journal shows that must not be.

    Attributes:
        doubled: items told twice on one connection, or again although the hello named them.
        inversions: items told, or fresh messages acknowledged, below what came before.
    """

    doubled: list[Line] = field(default_factory=list)
    inversions: list[Line] = field(default_factory=list)


@dataclass
class JournalledClient(ChatClient):
    """A chat client that writes down everything, and strikes out nothing."""

    journal: list[Line] = field(default_factory=list)

    def account(self) -> Account:
        """Read the journal from its first line to its last."""
        account = Account()
        for number in range(1, self.connections + 1):
            lines = [line for line in self.journal if line.connection == number]
            _judge_connection(lines, self._sent_before(number), account)
        return account

    def _sent_before(self, number: int) -> set[str | None]:
        return {
            line.client_id
            for line in self.journal
            if line.deed is Deed.SENT and line.connection < number
        }

    def _note(
        self, deed: Deed, place: tuple[str | None, int], client_id: str | None = None
    ) -> None:
        self.journal.append(Line(self.connections, deed, *place, client_id))

    @override
    async def _serve(self, connection: ClientConnection) -> None:
        self.journal.append(
            Line(self.connections + 1, Deed.CAME, self.conversation_id, self.last_seq)
        )
        await super()._serve(connection)

    @override
    def _take_item(self, item: Frame) -> None:
        self._note(Deed.TOLD, (item["conversation_id"], item["seq"]), item["client_id"])
        super()._take_item(item)

    @override
    def _take_ack(self, frame: Frame) -> None:
        self._note(Deed.ACKED, (frame["conversation_id"], frame["seq"]), frame["client_id"])
        super()._take_ack(frame)

    @override
    async def _try_send(self, client_id: str) -> None:
        self._note(Deed.SENT, (self.conversation_id, 0), client_id)
        await super()._try_send(client_id)


def _judge_connection(lines: list[Line], resent: set[str | None], account: Account) -> None:
    _judge_told(lines, account)
    _judge_acknowledged(lines, resent, account)


def _judge_told(lines: list[Line], account: Account) -> None:
    """Items come once and in order, behind the one that the hello named."""
    told: dict[str | None, int] = {}
    seen: set[tuple[Any, int]] = set()
    for line in lines:
        if line.deed not in {Deed.CAME, Deed.TOLD}:
            continue
        place, last = (line.conversation_id, line.seq), told.get(line.conversation_id, 0)
        if line.deed is Deed.TOLD and (place in seen or line.seq == last):
            account.doubled.append(line)
        elif line.deed is Deed.TOLD and line.seq < last:
            account.inversions.append(line)
        seen |= {place} if line.deed is Deed.TOLD else set()
        told[line.conversation_id] = line.seq


def _judge_acknowledged(lines: list[Line], resent: set[str | None], account: Account) -> None:
    """A message sent again may be acknowledged late; of all others the order is the wire's."""
    acked: dict[str | None, int] = {}
    sendings: Counter[str | None] = Counter()
    for line in lines:
        if line.deed is Deed.SENT:
            sendings[line.client_id] += 1
        if line.deed is not Deed.ACKED or sendings[line.client_id] != 1 or line.client_id in resent:
            continue
        if line.seq <= acked.get(line.conversation_id, 0):
            account.inversions.append(line)
        acked[line.conversation_id] = line.seq
