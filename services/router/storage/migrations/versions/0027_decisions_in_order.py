"""A conversation's decisions are numbered: those of one instant had no order."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Null: of a release that kept no number. commit_group writes whatever columns there are.
    op.get_bind().exec_driver_sql("ALTER TABLE router.decisions ADD COLUMN ordinal int")
