"""Takes the router's events by one call of `gateway.take_routing`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from services.gateway.storage.appends import announcement_of
from services.gateway.usecases.ports import Announcement, Positions
from shared.contracts.events import Envelope
from shared.contracts.routing import RoutingLine, RoutingTold
from shared.kernel.clock import to_iso
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import ConversationStatus, EventType
from shared.kit.database import Database
from shared.kit.new_ids import new_id

_TAKE = "SELECT * FROM gateway.take_routing($1::uuid[], $2::jsonb)"


class PostgresRouting:
    """The RoutingStore on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, events: Sequence[Envelope]) -> tuple[Positions, Sequence[Announcement]]:
        """See `RoutingStore.take`."""
        shops = sorted({event.shop_id for event in events})
        asked = json.dumps([_asked(event) for event in events])
        records = await self._database.call(_TAKE, shops, asked)
        positions: dict[tuple[UUID, str], int] = {
            (event.shop_id, event.stream): 0 for event in events
        }
        announcements: list[Announcement] = []
        for record in records:
            if record["body"] is None:
                positions[record["shop_id"], record["stream"]] = record["position"]
            else:
                announcements.append(announcement_of(record, record["shop_id"]))
        return positions, announcements


def _asked(event: Envelope) -> dict[str, object]:
    state = RoutingTold.model_validate_json(json.dumps(event.body))
    item_id = new_id()
    return {
        "shop_id": str(event.shop_id),
        "stream": event.stream,
        "version": event.version,
        "conversation_id": str(state.conversation_id),
        "event_wire": encode(IdKind.EVENT, event.event_id),
        "item_id": str(item_id),
        "item_wire": encode(IdKind.ITEM, item_id),
        "ended": state.status is ConversationStatus.ENDED
        or event.type is EventType.CONVERSATION_ENDED,
        "assigned": event.type is EventType.CONVERSATION_ASSIGNED,
        "routing_version": state.version,
        "heard_version": state.heard_version,
        "agent_id": str(state.agent.id) if state.agent else None,
        "agent_name": state.agent.name if state.agent else None,
        "assignment_id": str(state.assignment_id) if state.assignment_id else None,
        "assignment_version": state.assignment_version,
        "at": to_iso(event.occurred_at),
        "lines": [_line(event, number, line) for number, line in enumerate(state.lines, start=1)],
    }


def _line(event: Envelope, number: int, line: RoutingLine) -> dict[str, object]:
    item_id = new_id()
    return {
        "item_id": str(item_id),
        "item_wire": encode(IdKind.ITEM, item_id),
        "client_id": f"{encode(IdKind.EVENT, event.event_id)}.{number}",
        "kind": line.kind,
        "visibility": line.visibility,
        "author_kind": line.author.kind,
        "author_id": str(line.author.id) if line.author.id else None,
        "author_name": line.author.name,
        "text": line.text,
    }
