"""Tells the public keys of a site to whoever verifies its customers' tokens."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "0010_site_keys.sql").read_text())
    for statement in routine_v1("gateway", "site_keys(uuid, uuid)", "gateway"):
        op.get_bind().exec_driver_sql(statement)
