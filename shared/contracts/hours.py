"""Whether a shop is staffed now, as the gateway learns from the router and tells customers."""

from __future__ import annotations

from typing import Literal

from shared.contracts.wire import Contract, Readable, ShopId, WireInstant


class ShopHours(Readable):
    """Whether the shop is open, and when that changes: `opens_at` if closed, else `closes_at`.

    Neither is given when nobody knows of a change: it is always open, or for a week at least.
    `time_zone` is the shop's own (IANA), so that its page can say when in the shop's words.
    """

    open: bool
    opens_at: WireInstant | None = None
    closes_at: WireInstant | None = None
    time_zone: str | None = None


class HoursRequest(Readable):
    """Asks the router for a shop's hours."""

    shop_id: ShopId


class HoursChanged(Contract):
    """The shop has opened or closed while this customer was connected."""

    type: Literal["hours.changed"] = "hours.changed"
    hours: ShopHours


class FreeAgents(Readable):
    """Shops in which an agent is free now, or nobody is any more; to every gateway node.

    Free is who could be asked about one more conversation, where none waits for somebody else.
    """

    free: bool
    shops: tuple[ShopId, ...]
