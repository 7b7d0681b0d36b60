"""Makes, shows and changes a shop's queues; the target routed by goes to the engine at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Never
from uuid import UUID

from services.router.domain.commands import QueueChanged
from services.router.domain.model import ChangeMade
from services.router.usecases.administration_ports import QueueBook
from services.router.usecases.opening_hours import check_hours
from services.router.usecases.routed_queues import ROUTED_AS, routed
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
            RefusedError: INVALID_REQUEST, hours that cannot be kept, a skill that nobody has, steps
                that lead nowhere.
        """
        if new.hours is not None:
            check_hours(new.hours)
        await self._check(caller, new)
        queue = Queue(
            id=self._changes.new_id(),
            name=new.name,
            is_default=False,
            first_response_target_ms=new.first_response_target_ms,
            skills=new.skills,
            hours=new.hours,
            priority=new.priority,
            capacity=new.capacity,
            weights=new.weights,
            channels=new.channels,
            max_waiting=new.max_waiting,
            steps=new.steps,
            retired=False,
            created_at=self._changes.clock.now(),
        )
        made = await self._queues.add(caller, queue, once)
        line = self._changes.line(caller, IdKind.QUEUE, made.id, {})
        await self._changes.desk.post(caller.shop_id, QueueChanged(None, line, queue=routed(made)))
        return made

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
            RefusedError: NOT_FOUND; INVALID_REQUEST, as when it is made; IN_USE, the
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
        await self._check(caller, change)
        fields = given(change)
        for name in _MAY_BE_NULL & change.model_fields_set:
            fields[name] = fields.get(name)
        if fields:
            made = self._changes.line(caller, IdKind.QUEUE, queue_id, fields)
            await self._changes.desk.post(caller.shop_id, _command(before, change, fields, made))
        return await self.show(caller, queue_id)

    async def _check(self, caller: Principal, wish: NewQueue | QueueChange) -> None:
        """Refuse what nobody could serve, or could go on with: a typing error, most likely."""
        steps = wish.steps or ()
        for skills in (wish.skills, *(step.skills for step in steps)):
            for name, level in (skills or {}).items():
                if not await self._queues.anybody_has(caller, name, level):
                    _refuse(f"No agent has the skill {name!r} at level {level}; give it first.")
        if [step.after_ms for step in steps] != sorted(step.after_ms for step in steps):
            _refuse("The steps must stand in the order of after_ms.")
        for other in {step.queue_id for step in steps if step.queue_id is not None}:
            found = await self._queues.find(caller, other)
            if found is None or found.retired:
                _refuse("A step leads to a queue that is not there or is retired.")


_MAY_BE_NULL: Final = frozenset({"hours", "capacity", "max_waiting"})


def _command(
    queue: Queue, change: QueueChange, fields: Mapping[str, object], made: ChangeMade
) -> QueueChanged:
    after = queue.model_copy(update={name: getattr(change, name) for name in fields})
    told = tuple(ROUTED_AS[name] for name in sorted(fields))
    if not queue.is_default:
        return QueueChanged(None, made, queue=routed(after), fields=told)
    return QueueChanged(
        change.first_response_target_ms,
        made,
        hours=change.hours,
        sets_hours="hours" in change.model_fields_set,
        queue=routed(after),
        fields=told,
    )


def _refuse(words: str) -> Never:
    raise RefusedError(ErrorCode.INVALID_REQUEST, words)


def _no_queue() -> Never:
    raise RefusedError(ErrorCode.NOT_FOUND, "There is no such queue.")
