"""Composes what lets customers in: sites, sessions, who they are, and whether there is room."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final
from uuid import UUID

from services.gateway.background.cutting import cut_off_for_ever
from services.gateway.background.hellos import HelloLanes
from services.gateway.clients.key_sets import KeySets
from services.gateway.config import GatewaySettings
from services.gateway.domain.customer_rates import CustomerRates
from services.gateway.storage.hellos import PostgresHellos
from services.gateway.storage.sessions import PostgresSites
from services.gateway.storage.visits import PostgresVisits
from services.gateway.usecases.check_page import PageCheck
from services.gateway.usecases.cut_off import Guests
from services.gateway.usecases.greet import Greeter, Greeting, greet
from services.gateway.usecases.known_sites import KnownSites
from services.gateway.usecases.ports import ItemStore
from shared.contracts.frames import Hello
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.clock import Clock, Millis
from shared.kernel.rates import Buckets, Rate
from shared.kit.auth.customer_tokens import verify_customer_token
from shared.kit.database import Database
from shared.kit.new_ids import new_id
from shared.kit.web.edge import Proxies, household
from shared.kit.web.guarded_fetch import GuardedFetch

SECRET_BYTES: Final = 32
ADDRESSES_MAX: Final = 20_000
"""Addresses whose connections are counted: 4 MB; a full bucket is forgotten."""


class Doors:
    """What lets customers in, each made once.

    Attributes:
        sites: the sites that are kept.
        known_sites: those that a hello was let in to a moment ago.
        visits: the sessions that come by REST.
        key_sets: the public keys of sites that name where theirs are.
        guests: who is in, to be cut off when that ends.
        rates: how much each may send.
    """

    def __init__(self, settings: GatewaySettings, *, clock: Clock, database: Database) -> None:
        self._settings, self._clock = settings, clock
        self._hellos = HelloLanes(PostgresHellos(database))
        self.known_sites = KnownSites(self._hellos.sites.submit, clock)
        self.sites, self.visits = PostgresSites(database), PostgresVisits(database)
        self.key_sets = KeySets(GuardedFetch(), clock)
        self.guests = Guests(self.visits, self.key_sets.in_force, clock)
        self.rates = CustomerRates(
            Rate(settings.sends_burst, settings.sends_per_s),
            Rate(settings.shop_sends_burst, settings.shop_sends_per_s),
        )

    def loops(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return what runs in the background, by name."""
        return {
            "gateway.hello_sites": self._hellos.sites.run,
            "gateway.hello_sessions": self._hellos.sessions.run,
            "gateway.key_sets": self.key_sets.run,
            "gateway.cut_off": partial(cut_off_for_ever, self.guests),
        }

    def greet(self, items: ItemStore) -> Callable[[Hello, str | None], Awaitable[Greeting]]:
        """Return what answers a hello."""
        needs = Greeter(
            sites=self.known_sites,
            sessions=self._hellos,
            items=items,
            verify=self._verify_customer,
            verify_by_keys=self._verify_by_keys,
            new_id=new_id,
            new_secret=partial(secrets.token_urlsafe, SECRET_BYTES),
        )
        return partial(greet, needs=needs)

    def page_refused(self) -> Callable[[str, str], Awaitable[bool]]:
        """Return what judges a page at the handshake."""
        return PageCheck(self.known_sites, self._clock).refuses

    def arrivals(self) -> Callable[[str, str | None], Millis]:
        """Return what counts the connections of each address."""
        wanted = self._settings
        proxies = Proxies(wanted.trusted_proxies)
        buckets = Buckets(Rate(wanted.arrivals_burst, wanted.arrivals_per_s), ADDRESSES_MAX)

        def arrive(peer: str, forwarded: str | None) -> Millis:
            return buckets.take(household(proxies.client(peer, forwarded)), self._clock.now())

        return arrive

    def _verify_customer(self, token: str, secret: str) -> CustomerRef:
        claims = verify_customer_token(token, secret.encode(), self._clock.now())
        return CustomerRef(
            kind=IdentityKind.SHOP_CUSTOMER, value=claims.subject, verified=True, name=claims.name
        )

    async def _verify_by_keys(
        self, token: str, shop_id: UUID, site_id: UUID
    ) -> tuple[CustomerRef, bytes]:
        return await self.key_sets.verify(token, await self.sites.keys(shop_id, site_id))
