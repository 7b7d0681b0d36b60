"""Which instants a shop's rules for keeping come to; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.contracts.retention import RetentionAsked, RetentionRules
from shared.kernel.clock import Instant, Millis

DAY_MS: Final[Millis] = 86_400_000


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What is older goes; None: it is kept. `of_others` is for the gateway and the router."""

    contacts_before: Instant | None
    orders_before: Instant | None
    of_others: RetentionAsked


def cutoffs(shop_id: UUID, rules: RetentionRules, now: Instant) -> Cutoffs:
    """Return what the rules come to now."""
    return Cutoffs(
        contacts_before=_before(rules.contacts_days, now),
        orders_before=_before(rules.orders_days, now),
        of_others=RetentionAsked(
            shop_id=shop_id,
            conversations_before=_before(rules.conversations_days, now),
            files_before=_before(rules.files_days, now),
            decisions_before=_before(rules.decisions_days, now),
        ),
    )


def _before(days: int | None, now: Instant) -> Instant | None:
    return None if days is None else now - days * DAY_MS
