"""A shop's queues over HTTP."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.router.api.shops import ADMINS
from services.router.usecases.manage_queues import ManageQueues
from shared.contracts.accounts import NewQueue, Queue, QueueChange, QueuePage
from shared.contracts.claims import Principal
from shared.contracts.wire import QueueId
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey, once
from shared.kit.web.paging import Page, paged


def queues_router(manage: ManageQueues, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/queues."""
    router = APIRouter(prefix="/v1/queues", tags=["administration"])
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]

    @router.post("", status_code=201)
    async def create_queue(caller: admin, new: JsonBody[NewQueue], key: IdempotencyKey) -> Queue:
        """Make a queue beside the default one; conversations of its channels begin in it.

        Refused with `invalid_request`: a skill that no active agent has at that level, steps out of
        their order, a step into a queue that is not there.
        """
        return await manage.create(caller, new, once(key, "queue", new))

    @router.get("")
    async def list_queues(caller: admin, page: Page) -> QueuePage:
        """List the shop's queues, retired ones included."""
        found = await manage.page(caller, page.after, page.limit + 1)
        queues, cursor = paged(found, page)
        return QueuePage(queues=queues, next_cursor=cursor)

    @router.get("/{queue_id}")
    async def read_queue(caller: admin, queue_id: QueueId) -> Queue:
        """Return a queue."""
        return await manage.show(caller, queue_id)

    @router.patch("/{queue_id}")
    async def change_queue(
        caller: admin, queue_id: QueueId, change: JsonBody[QueueChange]
    ) -> Queue:
        """Change the given fields; of two changes of one field the later one stays.

        What is changed holds for each conversation that begins after the answer. New hours of the
        default queue count at once, also for whoever waits for the opening.
        """
        return await manage.change(caller, queue_id, change)

    return router
