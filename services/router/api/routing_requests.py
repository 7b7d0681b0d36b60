"""The routing API over HTTP: work that lives elsewhere, for other services and its agents."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.router.usecases.repeat import Repeats
from services.router.usecases.routing_requests import RoutingRequests, Wanted
from shared.contracts.claims import Principal
from shared.contracts.routing_requests import (
    EXTERNAL_ID_MAX,
    NewRoutingRequest,
    RoutingRequest,
    RoutingRequestPage,
)
from shared.contracts.wire import RoutingRequestId
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import ConversationStatus, Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import AnyIdempotencyKey, IdempotencyKey, once
from shared.kit.web.paging import Page, paged

OWNERS = (Scope.ROUTING_WRITE, Scope.SUPERVISOR)
WORKERS = (*OWNERS, Scope.AGENT)


def routing_requests_router(requests: RoutingRequests, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/routing-requests that make and read."""
    router = APIRouter(prefix="/v1/routing-requests", tags=["routing requests"])
    owner = Annotated[Principal, Depends(require(OWNERS, callers))]
    worker = Annotated[Principal, Depends(require(WORKERS, callers))]

    @router.post("", status_code=201)
    async def create_request(
        caller: owner, new: JsonBody[NewRoutingRequest], key: IdempotencyKey
    ) -> RoutingRequest:
        """Have work offered to the agents of the shop, in the line of its conversations.

        The same Idempotency-Key again is the same request, answered as it stands by then. 422
        `unknown_queue`, `unknown_skill`, `unknown_language` or `respond_by_past`: nothing is kept
        of it.
        """
        return await requests.make(caller, new, once(key, "routing-request", new))

    @router.get("")
    async def list_requests(
        caller: owner,
        page: Page,
        status: ConversationStatus | None = None,
        external_id: Annotated[
            str | None, Query(max_length=EXTERNAL_ID_MAX, pattern=r"^[^\x00]*$")
        ] = None,
    ) -> RoutingRequestPage:
        """List routing requests in the order in which they were made, ended ones included."""
        wanted = Wanted(page.after, page.limit + 1, status, external_id)
        found = await requests.page(caller.shop_id, wanted)
        shown, cursor = paged(found, page)
        return RoutingRequestPage(routing_requests=shown, next_cursor=cursor)

    @router.get("/{request_id}")
    async def read_request(caller: worker, request_id: RoutingRequestId) -> RoutingRequest:
        """Return a routing request; to an agent one that was offered to that agent once."""
        return await requests.show(caller.shop_id, request_id, _eyes(caller))

    return router


def routing_request_verbs(
    requests: RoutingRequests, repeats: Repeats, *, callers: Callers
) -> APIRouter:
    """Return the endpoints under /v1/routing-requests/{request_id}."""
    router = APIRouter(prefix="/v1/routing-requests/{request_id}", tags=["routing requests"])
    owner = Annotated[Principal, Depends(require(OWNERS, callers))]
    worker = Annotated[Principal, Depends(require(WORKERS, callers))]

    @router.post("/cancel")
    async def cancel_request(
        caller: owner, request_id: RoutingRequestId, key: AnyIdempotencyKey = None
    ) -> RoutingRequest:
        """Take work back, from whoever is asked or has it; doing it again changes nothing."""
        act = partial(requests.cancel, caller.shop_id, request_id)
        named = None if key is None else once(key, f"routing request {request_id} cancel")
        return await repeats.answer(caller, named, RoutingRequest, act)

    @router.post("/complete")
    async def complete_request(
        caller: worker, request_id: RoutingRequestId, key: AnyIdempotencyKey = None
    ) -> RoutingRequest:
        """End work that is done: by the agent who has it, or by its owner, done elsewhere."""
        act = partial(requests.complete, caller.shop_id, request_id, _eyes(caller))
        named = None if key is None else once(key, f"routing request {request_id} complete")
        return await repeats.answer(caller, named, RoutingRequest, act)

    @router.post("/requeue")
    async def requeue_request(
        caller: worker, request_id: RoutingRequestId, key: AnyIdempotencyKey = None
    ) -> RoutingRequest:
        """Take work from the agent who has it and ask others first; what waits goes on waiting."""
        act = partial(requests.requeue, caller.shop_id, request_id, _eyes(caller))
        named = None if key is None else once(key, f"routing request {request_id} requeue")
        return await repeats.answer(caller, named, RoutingRequest, act)

    return router


def _eyes(caller: Principal) -> UUID | None:
    """Return whose eyes a caller looks with: an agent's own, or those of the shop."""
    if not set(OWNERS).isdisjoint(caller.scopes):
        return None
    if caller.agent_id is None:
        raise RefusedError(ErrorCode.FORBIDDEN, "Only an agent may do that.")
    return caller.agent_id
