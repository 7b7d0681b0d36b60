"""Prints what a bench came to beside what it is to be, and its last line."""

from __future__ import annotations

import json
from collections.abc import Mapping


def print_verdicts(figures: Mapping[str, float], aims: Mapping[str, float]) -> None:
    """Print each aim's verdict, then all figures as one JSON object.

    A negative aim is an upper bound.
    """
    for name, aim in aims.items():
        reached = figures[name] <= -aim if aim < 0 else figures[name] >= aim
        sign = "at most" if aim < 0 else "at least"
        verdict = "reached" if reached else "MISSED"
        print(f"{name} {figures[name]:.2f}: {sign} {abs(aim)} {verdict}")
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))
