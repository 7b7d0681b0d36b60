"""DDL of a service's outbox and inbox; knows no event and runs nothing."""

from __future__ import annotations

from shared.kit import row_security


def event_tables_v1(schema: str, service: str) -> list[str]:
    """Return the statements that make a schema's outbox and inbox, with policies and grants.

    Comes after `schema_v1`. Frozen: the first migration of each service calls it.

    Within its own functions a service advances its inbox by
    `<schema>.inbox_advance(shop_id, emitter, stream, version) -> boolean`: true for exactly one
    caller, and only when this version is the next, so the effect belongs in the same transaction;
    false when it is old or leaves a gap. `<schema>.inbox_lock(shop_id, emitter, stream) -> bigint`
    locks the stream's row until the transaction ends and returns the last version taken, 0 when
    there is none. Who takes several streams takes them in the order of (shop_id, emitter, stream).
    """
    return [
        *_outbox(schema),
        *row_security.shop_table(schema, "outbox", service, ("SELECT", "INSERT")),
        *row_security.sweep_table(schema, "outbox", service, ("SELECT", "DELETE")),
        _inbox(schema),
        *row_security.shop_table(schema, "inbox", service, ("SELECT", "INSERT", "UPDATE")),
        *row_security.sweep_table(schema, "inbox", service, ("SELECT",)),
        _inbox_lock(schema),
        *row_security.routine_v1(schema, "inbox_lock(uuid, text, text)", service),
        _inbox_advance(schema),
        *row_security.routine_v1(schema, "inbox_advance(uuid, text, text, bigint)", service),
    ]


def _outbox(schema: str) -> list[str]:
    # Rows live for milliseconds, so vacuum goes by their number and not by the table's size.
    return [
        f"""
        CREATE TABLE {schema}.outbox (
            receiver text NOT NULL,
            shop_id uuid NOT NULL,
            stream text NOT NULL,
            version bigint NOT NULL CHECK (version > 0),
            event_id uuid NOT NULL,
            type text NOT NULL,
            occurred_at timestamptz NOT NULL,
            body jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (receiver, shop_id, stream, version)
        ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)
        """,
        f"CREATE INDEX outbox_by_age ON {schema}.outbox (receiver, created_at)",
    ]


def _inbox(schema: str) -> str:
    return f"""
        CREATE TABLE {schema}.inbox (
            shop_id uuid NOT NULL,
            emitter text NOT NULL,
            stream text NOT NULL,
            version bigint NOT NULL CHECK (version >= 0),
            PRIMARY KEY (shop_id, emitter, stream)
        ) WITH (fillfactor = 80)
        """


def _inbox_lock(schema: str) -> str:
    return f"""
        CREATE FUNCTION {schema}.inbox_lock(p_shop_id uuid, p_emitter text, p_stream text)
        RETURNS bigint LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $body$
        DECLARE
            taken bigint;
        BEGIN
            INSERT INTO {schema}.inbox (shop_id, emitter, stream, version)
            VALUES (p_shop_id, p_emitter, p_stream, 0)
            ON CONFLICT DO NOTHING;
            -- A statement of its own: its snapshot sees what a racing receiver has committed.
            SELECT version INTO STRICT taken FROM {schema}.inbox
            WHERE shop_id = p_shop_id AND emitter = p_emitter AND stream = p_stream
            FOR NO KEY UPDATE;
            RETURN taken;
        END
        $body$
        """  # noqa: S608  the schema is a checked plain name


def _inbox_advance(schema: str) -> str:
    return f"""
        CREATE FUNCTION {schema}.inbox_advance(
            p_shop_id uuid, p_emitter text, p_stream text, p_version bigint
        ) RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $body$
        BEGIN
            -- A racing receiver waits here for the row lock, then finds the version taken.
            UPDATE {schema}.inbox SET version = p_version
            WHERE shop_id = p_shop_id AND emitter = p_emitter AND stream = p_stream
                AND version = p_version - 1;
            IF FOUND OR p_version <> 1 THEN
                RETURN FOUND;
            END IF;
            INSERT INTO {schema}.inbox (shop_id, emitter, stream, version)
            VALUES (p_shop_id, p_emitter, p_stream, 1)
            ON CONFLICT DO NOTHING;
            RETURN FOUND;
        END
        $body$
        """  # noqa: S608  the schema is a checked plain name
