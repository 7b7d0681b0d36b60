"""Taking orders looks each customer up once; a card is planned once, and reads by key alone."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0009"
down_revision = "0008"

SQL = Path(__file__).parents[1] / "sql"
FUNCTIONS = (
    "told_customers(jsonb)",
    "link_customers(uuid, jsonb, jsonb)",
    "take_customers(uuid, jsonb)",
    "ingest_orders(uuid, jsonb, text, integer)",
    "known_orders(uuid, text[], text[], bytea[])",
    "may_be(uuid, uuid[], integer)",
)
PLANNED_ONCE = (
    "card(uuid, text, text, integer)",
    "card_of(uuid, uuid, integer)",
    "card_more(uuid, uuid[], jsonb)",
    "customers_of(uuid, uuid)",
    "known_by(uuid, uuid[])",
    "may_be(uuid, uuid[], integer)",
    "pictures_of(uuid, text, jsonb, integer)",
    "who_gave(uuid, text, text, integer)",
    "known_orders(uuid, text[], text[], bytea[])",
)
"""Their plans hold for whatever is asked; planning anew each time was half of what a card cost."""


def upgrade() -> None:
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def _statements() -> Iterator[str]:
    for function in FUNCTIONS:
        yield _file(function.partition("(")[0])
        yield from routine_v1("history", function, "history")
    for function in PLANNED_ONCE:
        yield f"ALTER FUNCTION history.{function} SET plan_cache_mode = force_generic_plan"


def _file(name: str) -> str:
    return (SQL / f"0009_{name}.sql").read_text(encoding="utf-8")
