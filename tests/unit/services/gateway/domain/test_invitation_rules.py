"""What a site's rules for invitations may say, and when their conditions hold."""

from __future__ import annotations

from typing import Any

import pytest

from services.gateway.domain.invitation_rules import (
    Visit,
    fault_of,
    holds_at,
    is_page,
    path_of,
    text_for,
)
from shared.contracts.context import Cart
from shared.contracts.invitations import InvitationRule
from tests.support.clock import START

CART = Cart(value_minor=10_000, currency="EUR")


def a_rule(id: str = "big-cart", **fields: Any) -> InvitationRule:  # noqa: A002  the rule's own word
    return InvitationRule(id=id, text=fields.pop("text", "May we help?"), **fields)


@pytest.mark.parametrize(
    "fields",
    [{"cart_at_least_minor": 1}, {"page": "/checkout*"}, {"on_page_ms": 1_000}],
)
def test_a_rule_with_one_condition_is_well(fields: dict[str, Any]) -> None:
    texts = {"pt-BR": "Podemos ajudar?"}
    assert fault_of([a_rule(**fields, texts=texts), a_rule("paid", payment_failed=True)]) is None


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ([a_rule(page="/a"), a_rule(page="/b")], "an id of its own"),
        ([a_rule()], "needs a condition"),
        ([a_rule(page="/a", currency="EUR")], "no cart_at_least_minor"),
        ([a_rule(page="/a", text="\u200b ")], "shows nothing"),
        ([a_rule(page="/a", texts={"de": " "})], "shows nothing"),
        ([a_rule(page="/a", texts={"de_CH": "Hallo"})], "BCP 47"),
    ],
)
def test_a_fault_is_told_in_one_sentence(rules: list[InvitationRule], sentence: str) -> None:
    assert sentence in (fault_of(rules) or "")


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("de-CH", "Grüezi"),
        ("de_ch", "Grüezi"),
        ("de-AT", "Hallo"),
        ("fr", "Hello"),
        ("no tag", "Hello"),
        (None, "Hello"),
    ],
)
def test_a_customer_reads_the_nearest_language(locale: str | None, text: str) -> None:
    rule = a_rule(text="Hello", texts={"de": "Hallo", "de-ch": "Grüezi"}, page="/")
    assert text_for(rule, locale) == text


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/checkout", "/checkout", True),
        ("/checkout", "/checkout/pay", False),
        ("/checkout*", "/checkout/pay", True),
        ("/checkout*", "/cart", False),
        ("*/pay", "/de/pay", True),
        ("*/pay", "/de/pay/done", False),
        ("/*/cart/*", "/de/cart/1", True),
        ("/*/cart/*", "/de/shop", False),
        ("/a*a", "/a", False),
        ("/a*b*b", "/ab", False),
        ("*", "/", True),
    ],
)
def test_a_star_in_a_page_stands_for_anything(pattern: str, path: str, fits: bool) -> None:
    assert is_page(pattern, path) is fits


def test_a_page_of_many_stars_costs_no_more_than_its_length() -> None:
    assert not is_page("*" + "a*" * 98 + "z", "/" + "a" * 1_999)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://shop.example/checkout?step=2#pay", "/checkout"),
        ("https://shop.example", "/"),
        ("/cart?a=1", "/cart"),
        ("", "/"),
    ],
)
def test_a_page_is_known_by_its_path(url: str, path: str) -> None:
    assert path_of(url) == path


@pytest.mark.parametrize(
    ("rule", "visit"),
    [
        (a_rule(payment_failed=True), Visit()),
        (a_rule(page="/checkout"), Visit()),
        (a_rule(page="/checkout"), Visit(page="/cart")),
        (a_rule(cart_at_least_minor=10_000), Visit()),
        (a_rule(cart_at_least_minor=10_001), Visit(cart=CART)),
        (a_rule(cart_at_least_minor=1, currency="BRL"), Visit(cart=CART)),
    ],
)
def test_a_condition_that_does_not_hold_invites_never(rule: InvitationRule, visit: Visit) -> None:
    assert holds_at(rule, visit) is None


def test_all_conditions_hold_once_the_customer_was_there_for_long_enough() -> None:
    rule = a_rule(
        cart_at_least_minor=10_000,
        currency="EUR",
        page="/checkout*",
        on_page_ms=60_000,
        payment_failed=True,
    )
    visit = Visit("/checkout/pay", START, None, CART, payment_failed=True)
    assert holds_at(rule, visit) == START + 60_000
    assert holds_at(a_rule(page="/checkout*"), visit) == START
