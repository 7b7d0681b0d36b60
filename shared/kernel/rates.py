"""How often something may happen: token buckets, for one or for many; they read no clock."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from shared.kernel.clock import Instant, Millis

_MS_PER_S = 1_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second in the long run."""

    burst: int
    per_s: float

    @property
    def every_ms(self) -> float:
        """Return the time after which there is one more."""
        return _MS_PER_S / self.per_s


class Bucket:
    """A token bucket. It begins full, and is kept as the one instant at which it is full again."""

    __slots__ = ("_full_at", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._full_at = 0.0

    def take(self, now: Instant) -> Millis:
        """Take one and return 0; or take none and return how long until there is one."""
        full_at = max(self._full_at, now) + self._rate.every_ms
        too_early = full_at - now - self._rate.burst * self._rate.every_ms
        if too_early > 0:
            return int(too_early) + 1
        self._full_at = full_at
        return 0

    def give_back(self) -> None:
        """Put back one that was taken."""
        self._full_at -= self._rate.every_ms

    def is_full(self, now: Instant) -> bool:
        """Return whether it is as good as a new one."""
        return self._full_at <= now


class Buckets:
    """A bucket for each key, at most `keys_max` of them: full ones are forgotten, then the oldest.

    Whoever fills the room with new keys frees none of their own: each new key is a new bucket, so
    keys that a stranger can make up need a second bucket for the stranger.
    """

    def __init__(self, rate: Rate, keys_max: int) -> None:
        self._rate = rate
        self._keys_max = keys_max
        self._buckets: dict[Hashable, Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: Hashable, now: Instant) -> Millis:
        """See `Bucket.take`."""
        bucket = self._buckets.get(key)
        if bucket is None:
            self._make_room(now)
            bucket = self._buckets[key] = Bucket(self._rate)
        return bucket.take(now)

    def give_back(self, key: Hashable) -> None:
        """See `Bucket.give_back`; a bucket that was forgotten is full anyhow."""
        bucket = self._buckets.get(key)
        if bucket is not None:
            bucket.give_back()

    def _make_room(self, now: Instant) -> None:
        if len(self._buckets) < self._keys_max:
            return
        kept = {key: one for key, one in self._buckets.items() if not one.is_full(now)}
        # A tenth at once, so that not each new key walks through all of them.
        for key in list(kept)[: len(kept) - self._keys_max * 9 // 10]:
            del kept[key]
        self._buckets = kept
