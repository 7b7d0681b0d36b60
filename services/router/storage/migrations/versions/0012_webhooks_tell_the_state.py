"""Webhooks have the routing state alone, not what services tell one another beside it."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PUT = Path(__file__).parents[1] / "sql" / "0012_put_webhooks.sql"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(PUT.read_text())
