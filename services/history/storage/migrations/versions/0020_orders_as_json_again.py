"""The release before 0015 sends orders as a document; its nodes are to work on beside new ones."""

from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0020"
down_revision = "0018"

SQL = Path(__file__).parents[1] / "sql"
FUNCTION = "ingest_orders(uuid, jsonb, text, integer)"


def upgrade() -> None:
    text = (SQL / "0020_ingest_orders_as_json.sql").read_text(encoding="utf-8")
    for statement in (text, *routine_v1("history", FUNCTION, "history")):
        op.get_bind().exec_driver_sql(statement)
