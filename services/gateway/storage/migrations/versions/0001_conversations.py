"""Sites, sessions, conversations and their items, with the functions of the hot paths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.event_tables import event_tables_v1
from shared.kit.row_security import routine_v1, schema_v1, shop_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
TABLES = ("sites", "sessions", "conversations", "items")
ROUTINES = {
    "wire_instant": "timestamptz",
    "begin_conversations": "uuid[], text[], uuid[], text[]",
    "append_items": (
        "uuid[], uuid[], text[], text[], timestamptz[], uuid[], text[], uuid[], uuid[], text[], "
        "text[], uuid[], integer[]"
    ),
    "apply_routing": (
        "uuid, uuid, boolean, boolean, integer, uuid, text, uuid, integer, timestamptz"
    ),
    "append_line": "uuid, text, text, uuid, uuid, text, text, timestamptz",
    "take_routing": "uuid[], jsonb",
    "find_site": "uuid, uuid",
    "know_customer": "uuid, text, text, boolean, text, jsonb",
    "open_session": ("uuid, uuid, uuid, bytea, uuid, bytea, jsonb, text, text, boolean, text"),
    "read_items": "uuid, uuid, bigint, integer",
    "read_left_over": "uuid, uuid, uuid, bigint, uuid, integer",
    "reach_of": "uuid[], uuid[]",
}


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from schema_v1("gateway", "gateway")
    tables = (SQL / "0001_tables.sql").read_text().split(";\n")
    yield from (statement for statement in tables if statement.strip())
    for table in TABLES:
        yield from shop_table("gateway", table, "gateway")
    yield from event_tables_v1("gateway", "gateway")
    for name, arguments in ROUTINES.items():
        yield (SQL / f"0001_{name}.sql").read_text()
        yield from routine_v1("gateway", f"{name}({arguments})", "gateway")
