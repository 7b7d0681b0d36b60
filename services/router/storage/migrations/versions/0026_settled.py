"""Agents are settled, after what was taken from their screens, at an instant of their own."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    run("ALTER TABLE router.agents ADD COLUMN settled_at timestamptz NOT NULL DEFAULT 'epoch'")
    run((SQL / "0026_put_agents.sql").read_text())
