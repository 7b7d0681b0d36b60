"""Customers, identities, orders, contacts, and what builds them."""

from pathlib import Path

from alembic import op

from shared.kit.event_tables import event_tables_v1
from shared.kit.row_security import routine_v1, schema_v1, shop_table

revision = "0001"
down_revision = None

SQL = Path(__file__).parents[1] / "sql"
TABLES = ("customers", "identities", "orders", "contacts", "conversations", "imports")
FUNCTIONS = (
    "epoch_ms(timestamptz)",
    "card_of(uuid, uuid, integer)",
    "card(uuid, text, text, integer)",
    "newer(boolean, text, text)",
    "shop_customer(uuid, text)",
    "ingest_orders(uuid, jsonb, text, integer)",
    "ingest_customers(uuid, jsonb)",
    "apply_facts(text, jsonb)",
    "note_message(uuid, jsonb)",
    "note_routing(uuid, jsonb)",
    "record_contact(uuid, uuid, uuid, uuid)",
    "certain_customer(uuid, text, text, text, uuid)",
)


def upgrade() -> None:
    _run(schema_v1("history", "history"))
    _run((SQL / "0001_tables.sql").read_text(encoding="utf-8").split(";\n\n"))
    for table in TABLES:
        _run(shop_table("history", table, "history"))
    _run(event_tables_v1("history", "history"))
    for function in FUNCTIONS:
        name = function.partition("(")[0]
        _run([(SQL / f"0001_{name}.sql").read_text(encoding="utf-8")])
        _run(routine_v1("history", function, "history"))


def _run(statements: list[str]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
