"""The demo shop's data: believable, the same each time, and our own."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter

import pytest

from services.demo.catalogue import PRODUCTS
from services.demo.data import NEWEST, demo_contacts, demo_orders
from services.demo.markets import MARKETS
from services.demo.people import AGENTS
from shared.kernel.vocabulary import OrderStatus

LETTERS_OF = {
    "nl-NL": "ëé",
    "pl-PL": "łśżźóąęćń",
    "bg-BG": "чщжюя",
    "ro-RO": "ăâîșț",
    "pt-PT": "ãçéõí",
    "en-GB": "âë",
}


class TestOrders:
    def test_it_is_a_small_shop(self) -> None:
        orders = demo_orders()
        assert len({order.customer.shop_ref for order in orders}) == 60
        assert 150 <= len(orders) <= 260
        assert len({order.reference for order in orders}) == len(orders)

    def test_every_run_gives_the_same(self) -> None:
        assert demo_orders() == demo_orders()
        assert demo_contacts() == demo_contacts()

    def test_every_release_gives_the_same(self) -> None:
        """Another digest means every installation's demo orders are updated: bump it knowingly."""
        told = [one.model_dump_json(exclude_defaults=True) for one in demo_orders()]
        told += [one.model_dump_json(exclude_defaults=True) for one in demo_contacts()]
        assert hashlib.sha256("".join(told).encode()).hexdigest()[:16] == "ebd1cc565aa4e73b"

    def test_every_state_an_agent_meets_is_there(self) -> None:
        orders = demo_orders()
        states = Counter(order.status for order in orders)
        for status in (
            OrderStatus.DELIVERED,
            OrderStatus.SHIPPED,
            OrderStatus.PROCESSING,
            OrderStatus.CANCELLED,
        ):
            assert states[status] >= 3, status
        overdue = [
            order
            for order in orders
            if order.status is OrderStatus.SHIPPED and (order.promised_at or 0) < NEWEST
        ]
        assert overdue, "some parcel is late"
        assert any((one.delivered_at or 0) > (one.promised_at or 0) for one in orders)
        assert any(order.review_text for order in orders)

    def test_figures_agree(self) -> None:
        for order in demo_orders():
            lines = order.lines
            total = sum(one.unit_price_minor * one.quantity + one.freight_minor for one in lines)
            assert total == order.total_minor
            assert order.placed_at <= NEWEST
            assert (order.delivered_at is not None) == (order.status is OrderStatus.DELIVERED)
            assert order.placed_at < (order.delivered_at or NEWEST + 1) <= NEWEST + 1

    def test_addresses_are_nobodys(self) -> None:
        emails = {order.customer.email or "" for order in demo_orders()}
        assert len(emails) == 60
        assert all(email.endswith("@mail.example") and email.isascii() for email in emails)


class TestContacts:
    def test_contacts_are_of_customers_and_by_our_agents(self) -> None:
        contacts = demo_contacts()
        customers = {order.customer.shop_ref for order in demo_orders()}
        assert 30 <= len(contacts) <= 90
        assert {one.shop_ref for one in contacts} <= customers
        names = {agent.name for agent in AGENTS}
        assert {one.agent_name for one in contacts} <= names | {None}
        assert all(one.started_at < one.ended_at <= NEWEST for one in contacts)


class TestLanguages:
    @pytest.mark.parametrize("market", MARKETS, ids=lambda market: market.locale)
    def test_each_language_is_written_with_its_own_letters(self, market: object) -> None:
        (place,) = [at for at, one in enumerate(MARKETS) if one is market]
        chosen = MARKETS[place]
        titles = [product.titles[place] for product in PRODUCTS]
        people = [part for person in chosen.people for part in person]
        text = " ".join([*titles, *people, *chosen.questions, *chosen.reviews]).lower()
        assert unicodedata.is_normalized("NFC", text)
        assert set(LETTERS_OF[chosen.locale]) <= set(text)
        assert "ş" not in text, "Romanian has a comma below, not a cedilla"
        assert "ţ" not in text
