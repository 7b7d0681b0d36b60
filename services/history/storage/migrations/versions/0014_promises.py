"""The router's promises on the card; the second kind of promise that stood here is gone."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table

revision = "0014"
down_revision = "0013"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    yield from _file("tables").split(";\n\n")
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE")
    yield from shop_table("history", "promises", "history", rights)
    yield _file("note_promise")
    yield from routine_v1("history", "note_promise(uuid, jsonb)", "history")
    for changed in ("apply_facts", "card_more"):
        yield _file(changed)


def _file(name: str) -> str:
    return (SQL / f"0014_{name}.sql").read_text(encoding="utf-8")
