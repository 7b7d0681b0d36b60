"""The demo shop full of life: the same each time, coherent in itself, in six languages."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from string import Formatter

import pytest

from services.demo.life import SIZE, Life, life
from services.demo.markets import MARKETS
from services.demo.people import AGENTS, STAND_INS
from services.demo.seasons import DAY, DAYS
from services.demo.wares import WARES
from services.demo.words.scripts import Topic
from services.demo.words.tongues import TONGUES
from shared.contracts.cards import ContactBatch
from shared.contracts.orders import IngestBatch, IngestOrder
from shared.kernel.clock import from_iso, to_datetime
from shared.kernel.vocabulary import Channel, OrderStatus

NOW = from_iso("2026-11-26T14:03:09Z")
LETTERS_OF = ("ë", "ąćęłńóśźż", "бдещъя", "ăâîșț", "ãçéí", "“”")


@pytest.fixture(scope="module")
def shop() -> Life:
    return life(NOW)


def said(of: Life) -> bytes:
    orders = [tale.order.to_json() for tale in of.tales]
    return b"\n".join([*orders, *(one.to_json() for one in of.contacts)])


class TestSameness:
    def test_every_instant_of_a_day_gives_the_same_bytes(self, shop: Life) -> None:
        assert said(life(NOW + 9 * 3_600_000)) == said(shop)

    def test_every_release_gives_the_same(self, shop: Life) -> None:
        """Another digest means every filled shop is updated: bump it knowingly."""
        assert hashlib.sha256(said(shop)).hexdigest()[:16] == "8b7fb5d68038cb9e"

    def test_the_next_day_has_the_same_orders_at_other_times(self, shop: Life) -> None:
        later = life(NOW + DAY)
        for one, other in zip(shop.tales, later.tales, strict=True):
            assert one.order.reference == other.order.reference
            assert one.order.lines == other.order.lines
            assert one.order.customer == other.order.customer
        assert said(later) != said(shop)

    def test_fewer_customers_are_the_first_of_more(self, shop: Life) -> None:
        small = life(NOW, size=12)
        assert small.tales == shop.tales[: len(small.tales)]


class TestOrders:
    def test_it_is_a_shop_of_some_hundred_customers_and_thousands_of_orders(
        self, shop: Life
    ) -> None:
        orders = Counter(tale.buyer.ref for tale in shop.tales)
        assert len(orders) == SIZE
        assert len({tale.buyer.name for tale in shop.tales}) == SIZE
        assert 3_500 <= len(shop.tales) <= 4_500
        assert 700 <= len(shop.contacts) <= 1_100
        assert 60 <= len({ware.ref for ware in WARES}) == len(WARES) <= 100
        top_tenth = sum(count for _, count in orders.most_common(SIZE // 10))
        assert top_tenth > len(shop.tales) / 3, "a heavy tail: few buy much"

    def test_what_is_sent_is_what_the_service_takes(self, shop: Life) -> None:
        """Copies with changes are not validated: these are the changed ones."""
        for tale in shop.tales:
            IngestBatch.model_validate_json(IngestBatch(orders=(tale.order,)).to_json())
        for one in shop.contacts:
            ContactBatch.model_validate_json(ContactBatch(contacts=(one,)).to_json())
        assert len({tale.order.reference for tale in shop.tales}) == len(shop.tales)
        assert len({one.reference for one in shop.contacts}) == len(shop.contacts)

    def test_sums_add_up_and_refunds_are_part_of_them(self, shop: Life) -> None:
        for order in (tale.order for tale in shop.tales):
            lines = order.lines
            total = sum(one.unit_price_minor * one.quantity + one.freight_minor for one in lines)
            assert total == order.total_minor
            assert 0 <= order.refunded_minor <= order.total_minor

    def test_everything_happens_in_its_order_and_nothing_in_the_future(self, shop: Life) -> None:
        for order in (tale.order for tale in shop.tales):
            assert shop.today - DAYS * DAY <= order.placed_at < shop.today
            assert order.placed_at < (order.promised_at or 0)
            assert order.placed_at < (order.delivered_at or shop.today) <= shop.today
            assert (order.delivered_at or 0) < (order.returned_at or shop.today) <= shop.today
            assert (order.delivered_at is not None) == (order.status is OrderStatus.DELIVERED)
            assert order.returned_at is None or order.delivered_at is not None

    def test_winter_sells_more_than_summer(self, shop: Life) -> None:
        months = Counter(to_datetime(tale.order.placed_at).month for tale in shop.tales)
        assert months[12] + months[11] > 1.7 * (months[7] + months[8])

    def test_every_course_of_an_order_is_there(self, shop: Life) -> None:
        orders = [tale.order for tale in shop.tales]
        assert {order.status for order in orders} >= {
            OrderStatus.PROCESSING,
            OrderStatus.SHIPPED,
            OrderStatus.DELIVERED,
            OrderStatus.CANCELLED,
        }
        assert sum(is_open_and_late(order, shop) for order in orders) >= 5
        assert sum((one.delivered_at or 0) > (one.promised_at or 0) for one in orders) >= 200
        assert sum(one.returned_at is not None for one in orders) >= 100
        assert sum(0 < one.refunded_minor < one.total_minor for one in orders) >= 200
        assert sum("Lost" in (one.note or "") for one in orders) >= 30
        questions = {tale.question for tale in shop.tales}
        assert questions >= {Topic.LATE, Topic.DAMAGED, Topic.RETURN, Topic.INVOICE, Topic.GIFT}


def is_open_and_late(order: IngestOrder, shop: Life) -> bool:
    return order.status is OrderStatus.SHIPPED and (order.promised_at or 0) < shop.today


class TestContacts:
    def test_no_contact_is_before_its_order_or_after_the_day(self, shop: Life) -> None:
        placed_at = {tale.order.reference: tale.order.placed_at for tale in shop.tales}
        buyers = {tale.order.reference: tale.buyer.ref for tale in shop.tales}
        for one in shop.contacts:
            order, _, _ = one.reference.rpartition("-T")
            assert placed_at[order] < one.started_at < one.ended_at <= shop.today
            assert one.shop_ref == buyers[order]

    def test_contacts_are_by_our_agents_and_fit_in_time(self, shop: Life) -> None:
        names = {agent.name for agent in (*AGENTS, *STAND_INS)}
        for one in shop.contacts:
            assert one.agent_name in names | {None}
            assert (one.agent_name is None) == (one.last_words is None)
            assert (one.first_response_ms or 0) < one.ended_at - one.started_at
        assert {one.channel for one in shop.contacts} == {
            Channel.CHAT,
            Channel.EMAIL,
            Channel.WHATSAPP,
        }

    def test_words_do_not_read_as_copies(self, shop: Life) -> None:
        words = Counter(one.first_words for one in shop.contacts)
        assert len(words) > 0.9 * len(shop.contacts)


class TestLanguages:
    @pytest.mark.parametrize("place", range(len(TONGUES)), ids=lambda at: MARKETS[at].locale)
    def test_each_language_is_spoken_with_its_own_letters(self, shop: Life, place: int) -> None:
        locale = MARKETS[place].locale
        refs = {tale.buyer.ref for tale in shop.tales if tale.order.customer.locale == locale}
        contacts = [one for one in shop.contacts if one.shop_ref in refs]
        assert len(contacts) > 80
        told = [f"{one.first_words} {one.last_words or ''}" for one in contacts]
        titles = [ware.titles[place] for ware in WARES]
        text = " ".join([*told, *titles]).lower()
        assert unicodedata.is_normalized("NFC", text)
        assert set(LETTERS_OF[place]) <= set(text)
        assert "ş" not in text, "Romanian has a comma below, not a cedilla"
        assert "ţ" not in text

    @pytest.mark.parametrize("place", range(len(TONGUES)), ids=lambda at: MARKETS[at].locale)
    def test_every_script_names_only_the_order_and_the_product(self, place: int) -> None:
        scripts = TONGUES[place].scripts
        assert set(scripts) == set(Topic)
        for script in scripts.values():
            lines = [*script.openings, script.answer, script.follow_up, *script.closings]
            named = {name for line in lines for _, name, _, _ in Formatter().parse(line)}
            assert named <= {"order", "product", None}
            assert len(set(script.openings)) >= 3
            closings = {name for one in script.closings for _, name, _, _ in Formatter().parse(one)}
            assert closings <= {"product", None}
