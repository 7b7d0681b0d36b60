"""A message's place is looked up by index however small the tables were when last analysed."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
_BEGIN = "begin_conversations(uuid[], text[], uuid[], text[], text[])"
"""Else the few conversations of a shop, when last analysed, are walked for each session."""


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "0017_append_items.sql").read_text())
    op.get_bind().exec_driver_sql(f"ALTER FUNCTION gateway.{_BEGIN} SET enable_bitmapscan = off")
