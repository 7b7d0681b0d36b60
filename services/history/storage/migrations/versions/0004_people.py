"""One person behind several customers: mentions, merges and what undoes them; kept answers."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.change_tables import change_tables_v1
from shared.kit.row_security import routine_v1, shop_table

revision = "0004"
down_revision = "0003"

SQL = Path(__file__).parents[1] / "sql"
FUNCTIONS = (
    "customers_of(uuid, uuid)",
    "regroup(uuid, uuid)",
    "lock_merges(uuid)",
    "merge_customers(uuid, uuid, uuid, uuid, text, text, text, text, timestamptz, text)",
    "undo_merge(uuid, uuid, timestamptz, text)",
    "who_gave(uuid, text, text, integer)",
    "may_be(uuid, uuid[], integer)",
    "link_customers(uuid, jsonb)",
    "ingest_customers(uuid, jsonb)",
    "card_of(uuid, uuid, integer)",
    "card(uuid, text, text, integer)",
)
WIDER = ("card_of(uuid, uuid, integer)", "card(uuid, text, text, integer)")
"""Functions that answer more columns than before."""


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _file("tables").split(";\n\n")
    for table in ("mentions", "merges"):
        yield from shop_table("history", table, "history")
    yield from change_tables_v1("history", "history")
    yield from (f"DROP FUNCTION history.{function}" for function in WIDER)
    for function in FUNCTIONS:
        yield _file(function.partition("(")[0])
        yield from routine_v1("history", function, "history")


def _file(name: str) -> str:
    return (SQL / f"0004_{name}.sql").read_text(encoding="utf-8")
