"""Whoever is late is served in the end, however many come after."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    for name in ("overtaken", "put_conversations"):
        op.get_bind().exec_driver_sql((SQL / f"0020_{name}.sql").read_text())
