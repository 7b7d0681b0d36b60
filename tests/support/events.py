"""Builders for durable events."""

from __future__ import annotations

from uuid import UUID

from pydantic import JsonValue

from shared.contracts.events import Envelope
from shared.kernel.vocabulary import EventType, Service
from shared.kit.new_ids import new_id
from tests.support.clock import START

SHOP = UUID("0192f0c1-0000-7000-8000-000000000001")
"""The shop of every event whose test does not care."""


def event(
    version: int = 1,
    *,
    stream: str = "conv_a",
    shop_id: UUID = SHOP,
    emitter: Service = Service.GATEWAY,
    receiver: Service = Service.ROUTER,
    body: JsonValue = None,
) -> Envelope:
    return Envelope(
        event_id=new_id(),
        type=EventType.MESSAGE_CREATED,
        emitter=emitter,
        receiver=receiver,
        shop_id=shop_id,
        stream=stream,
        version=version,
        occurred_at=START + version,
        body={"version": version} if body is None else body,
    )


def events(count: int, *, stream: str = "conv_a", shop_id: UUID = SHOP) -> list[Envelope]:
    """Versions 1 to `count` of one stream."""
    return [event(version, stream=stream, shop_id=shop_id) for version in range(1, count + 1)]
