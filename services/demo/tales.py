"""What becomes of one order: on its way, late, lost, broken, sent back; and when its buyer asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.demo.asks import Ask, asks_of, question_of
from services.demo.catalogue import Product
from services.demo.dice import Dice
from services.demo.fates import Fate, Plan, as_of, plan_of, status_on
from services.demo.folk import Buyer
from services.demo.wares import WARES
from services.demo.words.scripts import Topic
from shared.contracts.orders import IngestOrder, OrderLine
from shared.kernel.clock import Instant

PLATFORM = "demo"
LINES_MAX = 4
FREIGHT_EUR_MINOR = 395


@dataclass(frozen=True)
class Tale:
    """One order as it stands on the day, and what there is to ask about it.

    Attributes:
        product: the title of the line that the tale is about.
        asks: what the buyer may have written by that day, oldest first.
        question: what the buyer would write on that day.
        is_very_late: the freight is given back for it.
    """

    buyer: Buyer
    order: IngestOrder
    product: str
    asks: tuple[Ask, ...]
    question: Topic | None
    is_very_late: bool


def tell(buyer: Buyer, number: int, placed_at: Instant, today: Instant) -> Tale:
    """Return the tale of a buyer's order with this number, as it stands today."""
    dice = Dice("order", buyer.number, number)
    lines = tuple(_lines(buyer, dice))
    plan = plan_of(buyer.language, placed_at, lines[0], dice)
    order = IngestOrder(
        platform=PLATFORM,
        reference=f"FK-{buyer.number}-{number:02d}",
        customer=buyer.as_told(),
        status=status_on(plan, today),
        placed_at=placed_at,
        promised_at=plan.promised_at,
        currency=buyer.market.currency,
        total_minor=sum(one.unit_price_minor * one.quantity + one.freight_minor for one in lines),
        lines=lines,
    )
    told = as_of(order, plan, today)
    reviewed = _reviewed(told, plan, buyer, dice)
    asks = tuple(one for one in asks_of(plan, dice) if one.at < today)
    question = question_of(reviewed, plan, today, dice)
    return Tale(buyer, reviewed, lines[0].title, asks, question, plan.is_very_late)


def _lines(buyer: Buyer, dice: Dice) -> Iterator[OrderLine]:
    chosen: dict[str, Product] = {}
    for _ in range(1 + min(dice.below(LINES_MAX), dice.below(LINES_MAX))):
        product = dice.choose(WARES)
        chosen[product.ref] = product
    for place, product in enumerate(chosen.values()):
        yield OrderLine(
            line_no=place + 1,
            product_ref=product.ref,
            title=product.titles[buyer.language],
            quantity=1 if dice.chance(0.75) else dice.between(2, 3),
            unit_price_minor=buyer.market.price(product.price_eur_minor),
            freight_minor=buyer.market.price(FREIGHT_EUR_MINOR) if place == 0 else 0,
        )


def _reviewed(order: IngestOrder, plan: Plan, buyer: Buyer, dice: Dice) -> IngestOrder:
    says, worst, writes = dice.chance(0.2), dice.below(2), dice.chance(0.6)
    if not says or order.delivered_at is None:
        return order
    stars = {Fate.FINE: 4, Fate.LATE: 2, Fate.DAMAGED: 1, Fate.RETURNED: 3}[plan.fate] + worst
    text = buyer.market.reviews[stars - 1] if writes else None
    return order.model_copy(update={"review_score": stars, "review_text": text})
