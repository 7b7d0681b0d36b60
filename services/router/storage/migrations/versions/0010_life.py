"""Everyone is asked before the target, and conversations change hands without an offer."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    tables = (SQL / "0010_life_tables.sql").read_text().split(";\n")
    functions = (SQL / "0010_life_put_conversations.sql").read_text()
    for statement in (*tables, functions):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
