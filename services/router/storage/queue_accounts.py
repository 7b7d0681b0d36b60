"""Queues as administrators make and read them; changes go by the engine's lane."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from services.router.storage.account_rows import read_queue
from services.router.storage.gate import Gate
from shared.contracts.accounts import Queue
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.kernel.ids import IdKind, encode
from shared.kit.change_log import ChangeLog, created
from shared.kit.database import ReadTransaction

_ADD = """
    INSERT INTO router.queues (shop_id, id, name, first_response_target_ms, skills, hours,
        priority, capacity, weights, channels, max_waiting, steps)
    VALUES (:shop_id, :id, :name, :target, CAST(:skills AS jsonb), CAST(:hours AS jsonb),
        :priority, :capacity, CAST(:weights AS jsonb), :channels, :max_waiting,
        CAST(:steps AS jsonb))
    """
_ONE = "SELECT * FROM router.queues WHERE shop_id = :shop_id AND id = :id"
_PAGE = """
    SELECT * FROM router.queues
    WHERE shop_id = :shop_id AND (CAST(:after AS uuid) IS NULL OR id > :after)
    ORDER BY id LIMIT :limit
    """


ANYBODY_HAS = """
    SELECT EXISTS (SELECT FROM router.agents
        WHERE shop_id = :shop_id AND deactivated_at IS NULL
            AND CAST(skills ->> CAST(:skill AS text) AS int) >= :level)
    """
RECORDED = (
    *("name", "first_response_target_ms", "skills", "hours", "priority", "capacity", "weights"),
    *("channels", "max_waiting", "steps"),
)
"""What the record tells of a new queue."""


class QueueAccounts:
    """See `usecases.administration_ports.QueueBook`."""

    def __init__(self, gate: Gate, log: ChangeLog) -> None:
        self._gate = gate
        self._log = log

    async def add(self, caller: Principal, queue: Queue, once: Once) -> Queue:
        """Make a queue; a repeated request gets the answer of the first."""
        async with self._gate.write(caller) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return Queue.model_validate(kept, strict=False)
            asked = queue.model_dump(mode="json")
            row = {
                "shop_id": caller.shop_id,
                "id": queue.id,
                "name": queue.name,
                "target": queue.first_response_target_ms,
                "skills": json.dumps(asked["skills"]),
                "hours": None if queue.hours is None else json.dumps(asked["hours"]),
                "priority": queue.priority,
                "capacity": queue.capacity,
                "weights": json.dumps(asked["weights"]),
                "channels": asked["channels"],
                "max_waiting": queue.max_waiting,
                "steps": json.dumps(asked["steps"]),
            }
            await tx.execute(_ADD, row)
            made = await _find(tx, caller.shop_id, queue.id)
            if made is None:
                raise LookupError("a queue just made is there")
            told = {name: asked[name] for name in RECORDED}
            target = encode(IdKind.QUEUE, queue.id)
            await self._log.record(tx, caller, "queue.created", target, created(**told))
            await self._log.keep(tx, caller, once, made.model_dump(mode="json"))
        return made

    async def find(self, caller: Principal, queue_id: UUID) -> Queue | None:
        """Return a queue of the caller's shop."""
        async with self._gate.read(caller) as tx:
            return await _find(tx, caller.shop_id, queue_id)

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[Queue]:
        """Return queues of the caller's shop after an id."""
        async with self._gate.read(caller) as tx:
            wanted = {"shop_id": caller.shop_id, "after": after, "limit": limit}
            return [read_queue(row) for row in await tx.rows(_PAGE, wanted)]

    async def anybody_has(self, caller: Principal, skill: str, level: int) -> bool:
        """Return whether an active agent of the caller's shop has a skill at least so well."""
        async with self._gate.read(caller) as tx:
            asked = {"shop_id": caller.shop_id, "skill": skill, "level": level}
            found: bool = await tx.value(ANYBODY_HAS, asked)
        return found


async def _find(tx: ReadTransaction, shop_id: UUID, queue_id: UUID) -> Queue | None:
    row = await tx.row(_ONE, {"shop_id": shop_id, "id": queue_id})
    return None if row is None else read_queue(row)
