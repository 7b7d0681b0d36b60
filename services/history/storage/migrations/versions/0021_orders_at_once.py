"""New orders are taken as new, and held to their customers once a statement."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_scope_v2

revision = "0021"
down_revision = "0020"

SQL = Path(__file__).parents[1] / "sql"
TABLES = ("customers", "identities", "mentions", "orders", "searchable")
"""What an order ends in."""
FUNCTIONS = (
    "hold_customers()",
    "hold_customer()",
    "keep_customers()",
    "keep_customer_id()",
    "on_orders()",
    "some_known(uuid, text[], text[])",
    "known_orders(uuid, text[], text[], bytea[])",
    "told_customers(history.told_order[])",
    "link_customers(uuid, history.told_order[], jsonb, jsonb)",
    "take_customers(uuid, history.told_order[])",
    "add_orders(uuid, history.told_order[])",
    "mend_orders(uuid, history.told_order[])",
    "ingest_orders(uuid, history.told_order[], text, integer)",
)


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from (shop_scope_v2("history", table) for table in TABLES)
    yield "DROP FUNCTION history.link_customers(uuid, history.told_order[], jsonb)"
    for function in FUNCTIONS:
        yield _file(function.partition("(")[0])
        yield from routine_v1("history", function, "history")
    yield from _file("triggers").split(";\n\n")


def _file(name: str) -> str:
    return (SQL / f"0021_{name}.sql").read_text(encoding="utf-8")
