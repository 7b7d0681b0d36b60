"""Makes, shows and changes a shop's queues; the target routed by goes to the engine at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Never
from uuid import UUID

from services.router.domain.commands import QueueChanged
from services.router.domain.model import ChangeMade
from services.router.usecases.administration_ports import QueueBook
from services.router.usecases.opening_hours import check_hours
from services.router.usecases.told_changes import ChangeDesk, given
from shared.contracts.accounts import NewQueue, Queue, QueueChange
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind


class ManageQueues:
    """A change is committed by the engine's lane: what is stored is what is routed by."""

    def __init__(self, queues: QueueBook, changes: ChangeDesk) -> None:
        self._queues = queues
        self._changes = changes

    async def create(self, caller: Principal, new: NewQueue, once: Once) -> Queue:
        """Make a queue beside the default one.

        Raises:
            RefusedError: INVALID_REQUEST, hours that cannot be kept.
        """
        if new.hours is not None:
            check_hours(new.hours)
        queue = Queue(
            id=self._changes.new_id(),
            name=new.name,
            is_default=False,
            first_response_target_ms=new.first_response_target_ms,
            skills=new.skills,
            hours=new.hours,
            retired=False,
            created_at=self._changes.clock.now(),
        )
        return await self._queues.add(caller, queue, once)

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[Queue]:
        """Return queues of the caller's shop, after an id."""
        return await self._queues.page(caller, after, limit)

    async def show(self, caller: Principal, queue_id: UUID) -> Queue:
        """Return a queue.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        return await self._queues.find(caller, queue_id) or _no_queue()

    async def change(self, caller: Principal, queue_id: UUID, change: QueueChange) -> Queue:
        """Change a queue and return it as it is now.

        Raises:
            RefusedError: NOT_FOUND; INVALID_REQUEST, hours that cannot be kept; IN_USE, the
                default queue cannot be retired; TRY_AGAIN.
        """
        if change.hours is not None:
            check_hours(change.hours)
        before = await self.show(caller, queue_id)
        if before.is_default and change.retired:
            raise RefusedError(
                ErrorCode.IN_USE,
                "The default queue cannot be retired: every conversation is in it.",
            )
        fields = given(change)
        if "hours" in change.model_fields_set:
            fields["hours"] = fields.get("hours")
        if fields:
            made = self._changes.line(caller, IdKind.QUEUE, queue_id, fields)
            await self._changes.desk.post(caller.shop_id, _command(before, change, made))
        return await self.show(caller, queue_id)


def _command(queue: Queue, change: QueueChange, made: ChangeMade) -> QueueChanged:
    if not queue.is_default:
        return QueueChanged(None, made)
    return QueueChanged(
        change.first_response_target_ms,
        made,
        hours=change.hours,
        sets_hours="hours" in change.model_fields_set,
    )


def _no_queue() -> Never:
    raise RefusedError(ErrorCode.NOT_FOUND, "There is no such queue.")
