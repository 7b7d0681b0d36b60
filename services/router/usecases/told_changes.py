"""Sends what an administrator changed through the engine's lane, with the line that records it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue

from services.router.domain.model import ChangeMade
from services.router.usecases.ownership import Desk
from shared.contracts.changes import Actor
from shared.contracts.claims import Principal
from shared.contracts.wire import Contract
from shared.kernel.clock import Clock
from shared.kernel.ids import IdKind, encode


@dataclass(frozen=True, slots=True)
class ChangeDesk:
    """What every change of agents and queues needs."""

    desk: Desk
    clock: Clock
    new_id: Callable[[], UUID]
    actor_of: Callable[[Principal], Actor]

    def line(
        self, caller: Principal, kind: IdKind, target: UUID, fields: Mapping[str, JsonValue]
    ) -> ChangeMade:
        """Return what the lane is to commit: the new values, and who set them when."""
        actor = self.actor_of(caller)
        return ChangeMade(
            id=self.new_id(),
            changed_at=self.clock.now(),
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor_name=actor.name,
            action=f"{kind.value}.changed",
            target=encode(kind, target),
            target_id=target,
            fields_json=json.dumps(fields),
        )


def given(change: Contract) -> dict[str, JsonValue]:
    """Return what a request names, as JSON; null counts as not named."""
    fields: dict[str, JsonValue] = change.model_dump(mode="json", exclude_none=True)
    return fields
