"""Hellos that come together are answered together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
_BETWEEN_FUNCTIONS = re.compile(r"(?<=\$\$;)\n\n")
_ROUTINES = (
    "sites_for_hellos(uuid[], uuid[], uuid[])",
    (
        "open_sessions(uuid[], uuid[], uuid[], bytea[], uuid[], bytea[], jsonb[], text[], text[], "
        "boolean[], text[], bytea[])"
    ),
)


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _BETWEEN_FUNCTIONS.split((SQL / "0015_hellos.sql").read_text())
    for routine in _ROUTINES:
        yield from routine_v1("gateway", routine, "gateway")
