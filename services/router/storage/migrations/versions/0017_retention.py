"""Decisions may be deleted once a shop does not want them kept."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("GRANT DELETE ON router.decisions TO firstreply_router")
    op.get_bind().exec_driver_sql(
        "CREATE INDEX conversations_by_end ON router.conversations (ended_at) "
        "WHERE status = 'ended' AND (customer IS NOT NULL OR preview <> '')"
    )
