"""A session that was invited is kept for as long as it must not be invited again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
_BETWEEN_STATEMENTS = re.compile(r";\n\n")


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _BETWEEN_STATEMENTS.split((SQL / "0012_kept_sessions.sql").read_text())
    yield (SQL / "0012_open_invitation.sql").read_text()
