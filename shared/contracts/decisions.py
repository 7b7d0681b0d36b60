"""What one router asks another about the decisions of a shop that is the other's."""

from __future__ import annotations

from shared.contracts.routing import Decision
from shared.contracts.wire import DecisionId, Readable, ShopId


class DecisionAsked(Readable):
    """Asks the router that owns a shop to make a decision again, with all who were weighed."""

    shop_id: ShopId
    decision_id: DecisionId


class DecisionMadeAgain(Readable):
    """The decision; null: what it was made from is not kept any more, or never was here."""

    decision: Decision | None = None
