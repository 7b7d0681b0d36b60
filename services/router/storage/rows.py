"""How routing state stands in its tables: to JSON for the hot call, and back from rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import RowMapping

from services.router.domain.model import (
    Agent,
    Assignment,
    Conversation,
    Heard,
    Offer,
    OfferEnd,
)
from services.router.storage.json_columns import Json, read_json
from services.router.storage.need_rows import (
    read_needs,
    read_skills,
    read_stages,
    read_weights,
    waiting_json,
)
from services.router.storage.work_rows import read_work, work_json
from shared.contracts.items import CustomerRef
from shared.kernel import ids
from shared.kernel.clock import Instant, from_datetime, to_iso
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import (
    AgentStatus,
    AssignmentStatus,
    Channel,
    ConversationStatus,
    EndReason,
    OfferStatus,
    Outcome,
    Scope,
    Service,
)

Row: TypeAlias = RowMapping

AGENT_COLUMNS = (
    "id, name, email, status, nodes, capacity, load, version, idle_since, gone_since, "
    "expiries_in_row, deactivated_at, roles, skills, languages, turn, weights, inherits_capacity, "
    "settled_at"
)


def agent_json(shop_id: UUID, agent: Agent) -> Json:
    """Return what commit_group writes of an agent."""
    return {
        "shop_id": str(shop_id),
        "id": str(agent.id),
        "status": agent.status,
        "nodes": [str(node) for node in agent.nodes],
        "load": agent.load,
        "version": agent.version,
        "idle_since": to_iso(agent.idle_since),
        "gone_since": _iso(agent.gone_since),
        "expiries_in_row": agent.expiries_in_row,
        "turn": agent.turn,
        "settled_at": to_iso(agent.settled_at),
    }


def conversation_json(shop_id: UUID, one: Conversation) -> Json:
    """Return what commit_group writes of a conversation."""
    return {
        "shop_id": str(shop_id),
        "id": str(one.id),
        "status": one.status,
        "channel": one.channel,
        "customer": one.customer.model_dump(mode="json") if one.customer else None,
        "preview": one.preview,
        "started_at": to_iso(one.started_at),
        "queued_at": to_iso(one.queued_at),
        "respond_by": to_iso(one.respond_by),
        "weight": one.weight,
        "version": one.version,
        "agent_id": _text(one.agent_id),
        "agent_name": one.agent_name,
        "assignment_id": _text(one.assignment_id),
        "assignment_version": one.assignment_version,
        "first_response_ms": one.first_response_ms,
        "queue_wait_ms": one.queue_wait_ms,
        "ended_at": _iso(one.ended_at),
        "end_reason": one.end_reason,
        "passed_by": [[str(agent), at] for agent, at in one.passed_by],
        "widen_at": _iso(one.widen_at),
        "offers_made": one.offers_made,
        "decisions_made": one.decisions_made,
        "clock_at": _iso(one.clock_at),
        "held_until": _iso(one.held_until),
        "everyone_at": _iso(one.everyone_at),
        "risk_told_at": _iso(one.risk_told_at),
        "miss_told_at": _iso(one.miss_told_at),
        "transfers": one.transfers,
        "again_from": _iso(one.again_from),
        "again_response_ms": one.again_response_ms,
        "preferred_agent": _text(one.preferred_agent),
        "outcome": one.outcome,
        "heard_at": _iso(one.heard_at),
        "wrap_up_until": _iso(one.wrap_up_until),
        **(work_json(one.work) | waiting_json(one)),
    }


def offer_json(shop_id: UUID, offer: Offer) -> Json:
    """Return what commit_group writes of an offer."""
    return {
        "shop_id": str(shop_id),
        "id": str(offer.id),
        "conversation_id": str(offer.conversation_id),
        "agent_id": str(offer.agent_id),
        "ordinal": offer.ordinal,
        "weight": offer.weight,
        "status": offer.status,
        "created_at": to_iso(offer.created_at),
        "expires_at": to_iso(offer.expires_at),
        "seen_at": _iso(offer.seen_at),
        "reminded_at": _iso(offer.reminded_at),
        "ended_at": _iso(offer.ended_at),
        "end_cause": offer.end_cause,
        "load": offer.load,
        "chance_permille": offer.chance_permille,
    }


def assignment_json(shop_id: UUID, one: Assignment) -> Json:
    """Return what commit_group writes of an assignment."""
    return {
        "shop_id": str(shop_id),
        "id": str(one.id),
        "conversation_id": str(one.conversation_id),
        "agent_id": str(one.agent_id),
        "offer_id": _text(one.offer_id),
        "version": one.version,
        "weight": one.weight,
        "status": one.status,
        "started_at": to_iso(one.started_at),
        "ended_at": _iso(one.ended_at),
        "wrap_up_until": _iso(one.wrap_up_until),
        "idle": one.idle,
        "offered_at": _iso(one.offered_at),
        "offered_load": one.offered_load,
    }


def heard_json(shop_id: UUID, heard: Heard) -> Json:
    """Return what commit_group writes of a gateway stream's place."""
    return {
        "shop_id": str(shop_id),
        "emitter": Service.GATEWAY,
        "stream": stream_of(heard.conversation_id),
        "version": heard.version,
    }


