"""Where a row stands in an index that a shop's state keeps beside its rows."""

from __future__ import annotations

from services.router.domain.model import Offer
from services.router.domain.ordered import Key


def extra_key(offer: Offer) -> Key:
    """Return the place of an offer among those that give way: the newest first."""
    return (-offer.created_at, offer.id.int)
