"""What a site's rules for invitations may say, and when the conditions of one hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.gateway.domain.site_rules import normal_language
from shared.contracts.context import Cart
from shared.contracts.invitations import InvitationRule
from shared.kernel.clock import Instant
from shared.kernel.visible import shows_something

ANYTHING = "*"
_PAGE = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?(?P<path>[^?#]*)", re.DOTALL)
"""RFC 3986, appendix B, as far as a page's address goes."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a customer's page has told so far; `page_since` is when it came to this page."""

    page: str | None = None
    page_since: Instant = 0
    locale: str | None = None
    cart: Cart | None = None
    payment_failed: bool = False


def fault_of(rules: Sequence[InvitationRule]) -> str | None:
    """Return what is wrong with a site's rules, as one sentence; None: nothing is."""
    if len({rule.id for rule in rules}) < len(rules):
        return "invitations: each rule has an id of its own."
    return next((fault for rule in rules if (fault := _fault(rule)) is not None), None)


def _fault(rule: InvitationRule) -> str | None:
    if not any((rule.cart_at_least_minor, rule.page, rule.on_page_ms, rule.payment_failed)):
        conditions = "cart_at_least_minor, page, on_page_ms or payment_failed"
        return f"invitations: {rule.id} needs a condition: {conditions}."
    if rule.currency is not None and rule.cart_at_least_minor is None:
        return f"invitations: {rule.id} names a currency, but no cart_at_least_minor."
    if not all(map(shows_something, (rule.text, *rule.texts.values()))):
        return f"invitations: {rule.id} has a text that shows nothing."
    if not all(map(normal_language, rule.texts)):
        return f"invitations: the texts of {rule.id} are by BCP 47 tags, such as en or pt-BR."
    return None


def text_for(rule: InvitationRule, locale: str | None) -> str:
    """Return a rule's text in the customer's language, or else in the site's own."""
    wanted = normal_language((locale or "").replace("_", "-"))
    if wanted is None:
        return rule.text
    texts = {normal_language(tag): text for tag, text in rule.texts.items()}
    return texts.get(wanted) or texts.get(wanted.partition("-")[0]) or rule.text


def path_of(page_url: str) -> str:
    """Return the path of a page, which is / where its address has none."""
    found = _PAGE.match(page_url)
    return (found and found["path"]) or "/"


def is_page(pattern: str, path: str) -> bool:
    """Return whether a path is one that a rule names; its cost grows with the path alone."""
    first, *others = pattern.split(ANYTHING)
    if not others:
        return path == pattern
    *middle, last = others
    if not path.startswith(first) or not path.endswith(last):
        return False
    at, end = len(first), len(path) - len(last)
    for part in middle:
        found = path.find(part, at, max(at, end))
        if found < 0:
            return False
        at = found + len(part)
    return at <= end


def holds_at(rule: InvitationRule, visit: Visit) -> Instant | None:
    """Return from when on a rule's conditions hold if nothing changes; None: they do not."""
    if rule.payment_failed and not visit.payment_failed:
        return None
    if rule.page is not None and (visit.page is None or not is_page(rule.page, visit.page)):
        return None
    if rule.cart_at_least_minor is not None and not _cart_fits(rule, visit.cart):
        return None
    return visit.page_since + (rule.on_page_ms or 0)


def _cart_fits(rule: InvitationRule, cart: Cart | None) -> bool:
    if cart is None or rule.currency not in {None, cart.currency}:
        return False
    return cart.value_minor >= (rule.cart_at_least_minor or 0)