def stream_of(conversation_id: UUID) -> str:
    """Return the name of a conversation's stream."""
    return ids.encode(IdKind.CONVERSATION, conversation_id)


def read_heard(row: Row | asyncpg.Record) -> Heard:
    """Return how far a stream was heard."""
    return Heard(ids.decode(IdKind.CONVERSATION, row["stream"]), row["version"])


def read_agent(row: Row) -> Agent:
    """Return an agent from AGENT_COLUMNS."""
    return Agent(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        status=AgentStatus(row["status"]),
        nodes=tuple(row["nodes"]),
        capacity=row["capacity"],
        load=row["load"],
        version=row["version"],
        idle_since=from_datetime(row["idle_since"]),
        gone_since=_instant(row["gone_since"]),
        expiries_in_row=row["expiries_in_row"],
        supervisor=Scope.SUPERVISOR in row["roles"],
        active=row["deactivated_at"] is None,
        skills=read_skills(row["skills"]),
        languages=tuple(row["languages"]),
        may_reply=Scope.AGENT in row["roles"],
        weights=read_weights(row["weights"]),
        inherits_capacity=row["inherits_capacity"],
        turn=row["turn"],
        settled_at=from_datetime(row["settled_at"]),
    )


def read_conversation(row: Row) -> Conversation:
    """Return a conversation from all its columns."""
    customer, passed = read_json(row["customer"]), read_json(row["passed_by"])
    conversation = Conversation(
        id=row["id"],
        status=ConversationStatus(row["status"]),
        channel=Channel(row["channel"]),
        customer=CustomerRef.model_validate(customer, strict=False) if customer else None,
        preview=row["preview"],
        started_at=from_datetime(row["started_at"]),
        queued_at=from_datetime(row["queued_at"]),
        respond_by=from_datetime(row["respond_by"]),
        weight=row["weight"],
        version=row["version"],
        agent_id=row["agent_id"],
        agent_name=row["agent_name"],
        assignment_id=row["assignment_id"],
        assignment_version=row["assignment_version"],
        first_response_ms=row["first_response_ms"],
        queue_wait_ms=row["queue_wait_ms"],
        ended_at=_instant(row["ended_at"]),
        end_reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
        passed_by=tuple((UUID(agent), at) for agent, at in passed),
        widen_at=_instant(row["widen_at"]),
        offers_made=row["offers_made"],
        decisions_made=row["decisions_made"],
        clock_at=_instant(row["clock_at"]),
        held_until=_instant(row["held_until"]),
        everyone_at=_instant(row["everyone_at"]),
        risk_told_at=_instant(row["risk_told_at"]),
        miss_told_at=_instant(row["miss_told_at"]),
        transfers=row["transfers"],
        again_from=_instant(row["again_from"]),
        again_response_ms=row["again_response_ms"],
    )
    return _with_after_work(row, conversation)


def _with_after_work(row: Row, conversation: Conversation) -> Conversation:
    return replace(
        conversation,
        preferred_agent=row["preferred_agent"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        heard_at=_instant(row["heard_at"]),
        wrap_up_until=_instant(row["wrap_up_until"]),
        work=read_work(row),
        needs=read_needs(row["needs"]),
        stages=read_stages(row["stages"]),
        queue_id=row["queue_id"],
        head_start_ms=row["head_start_ms"] or 0,
        overtaken=row["overtaken"] or 0,
    )


def read_offer(row: Row) -> Offer:
    """Return an offer from all its columns."""
    return Offer(
        id=row["id"],
        conversation_id=row["conversation_id"],
        agent_id=row["agent_id"],
        ordinal=row["ordinal"],
        weight=row["weight"],
        status=OfferStatus(row["status"]),
        created_at=from_datetime(row["created_at"]),
        expires_at=from_datetime(row["expires_at"]),
        seen_at=_instant(row["seen_at"]),
        reminded_at=_instant(row["reminded_at"]),
        ended_at=_instant(row["ended_at"]),
        end_cause=OfferEnd(row["end_cause"]) if row["end_cause"] else None,
        load=row["load"],
        chance_permille=row["chance_permille"],
    )


def read_assignment(row: Row) -> Assignment:
    """Return an assignment from all its columns."""
    return Assignment(
        id=row["id"],
        conversation_id=row["conversation_id"],
        agent_id=row["agent_id"],
        offer_id=row["offer_id"],
        version=row["version"],
        weight=row["weight"],
        status=AssignmentStatus(row["status"]),
        started_at=from_datetime(row["started_at"]),
        ended_at=_instant(row["ended_at"]),
        wrap_up_until=_instant(row["wrap_up_until"]),
        idle=row["idle"],
        offered_at=_instant(row["offered_at"]),
        offered_load=row["offered_load"],
    )


def _iso(at: Instant | None) -> str | None:
    return None if at is None else to_iso(at)


def _instant(at: datetime | None) -> Instant | None:
    return None if at is None else from_datetime(at)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
