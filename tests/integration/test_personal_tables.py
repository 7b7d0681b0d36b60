"""Every table says whether it keeps something of customers: such a table is exported and erased."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.contracts.privacy import EXPORTED
from shared.kernel.vocabulary import Service
from tests.support.postgres import TestDatabase

SCHEMAS = [service.value for service in Service]
ERASED_ONLY = {
    "gateway.searchable": "words that stand in items",
    "history.searchable": "words that stand in orders and contacts",
    "history.kept_answers": "answers of a day, of what stands in the tables",
    "router.journals": "what stood in the tables on the last day, with names, in compressed pieces",
    "router.kept_answers": "answers of a day, of what stands in the tables",
    "router.webhook_deliveries": "what stands in items and conversations, as it was posted",
    "history.erasures": "what is erased, until it is",
}
"""Holds customers' words a second time: erased with them, and not exported twice."""
WAITED_FOR = {"gateway.outbox", "router.outbox"}
"""Holds customers' words for as long as they are on their way: an erasure waits until they are."""
IMPERSONAL = {
    "gateway.changes",
    "gateway.inbox",
    "gateway.kept_answers",
    "gateway.receipts",
    "gateway.served",
    "gateway.sites",
    "history.answers",
    "history.answer_versions",
    "history.bought_together",
    "history.changes",
    "history.connections",
    "history.imports",
    "history.inbox",
    "history.outbox",
    "history.products",
    "history.retention",
    "router.agent_paces",
    "router.agent_standings",
    "router.agents",
    "router.api_keys",
    "router.assignments",
    "router.changes",
    "router.decisions",
    "router.inbox",
    "router.leases",
    "router.policy_versions",
    "router.queues",
    "router.revocations",
    "router.shops",
    "router.team_paces",
    "router.told_waits",
    "router.webhook_lanes",
    "router.webhooks",
}
"""Knows customers by ids of conversations at most."""

TABLES = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY($1) AND c.relname NOT LIKE 'alembic%'
"""


@pytest.fixture
async def catalogue(database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    async with database.server.admin(database.name) as admin:
        yield admin


async def test_every_table_is_exported_and_erased_or_says_why_not(
    catalogue: asyncpg.Connection,
) -> None:
    exported = {
        f"{service.value}.{section}" for service, all_of in EXPORTED.items() for section in all_of
    }
    known = [exported, set(ERASED_ONLY), WAITED_FOR, IMPERSONAL]
    tables = {row[0] for row in await catalogue.fetch(TABLES, SCHEMAS)}
    assert sorted(tables) == sorted(name for names in known for name in names)
