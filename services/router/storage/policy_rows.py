"""How a shop's own figures stand in their column, and the policy that they make."""

from __future__ import annotations

from typing import Any

from services.router.domain.policy import Figures, Policy
from services.router.domain.shop_policy import with_figures
from services.router.storage.account_rows import read_hours
from services.router.storage.json_columns import read_json
from services.router.storage.need_rows import read_weights
from services.router.storage.rows import Row

POLICY_COLUMNS = "s.policy, s.policy_version, q.first_response_target_ms, q.hours"
"""Of a shop `s` and its default queue `q`: what `read_policy` reads."""


def read_policy(row: Row) -> Policy:
    """Return what a shop is routed by."""
    target, hours = row["first_response_target_ms"], read_hours(row["hours"])
    queues = Policy(first_response_target_ms=target, hours=hours)
    return with_figures(queues, read_figures(row["policy"]), row["policy_version"])


def read_figures(kept: object) -> Figures:
    """Return the figures that a shop has set, in the order of their names."""
    figures: dict[str, Any] = read_json(kept)
    if "weights" in figures:
        figures = figures | {"weights": read_weights(figures["weights"])}
    return tuple(sorted(figures.items()))
