"""Files that are uploaded, and sent with a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import shop_table

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE")
_BETWEEN_STATEMENTS = re.compile(r";\n\n")


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _BETWEEN_STATEMENTS.split((SQL / "0009_files.sql").read_text())
    yield from shop_table("gateway", "files", "gateway", PRIVILEGES)
    yield from _BETWEEN_STATEMENTS.split((SQL / "0009_attach_files.sql").read_text())
