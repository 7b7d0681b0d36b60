"""To whom cards were shown is written by one call a shop, where it was a transaction of four."""

from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0016"
down_revision = "0015"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    text = (SQL / "0016_add_views.sql").read_text(encoding="utf-8")
    for statement in (text, *routine_v1("history", "add_views(uuid, jsonb)", "history")):
        op.get_bind().exec_driver_sql(statement)
