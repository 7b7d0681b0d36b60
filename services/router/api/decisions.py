"""One decision over HTTP, as it was told or with all who were weighed."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from services.router.api.conversations import WATCHERS, eyes
from services.router.usecases.explain import Explain
from shared.contracts.claims import Principal
from shared.contracts.decisions import Decision
from shared.contracts.wire import DecisionId, WorkId
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers


def decisions_router(explain: Explain, *, callers: Callers) -> APIRouter:
    """Return the endpoint under /v1/routing/conversations/{conversation_id}/decisions."""
    router = APIRouter(
        prefix="/v1/routing/conversations/{conversation_id}/decisions", tags=["conversations"]
    )
    watcher = Annotated[Principal, Depends(require(WATCHERS, callers))]

    @router.get("/{decision_id}")
    async def read_decision(
        conversation_id: WorkId,
        decision_id: DecisionId,
        caller: watcher,
        candidates: Literal["best", "all"] = "best",
    ) -> Decision:
        """Return a decision about a conversation, or a routing request.

        With `candidates=all`, for supervisors alone, it is made again from what the router was told
        and lists everybody who could have been asked, the best first. 410 `decision_too_old`: what
        it was made from is not kept (for a day at most), or it was made by other rules.
        """
        seen_by = eyes(caller)
        if candidates == "best":
            return await explain.decision(caller.shop_id, conversation_id, seen_by, decision_id)
        if seen_by is not None:
            raise RefusedError(ErrorCode.FORBIDDEN, "Only a supervisor may see all candidates.")
        return await explain.full.show(caller.shop_id, conversation_id, decision_id)

    return router
