"""A batch of orders comes as an array of typed rows, where a document was parsed time and again."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0015"
down_revision = "0014"

SQL = Path(__file__).parents[1] / "sql"
REPLACED = (
    "ingest_orders(uuid, jsonb, text, integer)",
    "take_customers(uuid, jsonb)",
    "told_customers(jsonb)",
    "link_customers(uuid, jsonb, jsonb)",
    "link_customers(uuid, jsonb)",
    "end_carts(uuid, jsonb)",
    "ingest_customers(uuid, jsonb)",
)
FUNCTIONS = (
    "told_customers(history.told_order[])",
    "link_customers(uuid, history.told_order[], jsonb)",
    "take_customers(uuid, history.told_order[])",
    "end_carts(uuid, history.told_order[])",
    "ingest_orders(uuid, history.told_order[], text, integer)",
)


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from (f"DROP FUNCTION history.{function}" for function in REPLACED)
    yield _file("told_order")
    for function in FUNCTIONS:
        yield _file(function.partition("(")[0])
        yield from routine_v1("history", function, "history")
    yield _file("plain")


def _file(name: str) -> str:
    return (SQL / f"0015_{name}.sql").read_text(encoding="utf-8")
