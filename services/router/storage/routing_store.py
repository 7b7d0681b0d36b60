"""The decide lane's way to the tables: taking a shop over, recalling rows, the one hot commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog

from services.router.domain.effects import Effects
from services.router.domain.leases import LEASE_MS
from services.router.domain.model import Heard, Rows
from services.router.domain.policy import Policy
from services.router.storage import decision_rows, pace_rows, queue_rows, rows
from services.router.storage.account_rows import change_json
from services.router.storage.failures import as_commit_failure
from services.router.storage.json_columns import Json
from services.router.storage.policy_rows import POLICY_COLUMNS, read_policy
from services.router.storage.rows import AGENT_COLUMNS, stream_of
from services.router.storage.webhook_rows import heard_item_json, work_told_json
from services.router.usecases.ownership import NotOwnedError
from services.router.usecases.ports import OwnedShop, ShopWork
from shared.kit.database import Database, ReadTransaction
from shared.kit.outbox import outbox_rows

log = structlog.get_logger()

_TAKE_LEASE = "SELECT token, holder FROM router.take_lease($1, $2, $3)"
_HEARD_CALL = "SELECT stream, version FROM router.heard($1, $2)"
_COMMIT = "SELECT router.commit_group($1, $2, $3::jsonb) AS held"
_SHOP = f"""
    SELECT {POLICY_COLUMNS} FROM router.shops s
    JOIN router.queues q ON q.shop_id = s.shop_id AND q.is_default
    WHERE s.shop_id = :shop_id
    """  # noqa: S608  a literal of ours
_AGENTS = f"SELECT {AGENT_COLUMNS} FROM router.agents WHERE shop_id = :shop_id"  # noqa: S608  a literal of ours
_SOME_AGENTS = f"{_AGENTS} AND id = ANY (:ids)"
_QUEUES = "SELECT * FROM router.queues WHERE shop_id = :shop_id"
_LIVE = "SELECT * FROM router.conversations WHERE shop_id = :shop_id AND status <> 'ended'"
_SOME_CONVERSATIONS = """
    SELECT * FROM router.conversations WHERE shop_id = :shop_id AND id = ANY (:ids)
    """
_PENDING = "SELECT * FROM router.offers WHERE shop_id = :shop_id AND status = 'pending'"
_TEAM_PACES = "SELECT * FROM router.team_paces WHERE shop_id = :shop_id"
_AGENT_PACES = "SELECT * FROM router.agent_paces WHERE shop_id = :shop_id"
_ACTIVE = "SELECT * FROM router.assignments WHERE shop_id = :shop_id AND status <> 'ended'"


class RoutingTables:
    """One process's ownership of shops, as the tables know it."""

    def __init__(self, database: Database, holder: UUID) -> None:
        self._database = database
        self._holder = holder

    async def take(self, shop_id: UUID) -> int | None:
        """Take a shop's lease and return its new token; None: there is no such shop."""
        with as_commit_failure("router.take_failed"):
            found = await self._database.call(_TAKE_LEASE, shop_id, self._holder, LEASE_MS)
        if not found:
            return None
        if found[0]["holder"] != self._holder:
            raise NotOwnedError(found[0]["holder"])
        token: int = found[0]["token"]
        return token

    async def read(self, shop_id: UUID) -> OwnedShop:
        """Return what a shop's engine is built from."""
        with as_commit_failure("router.read_failed"):
            async with self._database.read(shop_id) as tx:
                policy = await _policy(tx, shop_id)
                live = await _live_rows(tx, shop_id)
            heard = await self._heard(shop_id, [one.id for one in live.conversations])
            return OwnedShop(policy, replace(live, heard=heard))

    async def recall(
        self,
        shop_id: UUID,
        conversations: Sequence[UUID],
        agents: Sequence[UUID],
        named: Sequence[UUID],
    ) -> Rows:
        """Return rows that an engine does not hold, with how far each stream was heard."""
        with as_commit_failure("router.recall_failed"):
            asked = [*conversations, *named]
            heard = await self._heard(shop_id, asked) if asked else ()
            known = list({*(one.conversation_id for one in heard), *named})
            if not known and not agents:
                return Rows()  # new conversations, as nearly always
            async with self._database.read(shop_id) as tx:
                found = await tx.rows(_SOME_CONVERSATIONS, {"shop_id": shop_id, "ids": known})
                team = await tx.rows(_SOME_AGENTS, {"shop_id": shop_id, "ids": list(agents)})
            return Rows(
                agents=tuple(rows.read_agent(row) for row in team),
                conversations=tuple(rows.read_conversation(row) for row in found),
                heard=heard,
            )

    async def _heard(self, shop_id: UUID, conversations: Sequence[UUID]) -> tuple[Heard, ...]:
        """Ask in one round trip, on the hot path: a conversation never heard of has no rows."""
        streams = [stream_of(one) for one in conversations]
        found = await self._database.call(_HEARD_CALL, shop_id, streams)
        return tuple(rows.read_heard(row) for row in found)

    async def commit(self, work: Sequence[ShopWork]) -> frozenset[UUID]:
        """Commit the work at once; return the shops whose lease still was ours."""
        shops = [one.shop_id for one in work]
        tokens = [one.token for one in work]
        with as_commit_failure("router.commit_failed"):
            (row,) = await self._database.call(_COMMIT, shops, tokens, group_json(work))
        held = frozenset(row["held"])
        for shop_id in shops:
            if shop_id not in held:
                log.warning("router.lease_lost", shop_id=str(shop_id))
        return held


