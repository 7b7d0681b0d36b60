"""Puts together how work comes from elsewhere and changes hands without an offer."""

from __future__ import annotations

from fastapi import APIRouter

from services.router.api.after_work import after_work_router
from services.router.api.handing_over import handing_over_router, line_router
from services.router.api.routing_requests import routing_request_verbs, routing_requests_router
from services.router.storage.kept_answers import KeptAnswers
from services.router.storage.records import RoutingRecords
from services.router.storage.request_book import RequestRows
from services.router.usecases.after_work import AfterWork
from services.router.usecases.hand_over import HandOver
from services.router.usecases.ownership import Desk
from services.router.usecases.repeat import Repeats
from services.router.usecases.routing_requests import RequestTables, RoutingRequests
from services.router.usecases.serve_offers import ServeOffers
from shared.kernel.clock import Clock
from shared.kit.auth.callers import Callers
from shared.kit.change_log import ChangeLog
from shared.kit.database import Database
from shared.kit.new_ids import new_id


def requests(
    desk: Desk, database: Database, repeats: Repeats, clock: Clock, callers: Callers
) -> tuple[APIRouter, ...]:
    """Return the endpoints of work that lives elsewhere."""
    answers = KeptAnswers(database, ChangeLog("router", clock))
    tables = RequestTables(RequestRows(database), RoutingRecords(database), answers)
    served = RoutingRequests(desk, tables, clock, new_id)
    return (
        routing_requests_router(served, callers=callers),
        routing_request_verbs(served, repeats, callers=callers),
    )


def hands(
    work: AfterWork, offers: ServeOffers, repeats: Repeats, callers: Callers
) -> tuple[APIRouter, ...]:
    """Return the endpoints."""
    hand_over = HandOver(work.desk, work.records, offers)
    return (
        line_router(hand_over, callers=callers),
        handing_over_router(hand_over, repeats, callers=callers),
        after_work_router(work, repeats, callers=callers),
    )
