"""What the router says into a conversation is appended with the event that tells of it."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
_APPEND = (
    "append_told(uuid, uuid, text, text, text, uuid, text, text, uuid, text, text, timestamptz)"
)


def upgrade() -> None:
    for name in ("append_told", "take_routing"):
        op.get_bind().exec_driver_sql((SQL / f"0013_{name}.sql").read_text())
    for statement in routine_v1("gateway", _APPEND, "gateway"):
        op.get_bind().exec_driver_sql(statement)
