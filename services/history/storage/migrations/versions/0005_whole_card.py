"""Notes, follow-ups, what is bought together; ratings and orders of contacts; the whole card."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table

revision = "0005"
down_revision = "0004"

SQL = Path(__file__).parents[1] / "sql"
WIDER = ("card_of(uuid, uuid, integer)", "card(uuid, text, text, integer)")
"""Functions that answer more columns than before."""
FUNCTIONS = (
    "known_by(uuid, uuid[])",
    "card_more(uuid, uuid[], jsonb)",
    *WIDER,
    "openers(uuid, text[], uuid[])",
    "count_together(uuid, integer, integer, integer)",
    "note_message(uuid, jsonb)",
    "record_contact(uuid, uuid, uuid, uuid)",
)


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _file("tables").split(";\n\n")
    yield from shop_table("history", "notes", "history")
    yield from shop_table("history", "follow_ups", "history")
    together = ("SELECT", "INSERT", "DELETE")
    yield from shop_table("history", "bought_together", "history", together)
    yield from (f"DROP FUNCTION history.{function}" for function in WIDER)
    for function in FUNCTIONS:
        yield _file(function.partition("(")[0])
        yield from routine_v1("history", function, "history")


def _file(name: str) -> str:
    return (SQL / f"0005_{name}.sql").read_text(encoding="utf-8")
