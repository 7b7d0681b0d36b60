"""Sessions that end and know what proved their customer; sites with key sets; customers' REST."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
ROUTINES = {
    "secret_proofs": "gateway.sites",
    "open_session": (
        "uuid, uuid, uuid, bytea, uuid, bytea, jsonb, text, text, boolean, text, bytea"
    ),
    "visit": "uuid, uuid, bytea, uuid",
    "end_session": "uuid, uuid, bytea",
    "site_standings": "uuid[], uuid[], timestamptz",
    "under_way": "uuid, uuid[]",
}
"""open_session with fewer arguments stays for nodes of the release before."""
_BETWEEN_STATEMENTS = re.compile(r";\n\n")


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _BETWEEN_STATEMENTS.split((SQL / "0007_identity_tables.sql").read_text())
    for name, arguments in ROUTINES.items():
        yield (SQL / f"0007_{name}.sql").read_text()
        yield from routine_v1("gateway", f"{name}({arguments})", "gateway")
