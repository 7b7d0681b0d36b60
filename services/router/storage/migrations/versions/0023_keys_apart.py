"""No index of a table that others refer to begins as its primary key does."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES = Path(__file__).parents[1] / "sql" / "0023_keys_apart.sql"


def upgrade() -> None:
    for statement in INDEXES.read_text().split(";\n"):
        op.get_bind().exec_driver_sql(statement)
