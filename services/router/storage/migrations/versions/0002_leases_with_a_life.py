"""Leases live for a while and are renewed; a commit and a renewal do not wait for each other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alembic import op

from shared.kit.row_security import routine_v1

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    _run(_statements("0002_leases"))
    _run([(SQL / "0002_take_lease.sql").read_text()])
    _run(routine_v1("router", "take_lease(uuid, uuid, int)", "router"))
    for replaced in ("take_lease_before", "commit_group"):
        _run([(SQL / f"0002_{replaced}.sql").read_text()])


def _statements(name: str) -> list[str]:
    return [one for one in (SQL / f"{name}.sql").read_text().split(";\n") if one.strip()]


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
