"""The demo shop full of life: customers, two years of orders, earlier contacts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.demo.asks import Ask
from services.demo.dice import Dice
from services.demo.folk import Buyer, folk
from services.demo.people import AGENTS, STAND_INS
from services.demo.seasons import HOUR, Seasons, day_of
from services.demo.tales import PLATFORM, Tale, tell
from services.demo.words.sayings import closing, opening
from services.demo.words.scripts import Topic
from shared.contracts.cards import IngestContact
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import Channel, EndReason

SIZE = 400
"""Customers: some four thousand orders and eight hundred contacts."""
ORDERS_MAX = 90
"""Of one customer in two years: a café, nearly one a week."""
_SCALE, _SHAPE = 13.5, 2.2
"""Of the heavy tail of orders a customer (Lomax): ten on average, five in the middle."""
_WRITES = {
    Topic.LATE: 0.55,
    Topic.LOST: 0.9,
    Topic.DAMAGED: 0.8,
    Topic.RETURN: 0.6,
    Topic.REFUND: 0.3,
    Topic.INVOICE: 1.0,
    Topic.GIFT: 1.0,
}
"""How many of those who have a reason write; the others wait, shrug or phone."""
_MINUTE: Millis = 60_000
_CHANNELS = (*[Channel.CHAT] * 6, Channel.EMAIL, Channel.EMAIL, Channel.WHATSAPP)


@dataclass(frozen=True)
class Life:
    """The shop as it stands at the beginning of a day."""

    today: Instant
    tales: tuple[Tale, ...]
    contacts: tuple[IngestContact, ...]


def life(now: Instant, *, size: int = SIZE) -> Life:
    """Return the shop on the day of an instant: the same for every instant of the day.

    On another day the same customers have bought the same things; only the dates have moved on.
    """
    seasons = Seasons(day_of(now))
    tales = tuple(tale for buyer in folk(size) for tale in _tales(buyer, seasons))
    contacts = tuple(one for tale in tales for one in _contacts(tale, seasons.today))
    return Life(seasons.today, tales, contacts)


def _tales(buyer: Buyer, seasons: Seasons) -> Iterator[Tale]:
    dice = Dice("orders", buyer.number)
    tail = _SCALE * ((1 - dice.share()) ** (-1 / _SHAPE) - 1)
    instants = [seasons.placed_at(dice) for _ in range(min(1 + int(tail), ORDERS_MAX))]
    for number, placed_at in enumerate(sorted(instants), start=1):
        yield tell(buyer, number, placed_at, seasons.today)


def _contacts(tale: Tale, today: Instant) -> Iterator[IngestContact]:
    for number, ask in enumerate(tale.asks, start=1):
        dice = Dice("contact", tale.order.reference, number)
        if dice.chance(_WRITES[ask.topic]):
            contact = _contact(tale, ask, f"{tale.order.reference}-T{number}", dice)
            if contact.ended_at <= today:
                yield contact


def _contact(tale: Tale, ask: Ask, reference: str, dice: Dice) -> IngestContact:
    channel = dice.choose(_CHANNELS)
    is_served = dice.chance(0.94)
    unit = HOUR if channel is Channel.EMAIL else _MINUTE
    first_response_ms = _first_response_ms(channel, dice)
    lasts = first_response_ms + dice.between(2, 9) * unit
    first = opening(
        tale.buyer.tongue,
        ask.topic,
        order=tale.order.reference,
        product=tale.product,
        dice=dice,
    )
    which = int(tale.is_very_late) if ask.topic is Topic.LATE else dice.below(2)
    last = closing(tale.buyer.tongue, ask.topic, product=tale.product, which=which)
    return IngestContact(
        platform=PLATFORM,
        reference=reference,
        shop_ref=tale.buyer.ref,
        channel=channel,
        started_at=ask.at,
        ended_at=ask.at + lasts,
        end_reason=EndReason.CLOSED_BY_AGENT if is_served else EndReason.ABANDONED,
        agent_name=dice.choose((*AGENTS, *STAND_INS)).name if is_served else None,
        first_response_ms=first_response_ms if is_served else None,
        message_count=dice.between(4, 11) if is_served else 1,
        first_words=first,
        last_words=last if is_served else None,
    )


def _first_response_ms(channel: Channel, dice: Dice) -> Millis:
    """Return how long the shop took before it had us: a chat some seconds, a mail an hour."""
    waited = dice.share() ** 3
    if channel is Channel.EMAIL:
        return int((0.3 + 5 * waited) * HOUR)
    return int((4 + 60 * waited) * 1_000)
