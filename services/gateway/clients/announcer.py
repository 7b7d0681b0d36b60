"""Tells of committed items: durable events to their receivers, live ones to who is connected."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Protocol

import structlog

from services.gateway.usecases.ports import Announcement
from shared.contracts.events import Envelope
from shared.contracts.stream import StreamEvent
from shared.contracts.subjects import live_agent, live_conversation
from shared.kernel.vocabulary import EventType, Service
from shared.kit.bus.interface import Bus, BusError

RECEIVERS = (Service.ROUTER, Service.HISTORY)
MAX_WAITING = 10_000
"""Live publishes in line; the oldest are dropped beyond it, and the healing sweep mends that."""

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
        event = StreamEvent(type=EventType.MESSAGE_CREATED, body=told.body["item"]).to_json()
        try:
            await self._bus.publish(live_conversation(told.conversation_id), event)
            if told.agent_id is not None:
                await self._bus.publish(live_agent(told.agent_id), event)
        except BusError:
            log.warning("announcer.publish_failed")


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
