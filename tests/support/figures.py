"""Many measurements told as a few figures."""

from __future__ import annotations

from collections.abc import Sequence


def spread(measured: Sequence[float]) -> dict[str, float]:
    """Return the middle, the slow and the slowest; of fewer than a hundred p99 is the slowest."""
    ordered = sorted(measured)
    places = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    last = len(ordered) - 1
    return {name: round(ordered[min(last, int(len(ordered) * q))], 3) for name, q in places.items()}
