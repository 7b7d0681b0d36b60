"""How accounts stand in their tables: an administrator's change to JSON, and rows to contracts."""

from __future__ import annotations

import json
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from services.router.domain.model import ChangeMade
from services.router.storage.json_columns import Json
from services.router.storage.need_rows import read_weights
from services.router.storage.rows import Row
from shared.contracts.accounts import AgentAccount, ApiKey, OpeningHours, Queue, QueueStep, Shop
from shared.kernel.clock import from_datetime, to_iso
from shared.kernel.vocabulary import AgentStatus, Channel, Presence, Scope

_STEPS: TypeAdapter[tuple[QueueStep, ...]] = TypeAdapter(tuple[QueueStep, ...])


def change_json(shop_id: UUID, change: ChangeMade) -> Json:
    """Return what commit_group sets and records of an administrator's change."""
    return {
        "shop_id": str(shop_id),
        "id": str(change.id),
        "changed_at": to_iso(change.changed_at),
        "actor_kind": change.actor_kind,
        "actor_id": change.actor_id,
        "actor_name": change.actor_name,
        "action": change.action,
        "target": change.target,
        "target_id": str(change.target_id),
        "fields": json.loads(change.fields_json),
    }


def read_shop(row: Row | asyncpg.Record) -> Shop:
    """Return a shop."""
    return Shop(id=row["shop_id"], name=row["name"], created_at=from_datetime(row["created_at"]))


def read_account(row: Row) -> AgentAccount:
    """Return an agent from all its columns."""
    return AgentAccount(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        roles=tuple(Scope(role) for role in row["roles"]),
        skills=row["skills"],
        languages=tuple(row["languages"]),
        capacity=row["capacity"],
        inherits_capacity=row["inherits_capacity"],
        weights=dict(read_weights(row["weights"])),
        active=row["deactivated_at"] is None,
        status=AgentStatus(row["status"]),
        presence=Presence.CONNECTED if row["nodes"] else Presence.DISCONNECTED,
        load=row["load"],
        created_at=from_datetime(row["created_at"]),
    )


def read_queue(row: Row) -> Queue:
    """Return a queue from all its columns."""
    return Queue(
        id=row["id"],
        name=row["name"],
        is_default=row["is_default"],
        first_response_target_ms=row["first_response_target_ms"],
        skills=row["skills"],
        hours=read_hours(row["hours"]),
        priority=row["priority"],
        capacity=row["capacity"],
        weights=dict(read_weights(row["weights"])),
        channels=tuple(Channel(channel) for channel in row["channels"]),
        max_waiting=row["max_waiting"],
        steps=_STEPS.validate_python(row["steps"], strict=False),
        retired=row["retired_at"] is not None,
        created_at=from_datetime(row["created_at"]),
    )


def read_hours(kept: object) -> OpeningHours | None:
    """Return a queue's hours; None: always open."""
    return None if kept is None else OpeningHours.model_validate(kept, strict=False)


def read_api_key(row: Row) -> ApiKey:
    """Return an API key from all its columns but the digest."""
    revoked_at = row["revoked_at"]
    return ApiKey(
        id=row["id"],
        name=row["name"],
        scopes=tuple(Scope(scope) for scope in row["scopes"]),
        last_four=row["last_four"],
        created_at=from_datetime(row["created_at"]),
        revoked_at=None if revoked_at is None else from_datetime(revoked_at),
    )
