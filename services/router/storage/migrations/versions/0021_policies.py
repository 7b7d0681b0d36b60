"""A shop's own policy in versions, set by the engine's lane."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    _run((SQL / "0021_policies_tables.sql").read_text().split(";\n"))
    _run(shop_table("router", "policy_versions", "router", ("SELECT", "INSERT")))
    for name in ("set_policy", "put_changes"):
        _run([(SQL / f"0021_policies_{name}.sql").read_text()])
    _run(routine_v1("router", "set_policy(uuid, jsonb)", "router"))


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
