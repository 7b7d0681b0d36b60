"""When the demo shop's orders are placed: two years up to a day, busy before the holidays."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate

from services.demo.dice import Dice
from shared.kernel.clock import Instant, Millis, to_datetime

HOUR: Millis = 3_600_000
DAY: Millis = 24 * HOUR
DAYS = 730
_MONTHS = (0.8, 0.8, 1.0, 1.0, 0.95, 0.8, 0.7, 0.7, 0.95, 1.1, 1.5, 1.9)
"""Orders a day by month, from January, against the average: tea and gifts sell in winter."""
_START_SHARE = 0.55
"""What the shop sold on its first day, against its last: it has grown."""
_HOURS = (7, 8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 20, 20, 21, 21, 21, 22, 22)
"""Hours in which orders come, in UTC; the more often named the busier."""


def day_of(now: Instant) -> Instant:
    """Return the beginning of the day, in UTC."""
    return now - now % DAY


class Seasons:
    """The shop's days up to, and without, the day it is filled on."""

    def __init__(self, today: Instant) -> None:
        self.today = today
        self._busy = list(accumulate(self._weight(day) for day in range(DAYS)))

    def placed_at(self, dice: Dice) -> Instant:
        """Return the instant of an order."""
        day = bisect(self._busy, dice.share() * self._busy[-1])
        hour = dice.choose(_HOURS)
        return self._start + day * DAY + hour * HOUR + dice.below(HOUR // 1_000) * 1_000

    @property
    def _start(self) -> Instant:
        return self.today - DAYS * DAY

    def _weight(self, day: int) -> float:
        month = to_datetime(self._start + day * DAY).month
        growth = _START_SHARE + (1 - _START_SHARE) * day / DAYS
        return _MONTHS[month - 1] * growth
