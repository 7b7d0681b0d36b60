"""Slows down whoever guesses passwords; tells nobody which accounts exist."""

from __future__ import annotations

from typing import Final
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


class Guesses:
    """Counts attempts to sign in until they prove good, of accounts that exist and of others."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accounts = Buckets(PER_ACCOUNT, KEYS_MAX)
        self._addresses = Buckets(PER_ADDRESS, KEYS_MAX)

    def count(self, address: str, shop_id: UUID, email: str) -> None:
        """Count one attempt from an address at an account.

        Raises:
            RefusedError: RATE_LIMITED, there were too many.
        """
        now = self._clock.now()
        # The address first: what it may not try uses up nobody's account.
        wait_ms = self._addresses.take(address, now) or self._accounts.take((shop_id, email), now)
        if wait_ms:
            raise RefusedError(
                ErrorCode.RATE_LIMITED,
                "Too many attempts to sign in: wait a little.",
                retry_after_ms=wait_ms,
            )

    def forgive(self, address: str, shop_id: UUID, email: str) -> None:
        """Take back an attempt that was no guess: whoever knows the password may sign in often."""
        self._addresses.give_back(address)
        self._accounts.give_back((shop_id, email))
