"""Connections of shops to the platforms they run on."""

from pathlib import Path

from alembic import op

from shared.kit.row_security import shop_table

revision = "0007"
down_revision = "0006"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    _run([(SQL / "0007_tables.sql").read_text(encoding="utf-8")])
    _run(shop_table("history", "connections", "history", ("SELECT", "INSERT", "UPDATE", "DELETE")))


def _run(statements: list[str]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
