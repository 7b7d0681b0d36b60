"""Work that is no conversation, as its owner, agents and webhooks see it; nothing decided."""

from __future__ import annotations

import json

from services.router.domain.derived_ids import derived_id
from services.router.domain.effects import Effects
from services.router.domain.model import Conversation
from services.router.usecases.ports import WorkTold
from shared.contracts.routing_requests import RoutedWork, RoutingRequest, ServedBy
from shared.kernel.clock import Instant
from shared.kernel.ids import IdKind


def routed_work(row: Conversation) -> RoutedWork | None:
    """Return what an agent sees of work; None of a conversation."""
    work = row.work
    if work is None:
        return None
    return RoutedWork(
        id=row.id,
        kind=work.kind,
        title=work.title,
        external_id=work.external_id,
        url=work.url,
        attributes=json.loads(work.attributes_json),
        not_before=work.not_before,
    )


def routing_request(row: Conversation) -> RoutingRequest:
    """Return a routing request as its owner sees it."""
    work = row.work
    if work is None or work.target_ms is None:
        raise TypeError("a routing request is work that waits, or waited, in the line")
    agent = None
    if row.agent_id is not None:
        agent = ServedBy(id=row.agent_id, name=row.agent_name or "")
    return RoutingRequest(
        id=row.id,
        conversation_id=row.id,
        external_id=work.external_id or "",
        title=work.title,
        url=work.url,
        attributes=json.loads(work.attributes_json),
        channel=row.channel,
        weight=row.weight,
        status=row.status,
        version=row.version,
        created_at=row.started_at,
        queued_at=row.queued_at,
        not_before=work.not_before,
        respond_by=row.respond_by,
        target_ms=work.target_ms,
        agent=agent,
        taken_after_ms=row.queue_wait_ms,
        missed_at=row.miss_told_at,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
    )


def work_told(effects: Effects, now: Instant, place: int) -> tuple[WorkTold, ...]:
    """Return the events about work; `place` conversation events stand before the command."""
    told: list[WorkTold] = []
    for one in effects.conversations_told:
        row = one.conversation
        if row.work is None:
            place += 1
            continue
        told.append(
            WorkTold(
                event_id=derived_id(IdKind.EVENT, row.id, row.version, now),
                type=one.type,
                work_id=row.id,
                occurred_at=now,
                body=routing_request(row).model_dump(mode="json"),
                place=place,
            )
        )
    return tuple(told)
