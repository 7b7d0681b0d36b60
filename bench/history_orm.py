"""The same card as an endpoint with an ORM would make it: objects, each relation when asked for.

The peer of `bench.history`. Lines stand in a table of their own here (`bench.order_lines`), as an
ORM has them; what is loaded goes through the same rules and the same answer as the shipped
endpoint, and nobody is asked who they are, which the shipped one does.
"""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from starlette.responses import Response

from bench.history_models import Contact, Customer, Identity, Line, Mention, Order, Together
from services.history.domain.cards import NEWEST, StoredCard, card_json
from shared.kernel.clock import from_datetime
from shared.kit.database import POOL_SIZE, DatabaseUrl
from shared.kit.system_clock import SystemClock

OVER = ("cancelled", "unavailable")
DONE = ("delivered", *OVER)
_BOTH: tuple[Any, ...] = (Mention, Identity)
SCOPE = text("SELECT set_config('app.shop_ids', :shop, true)")


@asynccontextmanager
async def orm_router(url: DatabaseUrl) -> AsyncIterator[APIRouter]:
    """Serve cards by ORM under /orm."""
    engine = create_async_engine(url.sqlalchemy, pool_size=POOL_SIZE, max_overflow=POOL_SIZE)
    sessions = async_sessionmaker(engine)
    router = APIRouter(prefix="/orm")

    @router.get("/{shop_id}/{customer_id}")
    async def card(shop_id: UUID, customer_id: UUID) -> Response:
        async with sessions() as session:
            await session.execute(SCOPE, {"shop": str(shop_id)})
            stored = await _stored(session, shop_id, customer_id)
            return Response(card_json(stored, SystemClock().now()), media_type="application/json")

    try:
        yield router
    finally:
        await engine.dispose()


async def _stored(session: AsyncSession, shop_id: UUID, customer_id: UUID) -> StoredCard:
    customer = await session.get_one(Customer, (customer_id, shop_id))
    same = Customer.merged_into == (customer.merged_into or customer.id)
    await session.scalars(select(Customer).where(Customer.shop_id == shop_id, same))
    related = customer.awaitable_attrs
    orders: list[Order] = await related.orders
    contacts: list[Contact] = await related.contacts
    identities: list[Identity] = await related.identities
    await _look_for_others(session, shop_id, identities, await related.mentions)
    assert not [*await related.carts, *await related.notes, *await related.promises]
    shown = [
        one
        for place, one in enumerate(orders[:20])
        if place < NEWEST or one.status not in DONE or one.parts.get("returns")
    ]
    return StoredCard(
        customer=_customer(customer, orders, contacts, identities),
        orders=[await _order(one) for one in shown],
        contacts=[_contact(one) for one in contacts[:NEWEST]],
        may_be=(),
        more={
            "cart": None,
            "notes": [],
            "follow_ups": [],
            "recent": [_recent(one) for one in contacts[:20]],
            "suggestions": await _suggestions(orders[0]),
        },
    )


async def _look_for_others(
    session: AsyncSession, shop_id: UUID, identities: list[Identity], mentions: list[Mention]
) -> None:
    """Ask who else gave these addresses; nobody did, in this database."""
    given: list[Mention | Identity] = [
        *mentions,
        *(one for one in identities if one.kind != "shop_customer"),
    ]
    for kept in _BOTH:
        who = or_(*(and_(kept.kind == one.kind, kept.value == one.value) for one in given))
        await session.scalars(select(kept).where(kept.shop_id == shop_id, who))


def _recent(one: Contact) -> dict[str, Any]:
    return {
        "ended_at": from_datetime(one.ended_at),
        "order_ids": list(map(str, one.order_ids)),
    }


def _customer(
    customer: Customer, orders: list[Order], contacts: list[Contact], known: list[Identity]
) -> dict[str, Any]:
    spent = sum(one.total_minor - one.refunded_minor for one in orders if one.status not in OVER)
    names = ("name", "email", "phone", "city", "region", "locale")
    return {
        "id": str(customer.id),
        **{name: getattr(customer, name) for name in names},
        "since": _ms(customer.since),
        "order_count": len(orders),
        "contact_count": len(contacts),
        "spent_minor": spent,
        "currency": orders[0].currency,
        "spent": [{"currency": orders[0].currency, "minor": spent}],
        "returned_count": sum(one.returned_at is not None for one in orders),
        "known_by": sorted({one.kind for one in known if one.verified}),
    }


async def _order(one: Order) -> dict[str, Any]:
    same = ("reference", "number", "status", "currency", "total_minor", "refunded_minor", "note")
    lines: list[Line] = await one.awaitable_attrs.lines
    products = [await line.awaitable_attrs.product for line in lines]
    fields = ("line_no", "product_ref", "title", "quantity", "unit_price_minor")
    return {
        "id": str(one.id),
        **{name: getattr(one, name) for name in same},
        **{name: getattr(one, name) for name in ("review_score", "review_text", "parts")},
        **{name: _ms(getattr(one, name)) for name in ("placed_at", "promised_at")},
        **{name: _ms(getattr(one, name)) for name in ("delivered_at", "returned_at")},
        "lines": [{name: getattr(line, name) for name in fields} for line in lines],
        "pictures": {p.reference: p.picture_url for p in products if p is not None},
    }


def _contact(one: Contact) -> dict[str, Any]:
    same = ("channel", "end_reason", "agent_name", "first_response_ms", "message_count")
    return {
        "id": str(one.id),
        "conversation_id": str(one.conversation_id),
        **{
            name: getattr(one, name)
            for name in (*same, "first_words", "last_words", "rating", "outcome")
        },
        "started_at": _ms(one.started_at),
        "ended_at": _ms(one.ended_at),
        "order_ids": list(map(str, one.order_ids)),
    }


async def _suggestions(newest: Order) -> list[dict[str, Any]]:
    lines: list[Line] = await newest.awaitable_attrs.lines
    have = {line.product_ref for line in lines}
    best: dict[str, Together] = {}
    for line in lines:
        pairs: list[Together] = await line.awaitable_attrs.together
        for pair in pairs:
            known = best.get(pair.other_ref)
            if pair.other_ref not in have and (known is None or pair.lift > known.lift):
                best[pair.other_ref] = pair
    ranked = sorted(best.values(), key=lambda one: (-one.together, -one.lift, one.other_ref))[:3]
    fields = ("title", "together", "support", "lift")
    return [
        {"product_ref": one.other_ref, **{name: getattr(one, name) for name in fields}}
        for one in ranked
    ]


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else from_datetime(moment)
