"""The shops' public keys: parsed once, and fetched where a site says only where they are.

A set is kept for ten minutes. A key it does not have asks for it anew, so a shop may rotate at any
time; but no address is asked more than once in thirty seconds, whatever tokens come. While its
server is away the set that is known holds for six hours.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache

import structlog
from prometheus_client import Counter

from services.gateway.domain.proofs import SiteKeys
from services.gateway.domain.refusals import sentence
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.auth.key_sets import BadKeySetError, KeySet, kid_of, read_key_set
from shared.kit.web.guarded_fetch import FetchRefusedError

FRESH_MS: Millis = 600_000
STALE_MS: Millis = 6 * 3_600_000
BETWEEN_MS: Millis = 30_000
WAIT_S = 1.0
"""How long a hello waits for a set; it holds a place that others wait for."""
RETRY_AFTER_MS: Millis = 2_000
PLACES_MAX = 1_000
"""Addresses known at once, 20 KB each at most; the one asked for longest ago goes first."""

FAILURES = Counter("firstreply_key_set_failures_total", "Key sets that could not be fetched")
log = structlog.get_logger()


@dataclass(slots=True)
class _Place:
    """One address: the set that was there, and when it was asked."""

    keys: KeySet | None = None
    fetched_at: Instant = 0
    asked_at: Instant = -BETWEEN_MS
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class KeySets:
    """Verifies customer tokens by the sites' public keys."""

    def __init__(self, fetch: Callable[[str], Awaitable[bytes]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._places: dict[str, _Place] = {}
        self._asked: asyncio.Queue[str] = asyncio.Queue()

    async def run(self) -> None:
        """Fetch what is asked for, side by side, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._refresh(await self._asked.get()))

    async def verify(self, token: str, keys: SiteKeys) -> tuple[CustomerRef, bytes]:
        """Return who a token says the customer is, and the proof of the key.

        Raises:
            RefusedError: BAD_CUSTOMER_TOKEN; TRY_AGAIN, the keys cannot be had now.
        """
        known = await self._of(keys, kid_of(token))
        if known is None:
            refusal = ErrorCode.BAD_CUSTOMER_TOKEN
            raise RefusedError(refusal, sentence(refusal))
        claims, proof = known.verify(
            token, self._clock.now(), issuer=keys.issuer, audience=keys.audience
        )
        customer = CustomerRef(
            kind=IdentityKind.SHOP_CUSTOMER, value=claims.subject, verified=True, name=claims.name
        )
        return customer, proof

    def in_force(self, keys: SiteKeys) -> Collection[bytes] | None:
        """See `KeysInForce`."""
        if keys.jwks_url is None:
            given = _given(keys)
            return given.proofs if given else ()
        place = self._places.get(keys.jwks_url)
        if place is None or place.keys is None:
            return None
        if self._clock.now() >= place.fetched_at + FRESH_MS:
            self._ask(keys.jwks_url, place)
        return place.keys.proofs

    async def _of(self, keys: SiteKeys, kid: str | None) -> KeySet | None:
        if keys.jwks_url is None:
            return _given(keys)
        place = self._place(keys.jwks_url)
        now = self._clock.now()
        is_fresh = place.keys is not None and now < place.fetched_at + FRESH_MS
        if not is_fresh or (place.keys is not None and not place.keys.has(kid)):
            await self._have_asked(keys.jwks_url, place)
        if place.keys is None or self._clock.now() >= place.fetched_at + STALE_MS:
            raise RefusedError(
                ErrorCode.TRY_AGAIN,
                sentence(ErrorCode.TRY_AGAIN),
                retry_after_ms=RETRY_AFTER_MS,
            )
        return place.keys

    async def _have_asked(self, url: str, place: _Place) -> None:
        """Ask, unless that was done a moment ago, and wait a little for the answer."""
        self._ask(url, place)
        try:
            async with asyncio.timeout(WAIT_S):
                await place.answered.wait()
        except TimeoutError:
            return

    def _ask(self, url: str, place: _Place) -> None:
        now = self._clock.now()
        if now >= place.asked_at + BETWEEN_MS:
            place.asked_at = now
            place.answered.clear()
            self._asked.put_nowait(url)

    def _place(self, url: str) -> _Place:
        place = self._places.get(url)
        if place is None:
            if len(self._places) >= PLACES_MAX:
                del self._places[min(self._places, key=lambda one: self._places[one].asked_at)]
            place = self._places[url] = _Place()
        return place

    async def _refresh(self, url: str) -> None:
        place = self._places.get(url)
        if place is None:
            return
        try:
            keys = read_key_set(json.loads(await self._fetch(url)))
        except (FetchRefusedError, BadKeySetError, ValueError, RecursionError) as error:
            FAILURES.inc()
            log.warning("key_set.not_fetched", error=type(error).__name__)
        else:
            place.keys, place.fetched_at = keys, self._clock.now()
        finally:
            place.answered.set()


def _given(keys: SiteKeys) -> KeySet | None:
    """Return the set that stands in the site's own row."""
    return None if keys.jwks is None else _parsed(json.dumps(keys.jwks, sort_keys=True))


@lru_cache(maxsize=256)  # each is looked at every two seconds while its site has customers
def _parsed(text: str) -> KeySet | None:
    try:
        return read_key_set(json.loads(text))
    except BadKeySetError:
        return None
