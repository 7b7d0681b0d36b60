"""Topics and summaries of contacts; the words that contacts and orders are found by."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.roles import OWNER
from shared.kit.row_security import routine_v1, shop_table

revision = "0006"
down_revision = "0005"

SQL = Path(__file__).parents[1] / "sql"
FUNCTIONS = (
    "plain(text)",
    "contact_words(uuid, text)",
    "on_contacts()",
    "on_orders()",
    "search(uuid, text, text, integer)",
)


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _file("tables").split(";\n\n")
    yield from shop_table("history", "searchable", "history")
    # Only what `search` reads, and only to read it.
    yield f"CREATE POLICY search_scope ON history.searchable FOR SELECT TO {OWNER} USING (true)"
    for function in FUNCTIONS:
        yield _file(function.partition("(")[0])
        yield from routine_v1("history", function, "history")
    yield from _file("triggers").split(";\n\n")
    yield from _file("backfill").split(";\n\n")


def _file(name: str) -> str:
    return (SQL / f"0006_{name}.sql").read_text(encoding="utf-8")
