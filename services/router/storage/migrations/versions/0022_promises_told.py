"""History is told of the promises that are still to be kept, as it will be of every later one."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

PROMISES = Path(__file__).parents[1] / "sql" / "0022_promises_told.sql"


def upgrade() -> None:
    for statement in PROMISES.read_text().split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
