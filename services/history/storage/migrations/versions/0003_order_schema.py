"""Numbers, parts and the platform's own instants of orders; carts in progress; products."""

from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table

revision = "0003"
down_revision = "0002"

SQL = Path(__file__).parents[1] / "sql"
TABLES = ("carts", "products")
REPLACED = "DROP FUNCTION history.ingest_orders(uuid, jsonb, text, integer)"
FUNCTIONS = (
    "supersedes(timestamptz, bytea, timestamptz, bytea)",
    "end_carts(uuid, jsonb)",
    "ingest_orders(uuid, jsonb, text, integer)",
    "ingest_carts(uuid, jsonb)",
    "ingest_products(uuid, jsonb)",
    "pictures_of(uuid, text, jsonb, integer)",
    "card_of(uuid, uuid, integer)",
)


def upgrade() -> None:
    _run((SQL / "0003_tables.sql").read_text(encoding="utf-8").split(";\n\n"))
    for table in TABLES:
        _run(shop_table("history", table, "history"))
    _run([REPLACED])
    for function in FUNCTIONS:
        name = function.partition("(")[0]
        _run([(SQL / f"0003_{name}.sql").read_text(encoding="utf-8")])
        _run(routine_v1("history", function, "history"))


def _run(statements: list[str]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
