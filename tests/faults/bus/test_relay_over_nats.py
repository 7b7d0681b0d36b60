"""Events on their way while NATS dies and comes back: each applied once and in order."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from shared.contracts.events import Envelope
from shared.kernel.vocabulary import Service
from shared.kit.bus.nats import NatsBus
from shared.kit.inbox import serve_events
from shared.kit.relay import Pace, Relay
from shared.kit.system_clock import SystemClock
from shared.kit.tasks import background
from tests.support.events import SHOP, event
from tests.support.nats import running_nats
from tests.support.outbox import FakeOutbox
from tests.support.receiver import Receiver

PACE = Pace(answer_ms=300, sweep_ms=200)
VERSIONS = 120
DEATHS = (20, 50, 80)
"""Versions before which the server is killed; it is back ten versions later."""
BACK_AFTER = 10


async def test_events_survive_the_deaths_of_nats() -> None:
    outbox, receiver = FakeOutbox(), Receiver()
    streams = ("a", "b", "c")
    with running_nats() as server:
        async with AsyncExitStack() as stack:
            emitting = await stack.enter_async_context(NatsBus([server.url], drain_s=0.1))
            receiving = await stack.enter_async_context(NatsBus([server.url], drain_s=0.1))
            await serve_events(receiving, Service.ROUTER, receiver.apply)
            relay = Relay(outbox, emitting, Service.GATEWAY, SystemClock(), PACE)
            await stack.enter_async_context(background(relay=relay.run))
            for version in range(1, VERSIONS + 1):
                batch: list[Envelope] = [event(version, stream=stream) for stream in streams]
                outbox.commit(batch)
                relay.offer(batch)
                if version in DEATHS:
                    server.kill()
                if version - BACK_AFTER in DEATHS:
                    server.start()
                await asyncio.sleep(0.01)
            await receiver.wait_until(
                {(SHOP, stream): list(range(1, VERSIONS + 1)) for stream in streams}
            )
            await outbox.until_empty()
