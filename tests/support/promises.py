"""Builders for what the router tells history of promises."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared.contracts.events import Envelope
from shared.contracts.items import CustomerRef, IdentityKind
from shared.contracts.promises import PromiseChanged
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import EventType, Service
from shared.kit.new_ids import new_id
from tests.support.clock import START
from tests.support.events import SHOP

HOUR_MS = 3_600_000
PROMISE, CONVERSATION = new_id(), new_id()
ANNA = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="anna", verified=True, name="Anna Kos")


def promise_told(version: int, *, shop_id: UUID = SHOP, **changes: Any) -> Envelope:
    """Anna was promised to be called back; what changes says otherwise."""
    promised = PromiseChanged(
        **{
            "id": PROMISE,
            "version": version,
            "conversation_id": CONVERSATION,
            "customer": ANNA,
            "text": "Call her back.",
            "due_at": START + HOUR_MS,
            "order_reference": "A-1",
            "promised_at": START,
            "promised_by": "Piotr",
            "over": False,
            **changes,
        }
    )
    return Envelope(
        event_id=new_id(),
        type=EventType.PROMISE_CHANGED,
        emitter=Service.ROUTER,
        receiver=Service.HISTORY,
        shop_id=shop_id,
        stream=f"{encode(IdKind.FOLLOW_UP, promised.id)}:{version}",
        version=1,
        occurred_at=START,
        body=promised.model_dump(mode="json"),
    )
