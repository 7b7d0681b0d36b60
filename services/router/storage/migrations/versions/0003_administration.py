"""What administrators change: skills, hours, endings of agents, queues and keys, and the record."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alembic import op

from shared.kit.change_tables import change_tables_v1
from shared.kit.row_security import routine_v1

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
ROUTINES = {
    "set_agent": "uuid, jsonb",
    "set_queue": "uuid, jsonb",
    "put_changes": "uuid[], jsonb",
    "put_agents": "uuid[], jsonb",
}


def upgrade() -> None:
    _run((SQL / "0003_tables.sql").read_text().split(";\n"))
    _run(change_tables_v1("router", "router"))
    for name, arguments in ROUTINES.items():
        _run([(SQL / f"0003_{name}.sql").read_text()])
        _run(routine_v1("router", f"{name}({arguments})", "router"))


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
