"""What an agent said became of a conversation, on its contact."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    for table in ("conversations", "contacts"):
        op.get_bind().exec_driver_sql(f"ALTER TABLE history.{table} ADD COLUMN outcome text")
    for name in ("note_routing", "record_contact", "card_of"):
        text = (SQL / f"0010_{name}.sql").read_text(encoding="utf-8")
        op.get_bind().exec_driver_sql(text)
