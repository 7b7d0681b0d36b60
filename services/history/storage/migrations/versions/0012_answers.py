"""Answers that are ready: FAQ and canned replies, every version of them, and what finds them."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table

revision = "0012"
down_revision = "0011"

SQL = Path(__file__).parents[1] / "sql"
FUNCTIONS = (
    "on_answers()",
    "search(uuid, text, text, integer)",
    "any_of(regconfig, text)",
    "search_answers(uuid, text, text, text, text, integer)",
)


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _file("tables").split(";\n\n")
    yield from shop_table("history", "answers", "history")
    yield from shop_table("history", "answer_versions", "history", ("SELECT", "INSERT"))
    for function in FUNCTIONS:
        yield _file(function.partition("(")[0])
        yield from routine_v1("history", function, "history")
    yield from _file("triggers").split(";\n\n")


def _file(name: str) -> str:
    return (SQL / f"0012_{name}.sql").read_text(encoding="utf-8")
