"""Puts together what supervisors look at."""

from __future__ import annotations

from fastapi import APIRouter

from services.router.api.reports import reports_router
from services.router.storage.reports import ReportTables
from services.router.storage.wallboard import WallboardTables
from services.router.usecases.report import Report
from services.router.usecases.show_wallboard import ShowWallboard
from shared.kernel.clock import Clock
from shared.kit.auth.callers import Callers
from shared.kit.database import Database


def reports_and_wallboard(database: Database, clock: Clock, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/reports."""
    report = Report(ReportTables(database), clock)
    return reports_router(report, ShowWallboard(WallboardTables(database), clock), callers=callers)
