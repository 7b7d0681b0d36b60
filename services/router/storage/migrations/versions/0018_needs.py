"""What conversations need, agents' languages, and whose turn it is."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    tables = (SQL / "0018_needs_tables.sql").read_text().split(";\n")
    names = ("set_agent", "put_agents", "put_conversations")
    functions = [(SQL / f"0018_needs_{name}.sql").read_text() for name in names]
    for statement in (*tables, *functions):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
