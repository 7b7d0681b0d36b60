"""What one customer said can be erased: rights to do it, and what finds it."""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
_BETWEEN_STATEMENTS = re.compile(r";\n\n")


def upgrade() -> None:
    for statement in _BETWEEN_STATEMENTS.split((SQL / "0014_erasure.sql").read_text()):
        op.get_bind().exec_driver_sql(statement)
