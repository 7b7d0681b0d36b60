"""Items are more than messages: notes among agents, surveys, and what comes beside a text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
ROUTINES = {
    "begin_conversations": "uuid[], text[], uuid[], text[], text[]",
    "append_items": (
        "uuid[], uuid[], text[], text[], timestamptz[], uuid[], text[], uuid[], uuid[], text[], "
        "text[], uuid[], integer[], text[], text[], jsonb[]"
    ),
}
"""The functions of the same names with fewer arguments stay for nodes of the release before."""


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield (SQL / "0005_tables.sql").read_text()
    for name, arguments in ROUTINES.items():
        yield (SQL / f"0005_{name}.sql").read_text()
        yield from routine_v1("gateway", f"{name}({arguments})", "gateway")
