"""Words that are alike are looked for within one shop: the shop is part of that index, too."""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public",
    """CREATE INDEX searchable_alike ON history.searchable
        USING gin (shop_id, text public.gin_trgm_ops) WHERE text IS NOT NULL""",
    "DROP INDEX history.searchable_text",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