def group_json(work: Sequence[ShopWork]) -> str:
    """Return what commit_group reads: of each row the last state, of each table one list."""
    group: dict[str, list[Json]] = {
        "agents": _last(work, "agents", rows.agent_json),
        "conversations": _last(work, "conversations", rows.conversation_json),
        "offers": _last(work, "offers", rows.offer_json),
        "assignments": _last(work, "assignments", rows.assignment_json),
        "decisions": _last(work, "decisions", decision_rows.decision_json),
        "changes_made": _last(work, "changes_made", change_json),
        "team_paces": _last(work, "team_paces", pace_rows.team_json, key="key"),
        "agent_paces": _last(work, "agent_paces", pace_rows.agent_json, key="key"),
        "inbox": _last(work, "heard", rows.heard_json, key="conversation_id"),
    }
    events = outbox_rows(event for one in work for event in one.events)
    heard = [heard_item_json(one.shop_id, item) for one in work for item in one.heard_items]
    told = [work_told_json(one.shop_id, event) for one in work for event in one.work_told]
    items = ", ".join((*heard, *told))
    rest = f'"outbox": {events}, "heard_items": [{items}]'
    return f"{json.dumps(group, ensure_ascii=False)[:-1]}, {rest}}}"


def _last(
    work: Sequence[ShopWork], table: str, to_json: Callable[[UUID, Any], Json], key: str = "id"
) -> list[Json]:
    last: dict[tuple[UUID, Any], Json] = {}
    for one in work:
        newest = {getattr(row, key): row for did in one.effects for row in _rows(did, table)}
        last |= {(one.shop_id, row_id): to_json(one.shop_id, row) for row_id, row in newest.items()}
    return list(last.values())


def _rows(effects: Effects, table: str) -> Sequence[Any]:
    found: Sequence[Any] = getattr(effects, table)
    return found


async def _policy(tx: ReadTransaction, shop_id: UUID) -> Policy:
    row = await tx.row(_SHOP, {"shop_id": shop_id})
    return Policy() if row is None else read_policy(row)


async def _live_rows(tx: ReadTransaction, shop_id: UUID) -> Rows:
    shop = {"shop_id": shop_id}
    return Rows(
        agents=tuple(rows.read_agent(row) for row in await tx.rows(_AGENTS, shop)),
        queues=tuple(queue_rows.read_routed(row) for row in await tx.rows(_QUEUES, shop)),
        conversations=tuple(rows.read_conversation(row) for row in await tx.rows(_LIVE, shop)),
        offers=tuple(rows.read_offer(row) for row in await tx.rows(_PENDING, shop)),
        assignments=tuple(rows.read_assignment(row) for row in await tx.rows(_ACTIVE, shop)),
        team_paces=tuple(pace_rows.read_team(row) for row in await tx.rows(_TEAM_PACES, shop)),
        agent_paces=tuple(pace_rows.read_agent(row) for row in await tx.rows(_AGENT_PACES, shop)),
    )
