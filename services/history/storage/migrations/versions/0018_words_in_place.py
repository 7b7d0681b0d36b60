"""What an order is found by is made within the statement that keeps it."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"

SQL = Path(__file__).parents[1] / "sql"
FILES = ("0018_plain", "0018_on_orders", "0018_ingest_orders")


def upgrade() -> None:
    for name in FILES:
        op.get_bind().exec_driver_sql((SQL / f"{name}.sql").read_text(encoding="utf-8"))
