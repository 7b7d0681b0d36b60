"""Rules in days come to instants; what has no rule is kept."""

from __future__ import annotations

from uuid import UUID

from services.history.domain.retention import DAY_MS, cutoffs
from shared.contracts.retention import RetentionRules

SHOP, NOW = UUID(int=1), 1_790_000_000_000


def test_each_rule_is_so_many_days_before_now() -> None:
    rules = RetentionRules(contacts_days=1, orders_days=2, conversations_days=3, files_days=4)
    found = cutoffs(SHOP, rules, NOW)
    assert (found.contacts_before, found.orders_before) == (NOW - DAY_MS, NOW - 2 * DAY_MS)
    assert found.of_others.shop_id == SHOP
    assert found.of_others.conversations_before == NOW - 3 * DAY_MS
    assert found.of_others.files_before == NOW - 4 * DAY_MS
    assert found.of_others.decisions_before is None
