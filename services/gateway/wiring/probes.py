"""Composes what says whether the gateway is ready."""

from __future__ import annotations

from datetime import datetime

from shared.kernel.clock import Clock
from shared.kit.database import Database
from shared.kit.web.readiness import ReadinessCheck, clock_skew_check


def database_checks(database: Database, clock: Clock) -> tuple[ReadinessCheck, ReadinessCheck]:
    """Return whether the database answers, and whether its clock is ours."""

    async def probe() -> str:
        await database.call("SELECT 1")
        return "The gateway's database answers."

    async def server_time() -> datetime:
        ((moment,),) = await database.call("SELECT clock_timestamp()")
        if not isinstance(moment, datetime):
            raise TypeError("PostgreSQL tells time as a timestamp")
        return moment

    return ReadinessCheck("gateway.database", probe), clock_skew_check(server_time, clock)
