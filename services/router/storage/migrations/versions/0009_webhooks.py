"""Webhooks out: subscriptions, what waits to be posted, and the log of what was."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alembic import op

from shared.kernel.vocabulary import Service
from shared.kit import roles
from shared.kit.row_security import routine_v1, shop_table

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
TABLES = ("webhooks", "webhook_deliveries", "webhook_lanes")
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE")
ROUTINES = {
    "wire_id": "text, uuid",
    "put_webhooks": "uuid[], jsonb",
    "claim_webhooks": ("uuid, uuid, timestamptz, timestamptz, int, int, uuid[], int[]"),
    "settle_webhook": ("uuid, uuid, text, uuid, uuid, timestamptz, text, timestamptz, jsonb"),
    "end_webhook": "uuid, uuid, text, timestamptz, text, timestamptz, uuid",
    "prune_webhooks": "uuid, timestamptz, timestamptz, int",
}
# The sweep learns which shops have something to send, and nothing of what.
SWEPT = {"webhooks": "shop_id", "webhook_lanes": "shop_id, next_at"}


def upgrade() -> None:
    _run((SQL / "0009_tables.sql").read_text().split(";\n"))
    for table in TABLES:
        _run(shop_table("router", table, "router", PRIVILEGES))
    sweep = roles.sweep_role(Service.ROUTER)
    for table, columns in SWEPT.items():
        _run(
            [
                f"CREATE POLICY sweep_scope ON router.{table} FOR SELECT TO {sweep} USING (true)",
                f"GRANT SELECT ({columns}) ON router.{table} TO {sweep}",
            ]
        )
    for name, arguments in ROUTINES.items():
        _run([(SQL / f"0009_{name}.sql").read_text()])
        _run(routine_v1("router", f"{name}({arguments})", "router"))
    _run([(SQL / "0009_put_events.sql").read_text()])


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
