"""Work that is no conversation, as its owner, agents and webhooks see it; nothing decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from pydantic import BaseModel

from services.router.domain.derived_ids import derived_id
from services.router.domain.effects import Effects
from services.router.domain.model import Conversation
from services.router.usecases.ports import WorkTold
from shared.contracts import routing
from shared.contracts.promises import PromiseChanged
from shared.contracts.routing_requests import RoutedWork, RoutingRequest, ServedBy, SkillNeed
from shared.kernel.clock import Instant
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import EventType, WorkKind

_PROMISES: Final = frozenset(
    {
        EventType.FOLLOW_UP_QUEUED,
        EventType.FOLLOW_UP_REQUEUED,
        EventType.FOLLOW_UP_COMPLETED,
        EventType.FOLLOW_UP_CANCELLED,
    }
)
"""After which a promise is another one for whoever sees the customer's card."""


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
        order_reference=work.order_reference,
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
        queue=row.queue_id,
        skills=tuple(SkillNeed(skill=name, level=level) for name, level in row.needs.skills),
        languages=row.needs.languages,
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


def follow_up(row: Conversation, now: Instant) -> routing.FollowUpDue:
    """Return a promise that is to be kept, or was."""
    work = row.work
    if work is None or work.not_before is None or work.external_id is None:
        raise TypeError("a follow-up is due one day, and of a conversation")
    by, name = (row.agent_id, row.agent_name)
    if by is None:
        by, name = (work.promised_by, work.promised_by_name)
    customer = row.customer
    return routing.FollowUpDue(
        conversation_id=decode(IdKind.CONVERSATION, work.external_id),
        agent=None if by is None else routing.AgentRef(id=by, name=name or ""),
        due_at=work.not_before,
        words=work.title,
        order_reference=work.order_reference,
        closed_at=row.started_at,
        solved_at=row.ended_at,
        overdue=row.ended_at is None and work.not_before <= now,
        customer_name=customer.name if customer is not None and customer.verified else None,
    )


def promises_changed(effects: Effects) -> Iterator[PromiseChanged]:
    """Return the promises that were made, kept, given up or are to be kept again."""
    for told in effects.conversations_told:
        row, work = told.conversation, told.conversation.work
        if told.type not in _PROMISES or work is None:
            continue
        if work.not_before is None or work.external_id is None:
            raise TypeError("a follow-up is due one day, and of a conversation")
        yield PromiseChanged(
            id=row.id,
            version=row.version,
            conversation_id=decode(IdKind.CONVERSATION, work.external_id),
            customer=row.customer,
            text=work.title,
            due_at=work.not_before,
            order_reference=work.order_reference,
            promised_at=row.started_at,
            promised_by=work.promised_by_name,
            over=row.is_over,
        )


def _body(row: Conversation, kind: WorkKind, now: Instant) -> BaseModel:
    return follow_up(row, now) if kind is WorkKind.FOLLOW_UP else routing_request(row)


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
                subject=_subject(row.id, row.work.kind),
                occurred_at=now,
                body=_body(row, row.work.kind, now).model_dump(mode="json"),
                place=place,
            )
        )
    return tuple(told)


def _subject(work_id: UUID, kind: WorkKind) -> str:
    named = IdKind.FOLLOW_UP if kind is WorkKind.FOLLOW_UP else IdKind.ROUTING_REQUEST
    return encode(named, work_id)
