"""Who served which conversation, and what those that have ended are found by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.roles import OWNER
from shared.kit.row_security import routine_v1, shop_table

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
ROUTINES = {
    "plain": "text",
    "words_of": "uuid, uuid",
    "keep_searchable": "uuid, uuid",
    "on_served": "",
    "on_ended": "",
    "search_ended": "uuid, uuid, text, uuid, integer",
    "list_conversations": "uuid, uuid, text, text, uuid, integer",
}


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _of_file("tables")
    for table in ("served", "searchable"):
        yield from shop_table("gateway", table, "gateway")
    # Only what `search_ended` reads, and only to read it.
    yield f"CREATE POLICY search_scope ON gateway.searchable FOR SELECT TO {OWNER} USING (true)"
    for name, arguments in ROUTINES.items():
        yield (SQL / f"0008_{name}.sql").read_text()
        yield from routine_v1("gateway", f"{name}({arguments})", "gateway")
    yield from _of_file("backfill")
    yield from _of_file("triggers")


def _of_file(name: str) -> Iterator[str]:
    statements = (SQL / f"0008_{name}.sql").read_text().split(";\n")
    yield from (statement for statement in statements if statement.strip())
