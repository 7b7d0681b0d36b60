"""How long a shop keeps what, and what a service is asked to erase because of it."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from pydantic import Field

from shared.contracts.wire import Contract, Readable, ShopId, WireInstant

DAYS_MIN: Final = 1
DAYS_MAX: Final = 3_650
Days: TypeAlias = Annotated[int, Field(ge=DAYS_MIN, le=DAYS_MAX)]


class RetentionRules(Contract):
    """Days after which a shop's rows go; null: they are kept."""

    contacts_days: Days | None = None
    orders_days: Days | None = None
    conversations_days: Days | None = None
    files_days: Days | None = None
    decisions_days: Days | None = None


class Retention(Contract):
    """A shop's rules, who set them, and what the last sweep erased, by service and kind."""

    rules: RetentionRules
    changed_at: WireInstant | None = None
    changed_by: str | None = None
    swept_at: WireInstant | None = None
    erased: dict[str, int] = Field(default_factory=dict)


class RetentionAsked(Readable):
    """Asks a service to erase some of a shop's rows that are older than an instant, by rule."""

    shop_id: ShopId
    conversations_before: WireInstant | None = None
    files_before: WireInstant | None = None
    decisions_before: WireInstant | None = None


class RetentionAnswer(Readable):
    """How many rows of each kind went; `more`: there may be others, ask again."""

    erased: dict[str, int]
    more: bool
