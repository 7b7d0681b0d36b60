"""Composes the lane of messages: whatever came while the last group was committed is the next."""

from __future__ import annotations

from prometheus_client import Counter

from services.gateway.background.faults import FaultPoint
from services.gateway.config import GatewaySettings
from services.gateway.storage.appends import PostgresAppends
from services.gateway.usecases.append import GroupCommit
from services.gateway.usecases.ports import AppendResult, AppendRow, Outlet
from shared.kit.database import Database
from shared.kit.lanes import GroupLane

GROUPS_REFUSED = Counter(
    "firstreply_append_groups_refused_total", "Groups the database refused; tried row by row"
)


def append_lane(
    settings: GatewaySettings, database: Database, outlet: Outlet
) -> GroupLane[AppendRow, AppendResult]:
    """Return the one writer of this node."""
    commit = GroupCommit(
        PostgresAppends(database),
        outlet,
        committed=FaultPoint(settings.fault_after_commit),
        group_failed=GROUPS_REFUSED.inc,
    )
    return GroupLane("gateway.append", commit)
