"""What engines were told outlives them for a day."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
ROUTINES = {
    "epoch": "journal_epoch(uuid)",
    "keep": ("keep_journal(uuid, bigint, int, int, int, timestamptz, timestamptz, bytea, bytea)"),
}


def upgrade() -> None:
    _run((SQL / "0025_journals.sql").read_text().split(";\n"))
    _run(shop_table("router", "journals", "router", ("SELECT", "INSERT", "DELETE")))
    for name, signature in ROUTINES.items():
        _run([(SQL / f"0025_journals_{name}.sql").read_text()])
        _run(routine_v1("router", signature, "router"))


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
