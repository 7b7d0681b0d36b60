"""Compares what was acknowledged with what PostgreSQL holds, and the services with each other.

Reads as the superuser over the embedded server's socket, past every row policy.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from shared.kernel.clock import Instant
from shared.kernel.ids import IdKind, decode
from shared.kit.installation import DATABASE_NAME
from shared.kit.postgres.pid_file import parse_pid_file

POLL_S = 0.2
LOOK_EVERY_S = 0.002

DISAGREEMENTS = {
    "outbox rows of the gateway": "SELECT count(*) FROM gateway.outbox",
    "outbox rows of the router": "SELECT count(*) FROM router.outbox",
    "outbox rows of history": "SELECT count(*) FROM history.outbox",
    "streams the router has not heard to the end": """
        SELECT count(*) FROM gateway.conversations c LEFT JOIN router.inbox i
            ON i.shop_id = c.shop_id AND i.emitter = 'gateway' AND i.stream = c.wire_id
        WHERE i.version IS DISTINCT FROM c.event_version""",
    "streams history has not heard to the end": """
        SELECT count(*) FROM gateway.conversations c LEFT JOIN history.inbox i
            ON i.shop_id = c.shop_id AND i.emitter = 'gateway' AND i.stream = c.wire_id
        WHERE i.version IS DISTINCT FROM c.event_version""",
    "streams of the router that the gateway has not heard to the end": """
        SELECT count(*) FROM gateway.conversations c
        JOIN router.conversations r ON r.shop_id = c.shop_id AND r.id = c.id
        LEFT JOIN gateway.inbox i
            ON i.shop_id = c.shop_id AND i.emitter = 'router' AND i.stream = c.wire_id
        WHERE i.version IS DISTINCT FROM r.version OR c.routing_version <> r.version""",
    "streams of the router that history has not heard to the end": """
        SELECT count(*) FROM router.conversations r
        JOIN gateway.conversations c ON r.shop_id = c.shop_id AND r.id = c.id
        LEFT JOIN history.inbox i
            ON i.shop_id = c.shop_id AND i.emitter = 'router' AND i.stream = c.wire_id
        WHERE i.version IS DISTINCT FROM r.version""",
    "open conversations without an owner that do not wait either": """
        SELECT count(*) FROM gateway.conversations c
        LEFT JOIN router.conversations r ON r.shop_id = c.shop_id AND r.id = c.id
        WHERE c.status = 'open' AND (r.status IS NULL OR NOT CASE r.status
            WHEN 'queued' THEN true
            WHEN 'offered' THEN EXISTS (SELECT FROM router.offers o
                WHERE o.shop_id = r.shop_id AND o.conversation_id = r.id AND o.status = 'pending')
            WHEN 'assigned' THEN EXISTS (SELECT FROM router.assignments a
                WHERE a.shop_id = r.shop_id AND a.id = r.assignment_id AND a.status = 'active'
                    AND a.agent_id = r.agent_id AND a.conversation_id = r.id)
            ELSE false END)""",
    "conversations that only one of gateway and router holds to be ended": """
        SELECT count(*) FROM gateway.conversations c
        JOIN router.conversations r ON r.shop_id = c.shop_id AND r.id = c.id
        WHERE (c.status = 'ended') <> (r.status = 'ended')""",
    "conversations whose owner the gateway has otherwise": """
        SELECT count(*) FROM gateway.conversations c
        JOIN router.conversations r ON r.shop_id = c.shop_id AND r.id = c.id
        WHERE c.status = 'open' AND c.agent_id IS DISTINCT FROM r.agent_id""",
    "active assignments of conversations that are not assigned": """
        SELECT count(*) FROM router.assignments a JOIN router.conversations r
            ON r.shop_id = a.shop_id AND r.id = a.conversation_id
        WHERE a.status = 'active' AND r.status <> 'assigned'""",
    "agents whose load is not what they hold": """
        SELECT count(*) FROM router.agents a WHERE a.load <>
            (SELECT coalesce(sum(weight), 0) FROM router.offers o
                WHERE o.shop_id = a.shop_id AND o.agent_id = a.id AND o.status = 'pending')
            + (SELECT coalesce(sum(weight), 0) FROM router.assignments s
                WHERE s.shop_id = a.shop_id AND s.agent_id = a.id AND s.status = 'active')""",
    "conversations whose messages history counts otherwise": """
        SELECT count(*) FROM gateway.conversations c
        LEFT JOIN history.conversations h ON h.shop_id = c.shop_id AND h.id = c.id
        WHERE h.message_count IS DISTINCT FROM (SELECT count(*) FROM gateway.items i
            WHERE i.conversation_id = c.id AND i.kind = 'message' AND i.visibility = 'everyone')""",
    "ended conversations without a contact that counts their messages": """
        SELECT count(*) FROM router.conversations r
        LEFT JOIN history.conversations h ON h.shop_id = r.shop_id AND h.id = r.id
        LEFT JOIN history.contacts t ON t.shop_id = r.shop_id AND t.conversation_id = r.id
        WHERE r.status = 'ended' AND t.message_count IS DISTINCT FROM h.message_count""",
}
"""What must come to nothing once the relays have caught up: of each a count."""

NEVER = {
    "seq gaps": """
        SELECT count(*) FROM gateway.conversations c LEFT JOIN LATERAL (
            SELECT count(*) AS items, min(seq) AS first, max(seq) AS last
            FROM gateway.items i WHERE i.conversation_id = c.id) i ON true
        WHERE i.items <> c.last_seq OR (c.last_seq > 0 AND (i.first, i.last) <> (1, c.last_seq))""",
    "event versions beside seq": """
        SELECT count(*) FROM gateway.conversations WHERE event_version <> last_seq""",
    "conversations with two owners": """
        SELECT count(*) FROM (SELECT FROM router.assignments WHERE status = 'active'
            GROUP BY shop_id, conversation_id HAVING count(*) > 1) twice""",
    "agents above capacity": """
        SELECT count(*) FROM router.agents a WHERE a.capacity <
            (SELECT coalesce(sum(weight), 0) FROM router.assignments s
            WHERE s.shop_id = a.shop_id AND s.agent_id = a.id AND s.status = 'active')""",
    "sessions with two open conversations": """
        SELECT count(*) FROM (SELECT FROM gateway.conversations WHERE status = 'open'
            GROUP BY session_id HAVING count(*) > 1) twice""",
    "lines said twice": """
        SELECT count(*) FROM (SELECT FROM gateway.items
            GROUP BY conversation_id, client_id, kind HAVING count(*) > 1) twice""",
}
"""What must hold at every instant: of each a count of violations."""


@dataclass(frozen=True)
class Acknowledged:
    """One acknowledgement: where the server said that this text is."""

    conversation_id: str
    seq: int
    text: str


@dataclass(frozen=True)
class Verdict:
    """What became of the acknowledged messages.

    Attributes:
        lost: acknowledged and not where the acknowledgement said.
        doubled: texts that stand more than once; every text sent is unique.
        strange: texts that nobody sent.
    """

    lost: tuple[Acknowledged, ...]
    doubled: tuple[str, ...]
    strange: tuple[str, ...]


@asynccontextmanager
async def ledger_of(home: Path) -> AsyncIterator[Ledger]:
    """Connect to the embedded server of a home as its superuser."""
    pid_file = parse_pid_file((home / "pg" / "postmaster.pid").read_text())
    if pid_file is None:
        raise FileNotFoundError(home)
    connection = await asyncpg.connect(
        host=str(pid_file.socket_dir), user="postgres", database=DATABASE_NAME
    )
    try:
        yield Ledger(connection)
    finally:
        await connection.close()


class Ledger:
    """The one who compares."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._connection = connection

    async def judge(self, acks: list[Acknowledged], sent: set[str]) -> Verdict:
        """Compare the messages that stand in the table with those sent and acknowledged."""
        rows = await self._connection.fetch(
            "SELECT conversation_id, seq, text FROM gateway.items WHERE kind = 'message'"
        )
        places = {(row["conversation_id"], row["seq"]): row["text"] for row in rows}
        times = Counter(row["text"] for row in rows)
        return Verdict(
            lost=tuple(one for one in acks if places.get(_place(one)) != one.text),
            doubled=tuple(text for text, count in times.items() if count > 1),
            strange=tuple(text for text in times if text not in sent),
        )

    async def committed(self, texts: set[str], before: Instant) -> int:
        """Return how many of these texts were committed before an instant."""
        sql = """SELECT count(DISTINCT text) FROM gateway.items
            WHERE text = ANY ($1) AND created_at < to_timestamp($2::bigint / 1000.0)"""
        return int(await self._connection.fetchval(sql, list(texts), before))

    async def assignments(self) -> dict[UUID, UUID]:
        """Return the agent of every assignment that ever was."""
        rows = await self._connection.fetch("SELECT id, agent_id FROM router.assignments")
        return {row["id"]: row["agent_id"] for row in rows}

    async def routed(self) -> dict[UUID, tuple[str, int | None]]:
        """Return status and first response of every conversation that the router knows."""
        rows = await self._connection.fetch(
            "SELECT id, status, first_response_ms FROM router.conversations"
        )
        return {row["id"]: (row["status"], row["first_response_ms"]) for row in rows}

    async def reached(self, shop_id: UUID) -> dict[str, tuple[int, int]]:
        """Return how far each conversation's items and its routing state reach, by wire ids."""
        rows = await self._connection.fetch(
            "SELECT g.wire_id, g.last_seq, r.version FROM gateway.conversations g "
            "JOIN router.conversations r ON r.shop_id = g.shop_id AND r.id = g.id "
            "WHERE g.shop_id = $1",
            shop_id,
        )
        return {row["wire_id"]: (row["last_seq"], row["version"]) for row in rows}

    async def waiting_to_be_posted(self) -> list[str]:
        """Return what webhooks have not taken yet, each with its lane and its tries."""
        rows = await self._connection.fetch(
            "SELECT d.subject, d.type, d.place, d.tries::text, l.next_at, l.claim, now() AS now "
            "FROM router.webhook_deliveries d LEFT JOIN router.webhook_lanes l "
            "USING (shop_id, webhook_id, subject) WHERE d.status <> 'delivered' ORDER BY place"
        )
        return [str(dict(row)) for row in rows]

    async def last_seqs(self) -> dict[UUID, int]:
        """Return how far each conversation reaches."""
        rows = await self._connection.fetch("SELECT id, last_seq FROM gateway.conversations")
        return {row["id"]: row["last_seq"] for row in rows}

    async def connections_of(self, role: str) -> int:
        """Return how many connections a role has just now."""
        sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1"
        return int(await self._connection.fetchval(sql, role))

    async def first_schemas(self) -> int:
        """Wait until a service's schema is there; return how many are."""
        sql = "SELECT count(*) FROM pg_namespace WHERE nspname IN ('gateway', 'router', 'history')"
        while not (found := int(await self._connection.fetchval(sql))):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)
        return found

    async def items_at(self, conversation_id: UUID, seqs: list[int]) -> list[tuple[str, Instant]]:
        """Return kind and commit of some of a conversation's items."""
        rows = await self._connection.fetch(
            """SELECT kind, (extract(epoch FROM created_at) * 1000)::bigint AS at
            FROM gateway.items WHERE conversation_id = $1 AND seq = ANY ($2) ORDER BY seq""",
            conversation_id,
            seqs,
        )
        return [(row["kind"], row["at"]) for row in rows]

    async def violations(self) -> dict[str, int]:
        """Return what is so and must never be."""
        return await self._more_than_none(NEVER)

    async def settle(self, timeout_s: float) -> dict[str, int]:
        """Wait until the services agree; return what they disagree on when they do not in time."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            found = await self._more_than_none(DISAGREEMENTS)
            if not found or asyncio.get_running_loop().time() > deadline:
                return found
            await asyncio.sleep(POLL_S)

    async def _more_than_none(self, questions: Mapping[str, str]) -> dict[str, int]:
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            counts = {what: await self._connection.fetchval(sql) for what, sql in questions.items()}
        return {what: count for what, count in counts.items() if count}


def _place(ack: Acknowledged) -> tuple[UUID, int]:
    return decode(IdKind.CONVERSATION, ack.conversation_id), ack.seq
