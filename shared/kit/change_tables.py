"""DDL of a service's record of administration; knows no noun of any service and runs nothing."""

from __future__ import annotations

from shared.kit import row_security


def change_tables_v1(schema: str, service: str) -> list[str]:
    """Return the statements that make a schema's `changes` and `kept_answers`.

    Comes after `schema_v1`. Frozen: the migrations of two services call it. What a change says is
    never altered: the service's role may add and read, and nothing else. A kept answer may also be
    deleted, which `shared.kit.change_log` does after a day.
    """
    return [
        f"""
        CREATE TABLE {schema}.changes (
            shop_id uuid NOT NULL,
            id uuid NOT NULL,
            changed_at timestamptz NOT NULL,
            actor_kind text NOT NULL,
            actor_id text,
            actor_name text NOT NULL,
            action text NOT NULL,
            target text NOT NULL,
            -- field -> what it was and is; a secret's has neither.
            fields jsonb NOT NULL,
            PRIMARY KEY (shop_id, id)
        )
        """,
        *row_security.shop_table(schema, "changes", service, ("SELECT", "INSERT")),
        f"""
        CREATE TABLE {schema}.kept_answers (
            shop_id uuid NOT NULL,
            caller text NOT NULL,
            key text NOT NULL,
            request text NOT NULL,
            answer jsonb NOT NULL,
            kept_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, caller, key)
        )
        """,
        *row_security.shop_table(schema, "kept_answers", service, ("SELECT", "INSERT", "DELETE")),
    ]
