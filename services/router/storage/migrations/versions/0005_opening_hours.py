"""Who writes while the shop is closed waits for its opening, where the response clock starts."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    for name in ("tables", "put_conversations"):
        op.get_bind().exec_driver_sql((SQL / f"0005_{name}.sql").read_text())
