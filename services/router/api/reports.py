"""Reports over HTTP, for supervisors."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.router.api.shops import ADMINS
from services.router.usecases.report import Report
from services.router.usecases.show_wallboard import ShowWallboard
from shared.contracts.accounts import TARGET_MAX_MS
from shared.contracts.claims import Principal
from shared.contracts.reports import AgentReport, FirstResponseReport, RecordPage, WaitReport
from shared.contracts.wallboard import Wallboard
from shared.contracts.wire import NamedInstant
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.paging import Page, paged

From = Annotated[
    NamedInstant | None, Query(alias="from", description="By default a day before `to`.")
]
To = Annotated[NamedInstant | None, Query(alias="to", description="By default now.")]
Target = Annotated[
    int | None,
    Query(ge=1, le=TARGET_MAX_MS, description="By default the target of the shop's default queue."),
]


def reports_router(report: Report, wallboard: ShowWallboard, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/reports."""
    router = APIRouter(prefix="/v1/reports", tags=["reports"])
    supervisor = Annotated[Principal, Depends(require((Scope.SUPERVISOR,), callers))]

    recorder = Annotated[Principal, Depends(require((Scope.SUPERVISOR, *ADMINS), callers))]

    @router.get("/first-responses")
    async def read_first_responses(
        caller: supervisor, from_: From = None, to: To = None, target_ms: Target = None
    ) -> FirstResponseReport:
        """Tell how soon people answered, and what was in the way where they did not in time."""
        return await report.first_responses(caller.shop_id, from_, to, target_ms)

    @router.get("/agents")
    async def read_agents(caller: supervisor, from_: From = None, to: To = None) -> AgentReport:
        """Tell what each agent was asked, took, and how busy each was."""
        return await report.agents(caller.shop_id, from_, to)

    @router.get("/waits")
    async def read_waits(caller: supervisor, from_: From = None, to: To = None) -> WaitReport:
        """Tell how far the ranges held that waiting customers were told."""
        return await report.waits(caller.shop_id, from_, to)

    @router.get("/conversations")
    async def read_conversations(
        caller: recorder, page: Page, from_: From = None, to: To = None
    ) -> RecordPage:
        """List the conversations of a span that are over, as a replay or a staffing wants them."""
        span = from_, to
        found = await report.recorded(caller.shop_id, span, page.after, page.limit + 1)
        conversations, cursor = paged(found, page)
        return RecordPage(conversations=conversations, next_cursor=cursor)

    @router.get("/wallboard")
    async def read_wallboard(caller: supervisor) -> Wallboard:
        """Tell who waits for an answer now, the most urgent first, and who is there to give it."""
        return await wallboard.now(caller.shop_id)

    return router
