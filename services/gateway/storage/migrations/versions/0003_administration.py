"""What administrators change of sites: colours, languages, rotations, closing; and the record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.change_tables import change_tables_v1
from shared.kit.row_security import routine_v1

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield (SQL / "0003_tables.sql").read_text()
    yield from change_tables_v1("gateway", "gateway")
    # find_site of 0001 stays for nodes of the release before, until it is contracted away.
    yield (SQL / "0003_site_for_hello.sql").read_text()
    yield from routine_v1("gateway", "site_for_hello(uuid, uuid, uuid)", "gateway")
