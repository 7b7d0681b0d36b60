"""Tells of committed items: durable events to their receivers, live ones to who is connected."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import structlog

from services.gateway.usecases.ports import Announcement
from shared.contracts.events import Envelope
from shared.contracts.stream import StreamEvent
from shared.contracts.subjects import live_agent, live_conversation
from shared.kernel.vocabulary import AuthorKind, EventType, Service, Visibility
from shared.kit.bus.interface import Bus, BusError

RECEIVERS = (Service.ROUTER, Service.HISTORY)
MAX_WAITING = 10_000
"""Live publishes in line; the oldest are dropped beyond it, and the healing sweep mends that."""

NOTHING_BESIDE: Final[Mapping[str, Any]] = {"attachments": [], "rating": None}
"""The tables keep only what there is; clients find every field."""

log = structlog.get_logger()


class EventRelay(Protocol):
    """Takes events after their commit; `shared.kit.relay.Relay` is the real one."""

    def offer(self, events: Iterable[Envelope]) -> None:
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
        self._relay.offer(
            [_envelope(told, receiver) for told in announcements for receiver in RECEIVERS]
        )
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
        item = told.body["item"]
        try:
            await self._bus.publish(
                live_conversation(told.conversation_id), _event(_for_customers(item))
            )
            if told.agent_id is not None:
                await self._bus.publish(live_agent(told.agent_id), _event(item))
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
    whole = {**NOTHING_BESIDE, **item}
    return StreamEvent(type=EventType.MESSAGE_CREATED, body=whole).to_json()


def _envelope(told: Announcement, receiver: Service) -> Envelope:
    return Envelope(
        event_id=told.event_id,
        type=EventType.MESSAGE_CREATED,
        emitter=Service.GATEWAY,
        receiver=receiver,
        shop_id=told.shop_id,
        stream=told.stream,
        version=told.version,
        occurred_at=told.occurred_at,
        body=dict(told.body),
    )
