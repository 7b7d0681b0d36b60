"""Work that lives elsewhere waits in the line of conversations."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = Path(__file__).parents[1] / "sql" / "0015_work.sql"


def upgrade() -> None:
    for statement in TABLES.read_text().split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
