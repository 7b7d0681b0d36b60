"""Receipts of both parties, and the page and cart that a session's customer is at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
ROUTINES = {
    "note_signs": "uuid[], uuid[], uuid[], bigint[], bigint[]",
    "note_context": "uuid[], uuid[], text[], text[], jsonb[]",
}


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield (SQL / "0006_receipts.sql").read_text()
    yield from shop_table("gateway", "receipts", "gateway")
    yield (SQL / "0006_context.sql").read_text()
    for name, arguments in ROUTINES.items():
        yield (SQL / f"0006_{name}.sql").read_text()
        yield from routine_v1("gateway", f"{name}({arguments})", "gateway")
