"""Takes the router's events: the gateway's copy of who serves a conversation, and its lines."""

from __future__ import annotations

from collections.abc import Sequence

from services.gateway.usecases.ports import Outlet, Positions, RoutingStore
from shared.contracts.events import Envelope


async def apply_routing(
    events: Sequence[Envelope], store: RoutingStore, outlet: Outlet
) -> Positions:
    """Commit the effects of events with the inbox's positions, then announce the lines added.

    Events that are old or not next are left alone; the positions tell the emitter.
    """
    positions, announcements = await store.take(events)
    outlet.announce(announcements)
    return positions
