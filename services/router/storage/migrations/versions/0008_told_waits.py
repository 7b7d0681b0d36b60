"""What waiting customers were told first of their wait."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from shared.kit.row_security import shop_table

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = Path(__file__).parents[1] / "sql" / "0008_told_waits.sql"


def upgrade() -> None:
    statements = TABLES.read_text().split(";\n")
    for statement in (*statements, *shop_table("router", "told_waits", "router")):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
