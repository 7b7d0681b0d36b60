"""Erasures of one person, tried again until every service has erased; rights to erase."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kernel.vocabulary import Service
from shared.kit import roles
from shared.kit.row_security import shop_table

revision = "0008"
down_revision = "0007"

SQL = Path(__file__).parents[1] / "sql"
ERASED = (
    "customers",
    "identities",
    "mentions",
    "merges",
    "orders",
    "carts",
    "contacts",
    "conversations",
    "notes",
    "follow_ups",
    "searchable",
)


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from (SQL / "0008_erasures.sql").read_text(encoding="utf-8").split(";\n\n")
    yield from shop_table("history", "erasures", "history")
    sweep = roles.sweep_role(Service.HISTORY)
    # The sweep learns where something is to be done, and nothing of whom.
    yield f"CREATE POLICY sweep_scope ON history.erasures FOR SELECT TO {sweep} USING (true)"
    yield f"GRANT SELECT (shop_id, id, next_try_at) ON history.erasures TO {sweep}"
    service = roles.service_role(Service.HISTORY)
    yield from (f"GRANT DELETE ON history.{table} TO {service}" for table in ERASED)
