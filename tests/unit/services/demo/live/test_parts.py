"""Who comes, with what words, and how long people take."""

from __future__ import annotations

import pytest
import typer

from services.demo.command import seconds_of
from services.demo.dice import Dice
from services.demo.life import life
from services.demo.live.parts import Casting, Part, Playbook
from services.demo.live.people import COMPOSE, NOTICE, Span
from services.demo.words.scripts import Topic
from services.demo.words.tongues import TONGUES
from shared.kit.new_ids import new_id
from tests.support.clock import START

SHOP = life(START, size=60)


def parts(count: int, casting: Casting) -> list[Part]:
    return [casting.next_part() for _ in range(count)]


class TestCasting:
    def test_nobody_is_in_two_conversations_at_once(self) -> None:
        casting = Casting(SHOP, Dice("test"))
        customers = [one.customer for one in parts(80, casting) if one.customer is not None]
        assert len(customers) == len(set(customers)) >= 10

    def test_who_left_may_come_again(self) -> None:
        casting = Casting(SHOP, Dice("test"))
        came = set()
        for _ in range(200):
            part = casting.next_part()
            came.add(part.customer)
            casting.gone(part)
        assert 10 < len(came) < 100

    def test_words_are_about_an_order_of_the_customer_on_that_day(self) -> None:
        orders = {tale.order.reference: tale for tale in SHOP.tales}
        known = [one for one in parts(60, Casting(SHOP, Dice("test"))) if one.customer]
        for part in known:
            tale = orders[part.order]
            assert (tale.buyer.ref, tale.question) == (part.customer, part.topic)
            assert part.order in part.first_words or part.product in part.first_words

    def test_strangers_ask_about_the_stock_in_every_language(self) -> None:
        casting = Casting(SHOP, Dice("test"))
        strangers = [one for one in parts(300, casting) if one.customer is None]
        assert {one.topic for one in strangers} == {Topic.STOCK}
        assert len({id(one.tongue) for one in strangers}) == len(TONGUES)


class TestPlaybook:
    def test_agent_answers_in_the_customers_language_about_the_order(self) -> None:
        book, conversation = Playbook(), new_id()
        (part,) = parts(1, Casting(SHOP, Dice("test")))
        book.note(conversation, part)
        first, last = book.lines_for(conversation, None, Dice("test"))
        assert first == part.script.answer.format(order=part.order, product=part.product)
        assert "{" not in first + last

    @pytest.mark.parametrize(("locale", "word"), [("pl-PL", "Dzień"), (None, "Hello"), ("xx", "H")])
    def test_person_of_flesh_and_blood_is_answered_too(self, locale: str | None, word: str) -> None:
        first, _ = Playbook().lines_for(new_id(), locale, Dice("test"))
        assert first.startswith(word)


class TestPeople:
    @pytest.mark.parametrize("span", [NOTICE, COMPOSE])
    def test_two_of_three_times_lie_in_the_range_and_none_is_negative(self, span: Span) -> None:
        dice = Dice("test", span.least_s)
        drawn = [span.draw(dice) for _ in range(3_000)]
        inside = sum(span.least_s <= one <= span.most_s for one in drawn)
        assert 0.64 < inside / len(drawn) < 0.72
        assert min(drawn) > 0


class TestLengthsOfTime:
    @pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("2m", 120), ("1h", 3_600)])
    def test_length_is_read(self, text: str, seconds: int) -> None:
        assert seconds_of(text) == seconds
        assert seconds_of(None) is None

    @pytest.mark.parametrize("text", ["", "0s", "2", "m", "-1m", "2 m", "1d", "1.5m"])
    def test_other_words_are_refused(self, text: str) -> None:
        with pytest.raises(typer.BadParameter):
            seconds_of(text)
