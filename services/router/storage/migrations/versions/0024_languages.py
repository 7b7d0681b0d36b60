"""A decision says which languages would have done."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Null: of a release that knew one language, and did not say which it was.
    op.get_bind().exec_driver_sql("ALTER TABLE router.decisions ADD COLUMN languages text[]")
