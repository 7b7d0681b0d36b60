"""How fast teams and agents answer, learnt in the same commit as what taught it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    _run((SQL / "0007_paces.sql").read_text().split(";\n"))
    for table in ("team_paces", "agent_paces"):
        _run(shop_table("router", table, "router"))
    _run([(SQL / "0007_put_paces.sql").read_text()])
    _run(routine_v1("router", "put_paces(uuid[], jsonb)", "router"))
    _run([(SQL / "0007_commit_group.sql").read_text()])


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
