"""What one router believes about the leases it holds; asks nobody, reads no clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.kernel.clock import Instant, Millis

LEASE_MS: Final[Millis] = 3_000
"""A lease's life from its last renewal, DESIGN section 6."""


@dataclass(frozen=True, slots=True)
class _Held:
    token: int
    until: Instant


class LeaseBook:
    """The leases of one router, by the instants at which it asked for them.

    PostgreSQL counts a lease's life from when it gets the question, this book from when that left:
    so the belief always ends before the lease does, whatever a question takes.
    """

    def __init__(self) -> None:
        self._held: dict[UUID, _Held] = {}

    def __contains__(self, shop_id: UUID) -> bool:
        return shop_id in self._held

    def __len__(self) -> int:
        return len(self._held)

    @property
    def tokens(self) -> Mapping[UUID, int]:
        """Return the shops with the tokens of their leases."""
        return {shop_id: held.token for shop_id, held in self._held.items()}

    def holds(self, shop_id: UUID, now: Instant) -> bool:
        """Tell whether a shop may be believed to be ours."""
        held = self._held.get(shop_id)
        return held is not None and now < held.until

    def taken(self, shop_id: UUID, token: int, asked_at: Instant) -> None:
        """Note a lease that was asked for at this instant and given."""
        self._held[shop_id] = _Held(token, asked_at + LEASE_MS)

    def renewed(
        self, asked: Mapping[UUID, int], given: Collection[UUID], asked_at: Instant
    ) -> list[UUID]:
        """Note which of the asked leases live on; return the shops that are no longer ours.

        A lease that was taken anew while the question was on its way has another token by now, and
        the answer is not about it.
        """
        lost: list[UUID] = []
        for shop_id, token in asked.items():
            held = self._held.get(shop_id)
            if held is None or held.token != token:
                continue
            if shop_id in given:
                self.taken(shop_id, token, asked_at)
            else:
                self.forget(shop_id)
                lost.append(shop_id)
        return lost

    def lapse(self, now: Instant) -> list[UUID]:
        """Forget the leases that could not be renewed in time; return their shops."""
        lapsed = [shop_id for shop_id in self._held if not self.holds(shop_id, now)]
        for shop_id in lapsed:
            self.forget(shop_id)
        return lapsed

    def forget(self, shop_id: UUID) -> None:
        """Hold a shop's lease no longer."""
        self._held.pop(shop_id, None)
