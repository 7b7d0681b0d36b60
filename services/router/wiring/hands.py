"""Puts together how conversations change hands without an offer."""

from __future__ import annotations

from fastapi import APIRouter

from services.router.api.after_work import after_work_router
from services.router.api.handing_over import handing_over_router, line_router
from services.router.usecases.after_work import AfterWork
from services.router.usecases.hand_over import HandOver
from services.router.usecases.repeat import Repeats
from services.router.usecases.serve_offers import ServeOffers
from shared.kit.auth.callers import Callers


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
