"""What a shop does not want kept any longer is found by its age."""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
_BETWEEN_STATEMENTS = re.compile(r";\n\n")


def upgrade() -> None:
    for statement in _BETWEEN_STATEMENTS.split((SQL / "0016_retention.sql").read_text()):
        op.get_bind().exec_driver_sql(statement)
