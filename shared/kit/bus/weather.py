"""Seeded bad luck for tests of what uses a bus: losses, doubles, delays; never in production."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from shared.kernel.clock import Millis


@dataclass
class Weather:
    """How often what is carried is lost, doubled or held up; the same seed, the same weather.

    Shares are probabilities, 0.0 to 1.0. A delayed copy overtakes nothing: others overtake it.
    """

    seed: int = 0
    drop: float = 0.0
    double: float = 0.0
    delay: float = 0.0
    max_delay_ms: Millis = 20
    _random: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311  repeatable on purpose

    def copies(self) -> tuple[float, ...]:
        """Return the delay, in milliseconds, of each copy that arrives; empty when it is lost."""
        if self._random.random() < self.drop:
            return ()
        if self._random.random() < self.double:
            return (self._hold_up(), self._hold_up())
        return (self._hold_up(),)

    def _hold_up(self) -> float:
        if self._random.random() < self.delay:
            return self._random.uniform(0, self.max_delay_ms)
        return 0.0
