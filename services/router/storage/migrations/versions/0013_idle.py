"""Silent customers free capacity, and a wrap-up says until when it lasts."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    tables = (SQL / "0013_tables.sql").read_text().split(";\n")
    functions = [
        (SQL / f"0013_{name}.sql").read_text() for name in ("put_conversations", "put_assignments")
    ]
    for statement in (*tables, *functions):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
