"""Cuts off customers who would not be let in any more: every two seconds, one question a few sites.

A site was closed, a session was ended, or what proved who the customer is was rotated out: their
sockets are closed within five seconds (LESSONS 26).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.gateway.domain.proofs import KeysInForce, SiteKeys, is_proved
from services.gateway.usecases.greet import Greeting
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.errors import ErrorCode

LOOK_BACK_MS: Millis = 10_000
"""How far before the last look ends are looked for: clocks differ, and a hello takes its time."""


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """How a site stands now; `ended` are the sessions ended of late."""

    site_id: UUID
    closed: bool
    keys: SiteKeys
    ended: tuple[UUID, ...] = ()


class StandingStore(Protocol):
    """Tells how sites and sessions stand."""

    async def standings(
        self, shop_of: Mapping[UUID, UUID], since: Instant
    ) -> Sequence[SiteStanding]:
        """Return how sites stand, of which the shop is given; sites that are gone are left out."""
        ...

    async def under_way(self, shop_id: UUID, session_ids: Sequence[UUID]) -> Collection[UUID]:
        """Return which of the sessions have a conversation under way."""
        ...


class Guest(Protocol):
    """A connection that was let in."""

    @property
    def greeting(self) -> Greeting | None:
        """As what it was let in."""
        ...

    def cut_off(self, code: ErrorCode) -> None:
        """Say why, and close."""
        ...


class Guests:
    """The connections of this node that were let in, by site."""

    def __init__(self, store: StandingStore, in_force: KeysInForce, clock: Clock) -> None:
        self._store = store
        self._in_force = in_force
        self._clock = clock
        self._of_site: dict[UUID, set[Guest]] = {}
        self._shop_of: dict[UUID, UUID] = {}
        self._looked_at = clock.now()

    def __len__(self) -> int:
        return sum(map(len, self._of_site.values()))

    def come(self, guest: Guest, greeting: Greeting) -> None:
        """Watch a connection from now on."""
        self._shop_of[greeting.site_id] = greeting.shop_id
        self._of_site.setdefault(greeting.site_id, set()).add(guest)

    def leave(self, guest: Guest, greeting: Greeting) -> None:
        """Watch it no more; does nothing when it is not watched."""
        guests = self._of_site.get(greeting.site_id, set())
        guests.discard(guest)
        if not guests:
            self._of_site.pop(greeting.site_id, None)
            self._shop_of.pop(greeting.site_id, None)

    async def look(self) -> None:
        """Cut off whoever would not be let in now."""
        now, shop_of = self._clock.now(), dict(self._shop_of)
        standings = await self._store.standings(shop_of, self._looked_at - LOOK_BACK_MS)
        for site in standings:
            await self._judge(site, shop_of[site.site_id])
        self._looked_at = now

    async def _judge(self, site: SiteStanding, shop_id: UUID) -> None:
        ended = frozenset(site.ended)
        for guest, greeting in self._present(site.site_id):
            if greeting.session.session_id in ended:
                guest.cut_off(ErrorCode.UNKNOWN_SESSION)
            elif not is_proved(greeting.proof, site.keys, self._in_force):
                guest.cut_off(ErrorCode.BAD_CUSTOMER_TOKEN)
        if site.closed:
            await self._close(site.site_id, shop_id)

    async def _close(self, site_id: UUID, shop_id: UUID) -> None:
        """Leave those whose conversation is under way: it goes on to its end."""
        sessions = [greeting.session.session_id for _, greeting in self._present(site_id)]
        busy = await self._store.under_way(shop_id, sessions)
        for guest, greeting in self._present(site_id):
            session_id = greeting.session.session_id
            if session_id in sessions and session_id not in busy:
                guest.cut_off(ErrorCode.UNKNOWN_SITE)

    def _present(self, site_id: UUID) -> Sequence[tuple[Guest, Greeting]]:
        guests = self._of_site.get(site_id, ())
        return [(guest, guest.greeting) for guest in guests if guest.greeting is not None]
