"""Words are looked for within a shop: each has its shop's tag before it in the index."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0022"
down_revision = "0021"

SQL = Path(__file__).parents[1] / "sql"
FUNCTIONS = (
    "tag_of(uuid)",
    "tagged(uuid, tsvector)",
    "words_of(text)",
    "asked_for(uuid, text, text)",
)


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    for function in FUNCTIONS:
        yield _file(function.partition("(")[0])
        yield from routine_v1("history", function, "history")
    yield from map(_file, ("on_contacts", "on_orders", "search"))
    yield from _file("retag").split(";\n\n")


def _file(name: str) -> str:
    return (SQL / f"0022_{name}.sql").read_text(encoding="utf-8")
