"""Queues as routing goes by them, weights, and limits that agents inherit."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    tables = (SQL / "0019_queues_tables.sql").read_text().split(";\n")
    names = ("set_agent", "set_queue", "put_conversations")
    functions = [(SQL / f"0019_queues_{name}.sql").read_text() for name in names]
    for statement in (*tables, *functions):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
