"""DDL of row-level security: schemas, shop policies and grants; knows no table of any service.

Migrations call these functions, so each is frozen once a release has shipped it: another behaviour
gets another name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.kernel.vocabulary import Service
from shared.kit import roles

SHOP_SCOPE = (
    "shop_id = ANY ((SELECT string_to_array(current_setting('app.shop_ids', true), ','))::uuid[])"
)
"""True for rows of the shops in scope; the inner SELECT is an init plan, read once a statement.

An unset or empty setting is no shop at all: zero rows.
"""

SHOP_SCOPE_V2 = (
    "shop_id = ANY ((SELECT string_to_array(current_setting('app.shop_ids', true), ',')::uuid[])"
    "::uuid[])"
)
"""The same, with the ids read from their text once a statement too, and not again for each row.

The cast outside does nothing but say that the SELECT is one array, and not rows to look through.
"""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ROUTINE = re.compile(r"[a-z][a-z0-9_]{0,62}\([a-z0-9_\[\], .]*\)")
_PRIVILEGES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})


def schema_v1(schema: str, service: str) -> list[str]:
    """Return the statements that make a service's schema, usable by its two roles only."""
    both = f"{_service_role(service)}, {_sweep_role(service)}"
    return [
        f"CREATE SCHEMA IF NOT EXISTS {_name(schema)} AUTHORIZATION {roles.OWNER}",
        f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA {schema} TO {both}",
    ]


def shop_table(
    schema: str,
    table: str,
    service: str,
    privileges: Sequence[str] = ("SELECT", "INSERT", "UPDATE"),
) -> list[str]:
    """Return the statements that put a table with a `shop_id uuid` column under its shop's policy.

    Row security is enabled and forced, reading and writing are held to the shops in scope, and the
    service's role gets the privileges.
    """
    target = _target(schema, table)
    role = _service_role(service)
    policy = f"USING ({SHOP_SCOPE}) WITH CHECK ({SHOP_SCOPE})"
    return [
        f"ALTER TABLE {target} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {target} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY shop_scope ON {target} TO {role} {policy}",
        f"REVOKE ALL ON TABLE {target} FROM PUBLIC",
        f"GRANT {_grant(privileges)} ON TABLE {target} TO {role}",
    ]


def shop_scope_v2(schema: str, table: str) -> str:
    """Return the statement that lets a table of `shop_table` read the scope's ids once."""
    return (
        f"ALTER POLICY shop_scope ON {_target(schema, table)} "
        f"USING ({SHOP_SCOPE_V2}) WITH CHECK ({SHOP_SCOPE_V2})"
    )


def sweep_table(schema: str, table: str, service: str, privileges: Sequence[str]) -> list[str]:
    """Return the statements that open a table to the service's sweep role, for all shops.

    Only for outbox, inbox, lease and shops; comes after `shop_table`. Where a sweep must look at
    people's tables, its migration grants it single columns.
    """
    target = _target(schema, table)
    role = _sweep_role(service)
    return [
        f"CREATE POLICY sweep_scope ON {target} TO {role} USING (true) WITH CHECK (true)",
        f"GRANT {_grant(privileges)} ON TABLE {target} TO {role}",
    ]


def routine_v1(schema: str, signature: str, service: str) -> list[str]:
    """Return the statements that let the service's role, and nobody else, call a function.

    `signature` is the name with its argument types, such as `append(uuid, jsonb)`.
    """
    if not _ROUTINE.fullmatch(signature):
        raise ValueError(f"not a function signature: {signature!r}")
    target = f"{_name(schema)}.{signature}"
    return [
        f"REVOKE ALL ON FUNCTION {target} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {target} TO {_service_role(service)}",
    ]


def _service_role(service: str) -> str:
    return roles.service_role(Service(service))


def _sweep_role(service: str) -> str:
    return roles.sweep_role(Service(service))


def _target(schema: str, table: str) -> str:
    return f"{_name(schema)}.{_name(table)}"


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a plain SQL name: {name!r}")
    return name


def _grant(privileges: Sequence[str]) -> str:
    if not privileges or not _PRIVILEGES.issuperset(privileges):
        raise ValueError(f"not table privileges: {privileges!r}")
    return ", ".join(privileges)
