"""A line served in the order of asking, simulated by itself to hold formulas against it."""

from __future__ import annotations

import heapq
from random import Random

from services.staffing.patience import Patience


def simulated_line(
    dice: Random,
    patience: Patience,
    *,
    arrivals_per_s: float,
    handle_s: float,
    agents: int,
    within_s: float,
    customers: int,
) -> tuple[float, float, float]:
    """Return the shares answered in time, gone before the target, and gone at all."""
    free_at = [0.0] * agents
    now = 0.0
    answered = left_in_time = left = 0
    for _ in range(customers):
        now += dice.expovariate(arrivals_per_s)
        waited = max(0.0, free_at[0] - now)
        patient = patience.drawn(1 - dice.random()) / 1_000
        if waited > 0 and patient < waited:
            left += 1
            left_in_time += patient <= within_s
            continue
        answered += waited <= within_s
        heapq.heapreplace(free_at, now + waited + dice.expovariate(1 / handle_s))
    return answered / customers, left_in_time / customers, left / customers
