"""How long a shop keeps what, and to whom cards were shown."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kernel.vocabulary import Service
from shared.kit import roles
from shared.kit.row_security import shop_table

revision = "0011"
down_revision = "0010"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from (SQL / "0011_retention.sql").read_text(encoding="utf-8").split(";\n\n")
    yield from shop_table("history", "retention", "history")
    yield from shop_table(
        "history", "card_views", "history", ("SELECT", "INSERT", "UPDATE", "DELETE")
    )
    sweep = roles.sweep_role(Service.HISTORY)
    # The sweep learns which shops are due, and nothing else.
    yield f"CREATE POLICY sweep_scope ON history.retention FOR SELECT TO {sweep} USING (true)"
    yield f"GRANT SELECT (shop_id, next_sweep_at) ON history.retention TO {sweep}"
