"""Shops, agents and the routing state, with the functions of the hot path."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alembic import op

from shared.kit.event_tables import event_tables_v1
from shared.kit.row_security import routine_v1, schema_v1, shop_table, sweep_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
TABLES = (
    "shops",
    "leases",
    "queues",
    "agents",
    "api_keys",
    "conversations",
    "offers",
    "assignments",
    "decisions",
)
ROUTINES = {
    "take_lease": "uuid, uuid",
    "heard": "uuid, text[]",
    "put_conversations": "uuid[], jsonb",
    "put_agents": "uuid[], jsonb",
    "put_offers": "uuid[], jsonb",
    "put_assignments": "uuid[], jsonb",
    "put_events": "uuid[], jsonb",
    "commit_group": "uuid[], bigint[], jsonb",
}


def upgrade() -> None:
    tables = (SQL / "0001_tables.sql").read_text().split(";\n")
    _run(schema_v1("router", "router"))
    _run(statement for statement in tables if statement.strip())
    for table in TABLES:
        _run(shop_table("router", table, "router"))
    for table in ("shops", "leases"):
        _run(sweep_table("router", table, "router", ("SELECT",)))
    _run(event_tables_v1("router", "router"))
    for name, arguments in ROUTINES.items():
        _run([(SQL / f"0001_{name}.sql").read_text()])
        _run(routine_v1("router", f"{name}({arguments})", "router"))


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
