"""The demo shop's orders and past contacts: the same on every machine, worked out from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.demo.catalogue import PRODUCTS, Market
from services.demo.dice import choose, draw
from services.demo.markets import MARKETS
from services.demo.people import AGENTS, email_of
from shared.contracts.cards import IngestContact
from shared.contracts.orders import IngestCustomer, IngestOrder, OrderLine
from shared.kernel.clock import Instant, Millis, from_iso
from shared.kernel.vocabulary import Channel, EndReason, OrderStatus

PLATFORM = "demo"
NEWEST: Instant = from_iso("2026-11-22T19:30:00Z")
"""The demo shop's last opening hour; a fixed one, so that seeding again changes nothing."""

DAY: Millis = 86_400_000
MINUTE: Millis = 60_000
ORDERS_MAX = 6
LINES_MAX = 3
GAP_DAYS_MAX = 45
DELIVERY_DAYS = 4
FREIGHT_EUR_MINOR = 395


@dataclass(frozen=True)
class _Buyer:
    """One customer with the place of the language among the markets."""

    number: int
    language: int
    market: Market
    name: str
    city: str
    region: str

    @property
    def ref(self) -> str:
        return f"FK-C{self.number:04d}"


def demo_orders() -> list[IngestOrder]:
    """Return every order, each customer's newest first."""
    return [order for buyer in _buyers() for order in _orders_of(buyer)]


def demo_contacts() -> list[IngestContact]:
    """Return the conversations that some customers had about their orders."""
    return [contact for buyer in _buyers() for contact in _contacts_of(buyer)]


def _buyers() -> Iterator[_Buyer]:
    number = 1_000
    for language, market in enumerate(MARKETS):
        for name, city, region in market.people:
            number += 1
            yield _Buyer(number, language, market, name, city, region)


def _orders_of(buyer: _Buyer) -> Iterator[IngestOrder]:
    placed_at = NEWEST - draw(12 * DAY, "newest", buyer.number)
    for age in range(1 + draw(ORDERS_MAX, "orders", buyer.number)):
        yield _order(buyer, age, placed_at)
        placed_at -= (5 + draw(GAP_DAYS_MAX, "gap", buyer.number, age)) * DAY


def _order(buyer: _Buyer, age: int, placed_at: Instant) -> IngestOrder:
    salt = (buyer.number, age)
    lines = tuple(_lines(buyer, age))
    promised_at = placed_at + DELIVERY_DAYS * DAY
    delivered_at, status = _progress(placed_at, promised_at, *salt)
    stars = 1 + max(draw(5, "stars", *salt), draw(5, "more stars", *salt))
    is_reviewed = delivered_at is not None and draw(3, "reviewed", *salt) == 0
    return IngestOrder(
        platform=PLATFORM,
        reference=f"FK-{buyer.number}-{100 - age}",
        customer=_customer(buyer),
        status=status,
        placed_at=placed_at,
        promised_at=promised_at,
        delivered_at=delivered_at,
        currency=buyer.market.currency,
        total_minor=sum(one.unit_price_minor * one.quantity + one.freight_minor for one in lines),
        review_score=stars if is_reviewed else None,
        review_text=buyer.market.reviews[stars - 1] if is_reviewed else None,
        lines=lines,
    )


def _progress(
    placed_at: Instant, promised_at: Instant, *salt: object
) -> tuple[Instant | None, OrderStatus]:
    """Return when an order came, if it did, and where it stands on the demo shop's last day."""
    if draw(20, "cancelled", *salt) == 0:
        return None, OrderStatus.CANCELLED
    arrives_at = promised_at + (draw(5 * DAY, "arrives", *salt) - 4 * DAY)
    if arrives_at <= NEWEST and draw(25, "lost", *salt):
        return arrives_at, OrderStatus.DELIVERED
    if NEWEST - placed_at < DAY:
        return None, OrderStatus.PROCESSING
    return None, OrderStatus.SHIPPED


def _lines(buyer: _Buyer, age: int) -> Iterator[OrderLine]:
    first = draw(len(PRODUCTS), "product", buyer.number, age)
    for place in range(1 + draw(LINES_MAX, "lines", buyer.number, age)):
        product = PRODUCTS[(first + 5 * place) % len(PRODUCTS)]
        yield OrderLine(
            line_no=place + 1,
            product_ref=product.ref,
            title=product.titles[buyer.language],
            quantity=1 + draw(2, "quantity", buyer.number, age, place),
            unit_price_minor=buyer.market.price(product.price_eur_minor),
            freight_minor=buyer.market.price(FREIGHT_EUR_MINOR) if place == 0 else 0,
        )


def _customer(buyer: _Buyer) -> IngestCustomer:
    return IngestCustomer(
        shop_ref=buyer.ref,
        name=buyer.name,
        email=email_of(buyer.name, buyer.number),
        city=buyer.city,
        region=buyer.region,
        locale=buyer.market.locale,
    )


def _contacts_of(buyer: _Buyer) -> Iterator[IngestContact]:
    for number in range(draw(3, "contacts", buyer.number)):
        salt = (buyer.number, number)
        ended_at = NEWEST - (1 + 20 * number) * DAY - draw(15 * DAY, "contact", *salt)
        was_served = draw(8, "served", *salt) != 0
        yield IngestContact(
            platform=PLATFORM,
            reference=f"{buyer.ref}-{number + 1}",
            shop_ref=buyer.ref,
            channel=choose((Channel.CHAT, Channel.CHAT, Channel.EMAIL, Channel.WHATSAPP), *salt),
            started_at=ended_at - (3 + draw(12, "length", *salt)) * MINUTE,
            ended_at=ended_at,
            end_reason=EndReason.CLOSED_BY_AGENT if was_served else EndReason.ABANDONED,
            agent_name=choose(AGENTS, "agent", *salt).name if was_served else None,
            first_response_ms=3_000 + draw(9_000, "first", *salt) if was_served else None,
            message_count=4 + draw(9, "messages", *salt) if was_served else 1,
            first_words=choose(buyer.market.questions, "question", *salt),
        )
