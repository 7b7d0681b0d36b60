"""Reports: since when agents are available, and indexes on when clocks started."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1, shop_table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
TRIGGERS = (
    """
    CREATE TRIGGER standing_began AFTER INSERT ON router.agents
        FOR EACH ROW EXECUTE FUNCTION router.note_standing()
    """,
    """
    CREATE TRIGGER standing_changed AFTER UPDATE ON router.agents FOR EACH ROW
        WHEN ((NEW.status, NEW.nodes = '{}', NEW.capacity)
            IS DISTINCT FROM (OLD.status, OLD.nodes = '{}', OLD.capacity))
        EXECUTE FUNCTION router.note_standing()
    """,
)


def upgrade() -> None:
    _run((SQL / "0006_standings.sql").read_text().split(";\n"))
    _run(shop_table("router", "agent_standings", "router", ("SELECT", "INSERT")))
    _run([(SQL / "0006_note_standing.sql").read_text()])
    _run(routine_v1("router", "note_standing()", "router"))
    _run(TRIGGERS)


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
