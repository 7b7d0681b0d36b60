"""What REST reads of routing, in short read-only transactions; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from services.router.domain.effects import DecisionRecord
from services.router.domain.model import Agent, Conversation, Offer
from services.router.storage import decision_rows, rows
from services.router.storage.account_rows import read_hours
from services.router.storage.rows import AGENT_COLUMNS
from services.router.usecases.ports import PastOffer, Standing
from shared.contracts.accounts import OpeningHours
from shared.kernel.clock import Instant, to_datetime
from shared.kernel.ids import IdKind, encode
from shared.kit.database import Database, ReadTransaction
from shared.kit.shares import shares

AGENTS_MAX = 1_000
"""Agents in one question."""

_AGENT = f"SELECT {AGENT_COLUMNS} FROM router.agents WHERE shop_id = :shop_id AND id = :id"  # noqa: S608  a literal of ours
_OFFER = "SELECT * FROM router.offers WHERE shop_id = :shop_id AND id = :id"
_PENDING = """
    SELECT * FROM router.offers
    WHERE shop_id = :shop_id AND agent_id = :id AND status = 'pending'
    ORDER BY created_at, ordinal, id
    """
_CONVERSATION = "SELECT * FROM router.conversations WHERE shop_id = :shop_id AND id = :id"
_CONVERSATIONS = """
    SELECT * FROM router.conversations WHERE shop_id = :shop_id AND id = ANY (:ids)
    """
_WAS_ASKED = """
    SELECT EXISTS (SELECT FROM router.offers
        WHERE shop_id = :shop_id AND conversation_id = :id AND agent_id = :agent_id)
    OR EXISTS (SELECT FROM router.assignments
        WHERE shop_id = :shop_id AND conversation_id = :id AND agent_id = :agent_id)
    """
_COLLEAGUES = f"""
    SELECT {AGENT_COLUMNS} FROM router.agents
    WHERE shop_id = :shop_id AND id <> :id AND deactivated_at IS NULL ORDER BY name, id
    """  # noqa: S608  a literal of ours
_OPEN_PROMISES = """
    FROM router.conversations
    WHERE shop_id = :shop_id AND kind = 'follow_up' AND status <> 'ended'
        AND (CAST(:agent_id AS uuid) IS NULL OR agent_id = :agent_id
            OR (agent_id IS NULL AND preferred_agent = :agent_id))
    """
_DUE = "CAST(work ->> 'not_before' AS timestamptz)"
_PROMISED = f"SELECT * {_OPEN_PROMISES} ORDER BY {_DUE}, id LIMIT :limit"
_OVERDUE = f"SELECT count(*) {_OPEN_PROMISES} AND {_DUE} <= :now"
_FOLLOW_UP = """
    SELECT * FROM router.conversations
    WHERE shop_id = :shop_id AND kind = 'follow_up' AND external_id = :about
    ORDER BY (status = 'ended'), started_at DESC LIMIT 1
    """
_WAITING = """
    SELECT * FROM router.conversations
    WHERE shop_id = :shop_id AND status IN ('queued', 'offered') AND status <> 'ended'
        AND (kind IS NULL OR held_until IS NULL)
    ORDER BY respond_by, id LIMIT :limit
    """
_SERVED = """
    SELECT c.* FROM router.assignments a
    JOIN router.conversations c ON c.shop_id = a.shop_id AND c.id = a.conversation_id
    WHERE a.shop_id = :shop_id AND a.agent_id = :id AND a.status = 'active'
    ORDER BY a.started_at, a.id
    """
_STANDINGS = """
    SELECT a.id, a.version,
        ARRAY(SELECT o.id FROM router.offers o
            WHERE o.shop_id = a.shop_id AND o.agent_id = a.id AND o.status = 'pending') AS offers,
        ARRAY(SELECT c.id FROM router.assignments s JOIN router.conversations c
                ON c.shop_id = s.shop_id AND c.id = s.conversation_id
            WHERE s.shop_id = a.shop_id AND s.agent_id = a.id AND s.status = 'active'
            ORDER BY c.id) AS conversations,
        ARRAY(SELECT c.version FROM router.assignments s JOIN router.conversations c
                ON c.shop_id = s.shop_id AND c.id = s.conversation_id
            WHERE s.shop_id = a.shop_id AND s.agent_id = a.id AND s.status = 'active'
            ORDER BY c.id) AS versions
    FROM router.agents a
    WHERE a.shop_id = ANY (:shop_ids) AND a.id = ANY (:agent_ids)
    """
_HOURS = "SELECT hours FROM router.queues WHERE shop_id = :shop_id AND is_default"
_ASSIGNMENT = "SELECT * FROM router.assignments WHERE shop_id = :shop_id AND offer_id = :id"
_DECISIONS = """
    SELECT * FROM router.decisions WHERE shop_id = :shop_id AND conversation_id = :id
    ORDER BY ordinal NULLS FIRST, decided_at, id
    """
"""Decisions without a number are of a release before those that have one."""


class RoutingRecords:
    """The tables as agents and supervisors may read them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hours(self, shop_id: UUID) -> OpeningHours | None:
        """Return the hours of a shop's default queue; None: always open, or no such shop."""
        async with self._database.read(shop_id) as tx:
            return read_hours(await tx.value(_HOURS, {"shop_id": shop_id}))

    async def agent(self, shop_id: UUID, agent_id: UUID) -> Agent | None:
        """Return an agent."""
        async with self._database.read(shop_id) as tx:
            row = await tx.row(_AGENT, {"shop_id": shop_id, "id": agent_id})
        return None if row is None else rows.read_agent(row)

    async def offer(self, shop_id: UUID, offer_id: UUID) -> PastOffer | None:
        """Return an offer in whatever state, with what became of it."""
        async with self._database.read(shop_id) as tx:
            row = await tx.row(_OFFER, {"shop_id": shop_id, "id": offer_id})
            if row is None:
                return None
            conversation = await _conversation(tx, shop_id, row["conversation_id"])
            taken = await tx.row(_ASSIGNMENT, {"shop_id": shop_id, "id": offer_id})
        if conversation is None:
            return None
        assignment = None if taken is None else rows.read_assignment(taken)
        return PastOffer(rows.read_offer(row), conversation, assignment)

    async def pending_offers(
        self, shop_id: UUID, agent_id: UUID
    ) -> Sequence[tuple[Offer, Conversation]]:
        """Return an agent's pending offers, oldest first."""
        async with self._database.read(shop_id) as tx:
            pending = await tx.rows(_PENDING, {"shop_id": shop_id, "id": agent_id})
            offers = [rows.read_offer(row) for row in pending]
            wanted = {"shop_id": shop_id, "ids": [one.conversation_id for one in offers]}
            found = await tx.rows(_CONVERSATIONS, wanted) if offers else []
        by_id = {row["id"]: rows.read_conversation(row) for row in found}
        return [(one, by_id[one.conversation_id]) for one in offers]

    async def served_by(self, shop_id: UUID, agent_id: UUID) -> Sequence[Conversation]:
        """Return the conversations an agent serves now, oldest assignment first."""
        async with self._database.read(shop_id) as tx:
            found = await tx.rows(_SERVED, {"shop_id": shop_id, "id": agent_id})
        return [rows.read_conversation(row) for row in found]

    async def standings(self, shop_of: Mapping[UUID, UUID]) -> Sequence[Standing]:
        """Return where these agents stand, those of few shops at a time, each at one instant."""
        found: list[Standing] = []
        for shops, agents in shares(shop_of, AGENTS_MAX):
            async with self._database.read(*shops) as tx:
                stand = await tx.rows(_STANDINGS, {"shop_ids": shops, "agent_ids": agents})
            found += [_standing(row) for row in stand]
        return found

    async def conversation(
        self, shop_id: UUID, conversation_id: UUID, seen_by: UUID | None
    ) -> Conversation | None:
        """Return a conversation; for an agent only one that was offered to that agent once."""
        async with self._database.read(shop_id) as tx:
            if seen_by is not None:
                asked = {"shop_id": shop_id, "id": conversation_id, "agent_id": seen_by}
                if not await tx.value(_WAS_ASKED, asked):
                    return None
            return await _conversation(tx, shop_id, conversation_id)

    async def promised(
        self, shop_id: UUID, agent_id: UUID | None, now: Instant, limit: int
    ) -> tuple[Sequence[Conversation], int]:
        """Return the most urgent follow-ups, and how many are overdue."""
        asked = {"shop_id": shop_id, "agent_id": agent_id}
        async with self._database.read(shop_id) as tx:
            found = await tx.rows(_PROMISED, asked | {"limit": limit})
            overdue = await tx.value(_OVERDUE, asked | {"now": to_datetime(now)})
        return [rows.read_conversation(row) for row in found], overdue

    async def follow_up(self, shop_id: UUID, conversation_id: UUID) -> Conversation | None:
        """Return what was promised in a conversation: the last that is open, if any is."""
        about = encode(IdKind.CONVERSATION, conversation_id)
        async with self._database.read(shop_id) as tx:
            row = await tx.row(_FOLLOW_UP, {"shop_id": shop_id, "about": about})
        return None if row is None else rows.read_conversation(row)

    async def colleagues(self, shop_id: UUID, agent_id: UUID) -> Sequence[Agent]:
        """Return the active agents of a shop but one, by name."""
        async with self._database.read(shop_id) as tx:
            found = await tx.rows(_COLLEAGUES, {"shop_id": shop_id, "id": agent_id})
        return [rows.read_agent(row) for row in found]

    async def waiting(self, shop_id: UUID, limit: int) -> Sequence[Conversation]:
        """Return the conversations that nobody has taken, the most urgent first."""
        async with self._database.read(shop_id) as tx:
            found = await tx.rows(_WAITING, {"shop_id": shop_id, "limit": limit})
        return [rows.read_conversation(row) for row in found]

    async def decisions(self, shop_id: UUID, conversation_id: UUID) -> Sequence[DecisionRecord]:
        """Return the decisions about a conversation, oldest first."""
        async with self._database.read(shop_id) as tx:
            found = await tx.rows(_DECISIONS, {"shop_id": shop_id, "id": conversation_id})
        return [decision_rows.read_decision(row) for row in found]


async def _conversation(
    tx: ReadTransaction, shop_id: UUID, conversation_id: UUID
) -> Conversation | None:
    row = await tx.row(_CONVERSATION, {"shop_id": shop_id, "id": conversation_id})
    return None if row is None else rows.read_conversation(row)


def _standing(row: RowMapping) -> Standing:
    return Standing(
        agent_id=row["id"],
        version=row["version"],
        offers=tuple(row["offers"]),
        conversations=dict(zip(row["conversations"], row["versions"], strict=True)),
    )
