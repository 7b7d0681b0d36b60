"""Follow-ups are work that is offered when it is due."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PROMISES = Path(__file__).parents[1] / "sql" / "0016_follow_ups.sql"


def upgrade() -> None:
    for statement in PROMISES.read_text().split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
