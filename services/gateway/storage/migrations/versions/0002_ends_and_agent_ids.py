"""An end that crossed a customer's message is none, and a newer grant opens what has ended.

Authors are named by TypeIDs, as everybody else is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
BEFORE = (
    "gateway.apply_routing(uuid, uuid, boolean, boolean, int, uuid, text, uuid, int, timestamptz)"
)
"""Only `take_routing` calls it, by name: it finds whichever is there."""
NEW_ROUTINES = {
    "agent_wire": "uuid",
    "has_gone_on": "uuid, uuid, timestamptz",
    "apply_routing": (
        "uuid, uuid, boolean, boolean, integer, bigint, uuid, text, uuid, integer, timestamptz"
    ),
}
REPLACED_ROUTINES = ("append_items", "append_line", "take_routing")


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield f"DROP FUNCTION {BEFORE}"
    for name, arguments in NEW_ROUTINES.items():
        yield (SQL / f"0002_{name}.sql").read_text()
        yield from routine_v1("gateway", f"{name}({arguments})", "gateway")
    for name in REPLACED_ROUTINES:
        yield (SQL / f"0002_{name}.sql").read_text()
