"""What the router tells of a promise, as history keeps it for the card."""

from __future__ import annotations

from dataclasses import dataclass

from services.history.domain.contacts import KnownCustomer, known_customer
from shared.contracts.promises import PromiseChanged
from shared.kernel.clock import Instant


@dataclass(frozen=True, slots=True)
class PromiseFact:
    """A promise as it stands; the newest version of an id holds. One that is over has no words."""

    promise_id: str
    promise_version: int
    conversation_id: str
    customer: KnownCustomer
    text: str
    due_at: Instant
    order_reference: str | None
    promised_at: Instant
    promised_by: str | None
    is_over: bool


def promise_fact(told: PromiseChanged) -> PromiseFact | None:
    """Return what is kept; None: nobody is known for certain, so it is on nobody's card."""
    customer = known_customer(told.customer)
    if customer is None:
        return None
    return PromiseFact(
        promise_id=str(told.id),
        promise_version=told.version,
        conversation_id=str(told.conversation_id),
        customer=customer,
        text="" if told.over else told.text,
        due_at=told.due_at,
        order_reference=None if told.over else told.order_reference,
        promised_at=told.promised_at,
        promised_by=told.promised_by,
        is_over=told.over,
    )
