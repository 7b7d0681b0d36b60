"""Refunds, returns and notes of orders, contacts of other systems, and an agent's last words."""

from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).parents[1] / "sql"
REPLACED = ("card_of", "ingest_orders", "note_message", "record_contact")


def upgrade() -> None:
    _run((SQL / "0002_columns.sql").read_text(encoding="utf-8").split(";\n\n"))
    for name in (*REPLACED, "ingest_contacts"):
        _run([(SQL / f"0002_{name}.sql").read_text(encoding="utf-8")])
    _run(routine_v1("history", "ingest_contacts(uuid, jsonb)", "history"))


def _run(statements: list[str]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
