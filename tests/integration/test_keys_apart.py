"""What a new database does before it knows its tables: it takes the right index all the same."""

from __future__ import annotations

from shared.kernel.vocabulary import Service
from tests.support.postgres import TestDatabase

SCHEMAS = [service.value for service in Service]
ALIKE = """
SELECT pg_get_indexdef(x.indexrelid)
FROM pg_index x
JOIN pg_class t ON t.oid = x.indrelid
JOIN pg_index pk ON pk.indrelid = t.oid AND pk.indisprimary
WHERE t.relnamespace = ANY (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))
    AND NOT x.indisprimary AND x.indpred IS NULL AND x.indkey[0] = pk.indkey[0]
    AND EXISTS (SELECT FROM pg_constraint c WHERE c.confrelid = t.oid AND c.contype = 'f')
"""
"""Whole indexes that begin as the primary key does, of tables that others refer to."""


async def test_the_check_of_a_foreign_key_has_one_index_to_choose(database: TestDatabase) -> None:
    """Without statistics two look alike, and the wrong one is a walk through a whole shop."""
    async with database.server.admin(database.name) as admin:
        assert [row[0] for row in await admin.fetch(ALIKE, SCHEMAS)] == []
