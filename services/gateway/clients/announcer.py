"""Tells of committed items: durable events to their receivers, live ones to who is connected."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import structlog
from pydantic_core import to_json

from services.gateway.clients.news import ITEM_TOLD
from services.gateway.usecases.ports import Announcement
from shared.contracts.subjects import live_agent, live_conversation
from shared.kernel.clock import to_iso
from shared.kernel.ids import IdKind, encode, encode_lasting
from shared.kernel.vocabulary import AuthorKind, Service, Visibility
from shared.kit.bus.interface import Bus, BusError
from shared.kit.relay_lane import Outgoing

RECEIVERS = (Service.ROUTER, Service.HISTORY)
_TO = {receiver: f'{{"receiver":"{receiver.value}",'.encode() for receiver in RECEIVERS}
MAX_WAITING = 10_000
"""Live publishes in line; the oldest are dropped beyond it, and the healing sweep mends that."""

log = structlog.get_logger()


class _Written:
    """What an item's event says to whoever receives it, written once, when the first is sent."""

    __slots__ = ("_text", "_told")

    def __init__(self, told: Announcement) -> None:
        self._told = told
        self._text = b""

    def text(self) -> bytes:
        """Return the wire form of the Envelope from behind its receiver on."""
        if not self._text:
            told = self._told
            self._text = (
                f'"event_id":"{encode(IdKind.EVENT, told.event_id)}","type":"message.created",'
                f'"emitter":"gateway","shop_id":"{encode_lasting(IdKind.SHOP, told.shop_id)}",'
                f'"stream":"{told.stream}","version":{told.version},'
                f'"occurred_at":"{to_iso(told.occurred_at)}","body":{told.body}}}'
            ).encode()
        return self._text


class Committed:
    """One item's event for one receiver: an Envelope whose body the database has written.

    It is put together as text: a model of the body would be read and written for each receiver.
    """

    __slots__ = ("_written", "receiver", "shop_id", "stream", "version")

    def __init__(self, told: Announcement, receiver: Service, written: _Written) -> None:
        self._written = written
        self.receiver = receiver
        self.shop_id = told.shop_id
        self.stream = told.stream
        self.version = told.version

    def to_json(self) -> bytes:
        """Return the wire form of the Envelope."""
        return _TO[self.receiver] + self._written.text()


def events_of(told: Announcement) -> list[Committed]:
    """Return an item's event for each of its receivers."""
    written = _Written(told)
    return [Committed(told, receiver, written) for receiver in RECEIVERS]


class EventRelay(Protocol):
    """Takes events after their commit; `shared.kit.relay.Relay` is the real one."""

    def offer(self, events: Iterable[Outgoing]) -> None:
        """Send these soon."""
        ...


class Announcer:
    """The Outlet over relay and bus. `run` sends the live part, so that no commit waits for it."""

    def __init__(self, relay: EventRelay, bus: Bus) -> None:
        self._relay = relay
        self._bus = bus
        self._waiting: deque[Announcement] = deque(maxlen=MAX_WAITING)
        self._wake = asyncio.Event()

    def announce(self, announcements: Sequence[Announcement]) -> None:
        """See `Outlet.announce`."""
        if not announcements:
            return
        self._relay.offer([event for told in announcements for event in events_of(told)])
        self._waiting.extend(announcements)
        self._wake.set()

    async def run(self) -> None:
        """Publish what was announced, in order, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self._publish(self._waiting.popleft())

    async def _publish(self, told: Announcement) -> None:
        try:
            to_agents = _event(told.item)
            shown = _for_customers(told.item)
            to_customers = to_agents if shown is told.item else _event(shown)
            await self._bus.publish(live_conversation(told.conversation_id), to_customers)
            if told.agent_id is not None:
                await self._bus.publish(live_agent(told.agent_id), to_agents)
        except BusError:
            log.warning("announcer.publish_failed")


def _for_customers(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what goes to the nodes that hold the customer: of a note only that it is there.

    Its seq must come, or its place would be read again as something lost.
    """
    if item["visibility"] == Visibility.EVERYONE:
        return item
    nobody = {"kind": AuthorKind.SYSTEM}
    return {**item, "author": nobody, "text": "", "client_id": None, "attachments": []}


def _event(item: Mapping[str, Any]) -> bytes:
    """Return a StreamEvent; the database made the item, so nothing of it is judged again."""
    return ITEM_TOLD + to_json(item) + b"}"
