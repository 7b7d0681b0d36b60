"""Sign-ins, agents' tokens and API keys' tokens are ended before they expire."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table, sweep_table

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
ROUTINES = {
    "revoke": "uuid, uuid, integer, text",
    "end_sign_ins": "uuid, uuid, text",
    "set_agent": "uuid, jsonb",
}
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    _run((SQL / "0004_tables.sql").read_text().split(";\n"))
    _run(shop_table("router", "revocations", "router", PRIVILEGES))
    # Every node asks for those of all shops together, once a second.
    _run(sweep_table("router", "revocations", "router", ("SELECT",)))
    for name, arguments in ROUTINES.items():
        _run([(SQL / f"0004_{name}.sql").read_text()])
        _run(routine_v1("router", f"{name}({arguments})", "router"))


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
