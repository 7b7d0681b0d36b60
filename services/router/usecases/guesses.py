"""Slows down whoever guesses passwords; tells nobody which accounts exist."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, TypeAlias
from uuid import UUID

from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.rates import Buckets, Rate

PER_ACCOUNT: Final = Rate(burst=10, per_s=0.1)
"""A person mistypes a few times; a machine gets ten guesses and then 8,640 a day."""
PER_ADDRESS: Final = Rate(burst=200, per_s=1)
"""An office behind one address signs in together at nine."""
KEYS_MAX: Final = 20_000
"""Of each kind, in the memory of one node: 4 MB. Full buckets go first."""


Place: TypeAlias = tuple[str, UUID, str]
"""An address, and the account that has signed in from there."""


class Guesses:
    """Counts attempts to sign in until they prove good, of accounts that exist and of others.

    At an address from which an account has signed in, its attempts are counted apart: else anybody
    who knows an agent's e-mail address could keep them out, by one guess in ten seconds.
    """

    def __init__(self, clock: Clock, *, places_max: int = KEYS_MAX) -> None:
        self._clock = clock
        self._accounts = Buckets(PER_ACCOUNT, KEYS_MAX)
        self._places = Buckets(PER_ACCOUNT, KEYS_MAX)
        self._addresses = Buckets(PER_ADDRESS, KEYS_MAX)
        self._known: dict[Place, None] = {}
        self._places_max = places_max

    def count(self, address: str, shop_id: UUID, email: str) -> None:
        """Count one attempt from an address at an account.

        Raises:
            RefusedError: RATE_LIMITED, there were too many.
        """
        now = self._clock.now()
        buckets, key = self._counted((address, shop_id, email))
        # The address first: what it may not try uses up nobody's account.
        wait_ms = self._addresses.take(address, now) or buckets.take(key, now)
        if wait_ms:
            raise RefusedError(
                ErrorCode.RATE_LIMITED,
                "Too many attempts to sign in: wait a little.",
                retry_after_ms=wait_ms,
            )

    def forgive(self, address: str, shop_id: UUID, email: str) -> None:
        """Take back an attempt that was no guess: whoever knows the password may sign in often.

        From now on the address is known as one of this account's, the oldest in its place.
        """
        place = (address, shop_id, email)
        buckets, key = self._counted(place)
        self._addresses.give_back(address)
        buckets.give_back(key)
        self._known.pop(place, None)
        self._known[place] = None
        if len(self._known) > self._places_max:
            del self._known[next(iter(self._known))]

    def _counted(self, place: Place) -> tuple[Buckets, Hashable]:
        """Return where an attempt is counted, and as whose."""
        return (self._places, place) if place in self._known else (self._accounts, place[1:])
