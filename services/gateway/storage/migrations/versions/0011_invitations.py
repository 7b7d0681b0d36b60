"""Sites' rules for invitations, the invitations that customers saw, and what came of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
ROUTINES = {
    "invitable": "uuid, uuid",
    "open_invitation": "uuid, uuid, uuid, uuid, text, text, bigint, bigint",
    "settle_invitation": "uuid, uuid, uuid, text",
    "on_begun": "",
}
_BETWEEN_STATEMENTS = re.compile(r";\n\n")


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _BETWEEN_STATEMENTS.split((SQL / "0011_tables.sql").read_text())
    yield from shop_table("gateway", "invitations", "gateway")
    for name, arguments in ROUTINES.items():
        yield (SQL / f"0011_{name}.sql").read_text()
        yield from routine_v1("gateway", f"{name}({arguments})", "gateway")
    yield (SQL / "0011_triggers.sql").read_text()
