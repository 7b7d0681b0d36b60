"""Cards that are asked for at one time are found by one call; so are those who saw them written."""

from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0017"
down_revision = "0016"

SQL = Path(__file__).parents[1] / "sql"
ROUTINES = {
    "0017_cards_of": "cards_of(uuid[], uuid[], integer)",
    "0017_add_views_of": "add_views_of(uuid[], jsonb[])",
}


def upgrade() -> None:
    for name, signature in ROUTINES.items():
        text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
        for statement in (text, *routine_v1("history", signature, "history")):
            op.get_bind().exec_driver_sql(statement)
