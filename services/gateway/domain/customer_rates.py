"""What customers may send on one node: each session over all its ways in, and each shop in all."""

from __future__ import annotations

from uuid import UUID

from shared.kernel.clock import Instant, Millis
from shared.kernel.rates import Buckets, Rate

SESSIONS_MAX = 50_000
SHOPS_MAX = 10_000
"""Who is counted at once, 200 bytes each; a full bucket is forgotten, and is as good as a new one.
A stranger who makes up sessions meets the rate of arrivals first."""
REQUESTS = Rate(burst=100, per_s=20)
"""REST requests of one session, each a question of the database: a page that reads once a second,
and comes back to its messages after a while without a network."""
SHOP_SENDS = Rate(burst=20_000, per_s=5_000)
"""Messages of one shop's customers: about what one node commits, so that one shop that is flooded
leaves the others their share of the lane."""


class CustomerRates:
    """Takes one of the session's and one of the shop's, or none of either.

    Args:
        session: what one session may send, over its sockets and REST together.
        shop: what all customers of a shop may.
    """

    def __init__(self, session: Rate, shop: Rate = SHOP_SENDS) -> None:
        self.session = session
        self._sessions = Buckets(session, SESSIONS_MAX)
        self._shops = Buckets(shop, SHOPS_MAX)

    def take(self, shop_id: UUID, session_id: UUID, now: Instant) -> Millis:
        """Return 0, or how long until there is one more."""
        wait_ms = self._sessions.take(session_id, now)
        if wait_ms:
            return wait_ms
        wait_ms = self._shops.take(shop_id, now)
        if wait_ms:
            self._sessions.give_back(session_id)
        return wait_ms
