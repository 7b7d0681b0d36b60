"""The lanes of hellos: the next group is whatever came while the last one was asked."""

from __future__ import annotations

from services.gateway.usecases.greet_together import FindSites, HelloStore, OpenSessions, SiteWish
from services.gateway.usecases.ports import OpenedSession, SessionWish, Site
from shared.kit.lanes import GroupLane


class HelloLanes:
    """Every hello's way to its site and its session; two connections of the pool at the most."""

    def __init__(self, store: HelloStore) -> None:
        self.sites: GroupLane[SiteWish, Site | None] = GroupLane(
            "gateway.hello_sites", FindSites(store)
        )
        self.sessions: GroupLane[SessionWish, OpenedSession | None] = GroupLane(
            "gateway.hello_sessions", OpenSessions(store)
        )

    async def open(self, wish: SessionWish) -> OpenedSession | None:
        """See `SessionStore.open`."""
        return await self.sessions.submit(wish)
