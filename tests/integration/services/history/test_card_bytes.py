"""Cards go out as the database's JSON, never made a Card: they must be what a Card would be."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

from shared.contracts.cards import Card
from shared.contracts.orders import (
    OrderParts,
    Payment,
    Refund,
    Return,
    ReturnedLine,
    Shipment,
)
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import (
    OrderStatus,
    PaymentStatus,
    ReturnStatus,
    Scope,
    ShipmentStatus,
)
from tests.support.cards import card_from
from tests.support.clock import START
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import DAY_MS, cart, contact, line, order, person, product

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.contracts.orders import IngestOrder, OrderLine
    from tests.support.history import RunningService, Stores

CUSTOMERS = 40
WORDS = ("kettle", "żółw", "Чайник", 'a "quoted" one', "back\\slash", "two\nlines", "😀", "", None)


def wire(customer_id: UUID) -> str:
    return encode(IdKind.CUSTOMER, customer_id)


class Drawn:
    """Draws what customers may have; the same of one seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311  a test's draw

    def maybe(self, value: Any) -> Any:
        return self.draw.choice((value, None))

    def instant(self) -> int:
        return START - self.draw.randrange(30 * DAY_MS)

    def words(self) -> str | None:
        return self.draw.choice(WORDS)

    def line(self, number: int) -> OrderLine:
        changes: dict[str, Any] = {
            "variant": self.words(),
            "freight_minor": self.draw.choice((0, 5)),
        }
        if own := self.maybe("https://shop.example/own.jpg"):
            changes["picture_url"] = own
        ref = f"P-{self.draw.randrange(4)}"
        return line(number, product_ref=ref, title=self.words() or "", **changes)

    def parts(self) -> OrderParts:
        draw, several = self.draw, self.draw.randrange(3)
        payments = [
            Payment(
                reference=f"P{n}",
                status=draw.choice(list(PaymentStatus)),
                amount_minor=draw.randrange(9_000),
                method=self.words(),
                at=self.maybe(self.instant()),
            )
            for n in range(several)
        ]
        refund = Refund(reference="R", amount_minor=1, refunded_at=START, reason=self.words())
        back = Return(
            reference="B",
            status=draw.choice(list(ReturnStatus)),
            opened_at=self.instant(),
            received_at=self.maybe(START),
            lines=tuple(ReturnedLine(line_no=n + 1, quantity=1) for n in range(several)),
        )
        parcel = Shipment(
            reference="S",
            status=draw.choice(list(ShipmentStatus)),
            promised_at=self.maybe(self.instant()),
            delivered_at=self.maybe(self.instant()),
        )
        return OrderParts(
            payments=tuple(payments),
            refunds=(refund,) * draw.randrange(2),
            returns=(back,) * draw.randrange(2),
            shipments=(parcel,) * draw.randrange(2),
        )

    def order(self, whose: int, number: int) -> IngestOrder:
        draw = self.draw
        return order(
            f"A-{whose}-{number}",
            number=self.words(),
            note=self.words(),
            customer=person(f"c{whose}", name=self.words(), email=f"c{whose % 9}@mail.example"),
            status=draw.choice(list(OrderStatus)),
            placed_at=self.instant(),
            promised_at=self.maybe(self.instant()),
            delivered_at=self.maybe(self.instant()),
            returned_at=self.maybe(self.instant()),
            currency=draw.choice(("EUR", "PLN", "JPY")),
            review_score=self.maybe(4),
            review_text=self.words(),
            lines=tuple(self.line(n + 1) for n in range(draw.choice((0, 1, 3, 60)))),
            parts=self.parts(),
        )


async def fill(stores: Stores) -> Sequence[UUID]:
    """Take what CUSTOMERS have and return who they are."""
    drawn = Drawn(7)
    orders = [drawn.order(n, m) for n in range(CUSTOMERS) for m in range(n % 9 + 1)]
    await stores.orders.ingest_products(SHOP, [product(f"P-{n}") for n in range(3)])
    await stores.orders.ingest(SHOP, orders, None)
    await stores.orders.ingest_carts(
        SHOP, [cart(shop_ref=f"c{n}", reference=f"K-{n}") for n in (1, 9)]
    )
    talks = [
        contact(f"T-{n}-{m}", age_days=m + 1, shop_ref=f"c{n}", last_words=drawn.words())
        for n in range(CUSTOMERS)
        for m in range(n % 7)
    ]
    await stores.contacts.ingest(SHOP, talks)
    await stores.cards.count_together(SHOP, 1_000, 1, 5)
    async with stores.db.read(SHOP) as tx:
        return [row["id"] for row in await tx.rows("SELECT id FROM history.customers")]


class TestBytes:
    async def test_every_card_is_to_the_byte_what_the_contract_would_write(
        self, service: RunningService, stores: Stores
    ) -> None:
        customers = await fill(stores)
        client, cards = service.client(Scope.AGENT), list[Card]()
        for customer_id in customers:
            answer = await client.get(f"/v1/customers/{wire(customer_id)}")
            cards.append(card_from(answer.raise_for_status().content))
        assert len(cards) == CUSTOMERS
        shown = {name for card in cards for name in Card.model_fields if getattr(card, name)}
        assert shown >= set(Card.model_fields) - {"notes", "follow_ups"}


class TestTogether:
    async def test_cards_that_are_asked_for_at_once_are_each_their_own_shops(
        self, service: RunningService, stores: Stores
    ) -> None:
        customers = await fill(stores)
        at_home = service.client(Scope.AGENT)
        elsewhere = service.client(Scope.AGENT, shop_id=OTHER_SHOP)
        paths = [f"/v1/customers/{wire(customer_id)}" for customer_id in customers]
        asked = [one.get(path) for path in paths for one in (at_home, elsewhere)]
        answers = await asyncio.gather(*asked)
        ids = [card_from(one.content).customer.id for one in answers[::2]]
        assert ids == list(customers)
        assert {one.status_code for one in answers[1::2]} == {404}
