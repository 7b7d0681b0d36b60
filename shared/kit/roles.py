"""The database roles: an owner, and for each service one that works and one that sweeps.

No service's role owns anything, so forced row-level security holds for all of them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping

import asyncpg

from shared.kernel.vocabulary import Service

OWNER = "firstreply_owner"
ROLE_LOCK = 4_617_315_517_961_601_024
"""Advisory lock held while roles or migrations change; the number only has to be ours."""

TIMEOUTS: Mapping[str, str] = {
    "statement_timeout": "10s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "15s",
}
"""Every role's own; the owner alone may run longer statements, for migrations."""


def service_role(service: Service) -> str:
    """Return the role a service works as."""
    return f"firstreply_{service.value}"


def sweep_role(service: Service) -> str:
    """Return the role that reads a service's outbox, inbox, leases and shops across shops."""
    return f"firstreply_{service.value}_sweep"


def all_roles() -> Iterator[str]:
    """Return every role this product connects as."""
    yield OWNER
    for service in Service:
        yield service_role(service)
        yield sweep_role(service)


def role_password(secret: bytes, role: str) -> str:
    """Derive a role's password from the installation's secret (HMAC-SHA-256), for TCP databases."""
    return hmac.new(secret, f"role:{role}".encode(), hashlib.sha256).hexdigest()


async def create_roles(admin: asyncpg.Connection, *, secret: bytes) -> None:
    """Create or mend every role. Needs a connection that may create roles; safe to repeat."""
    await admin.execute("SELECT pg_advisory_lock($1)", ROLE_LOCK)
    try:
        for role in all_roles():
            await _create_role(admin, role, role_password(secret, role))
    finally:
        await admin.execute("SELECT pg_advisory_unlock($1)", ROLE_LOCK)


async def _create_role(admin: asyncpg.Connection, role: str, password: str) -> None:
    exists = await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    await admin.execute(
        f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS "
        f"PASSWORD '{password}'"
    )
    for setting, value in TIMEOUTS.items():
        limit = "0" if role == OWNER and setting == "statement_timeout" else value
        await admin.execute(f"ALTER ROLE {role} SET {setting} = '{limit}'")
    await admin.execute(f"ALTER ROLE {role} SET timezone = 'UTC'")
    await admin.execute(f"ALTER ROLE {role} SET jit = off")  # our statements are short


async def create_database(
    admin: asyncpg.Connection, name: str, *, template: str | None = None
) -> None:
    """Create a database owned by the owner role, unless it is there; empty, or as the template is.

    A template's files are copied as they are, not through the log: a migrated one in a third of
    the time.
    """
    if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
        source = f'TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
        await admin.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} {source}')
        await admin.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        for role in all_roles():
            await admin.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {role}')


async def adopt_database(admin: asyncpg.Connection) -> None:
    """Let the owner role build its schemas in the database this connection is in.

    For a database somebody else made and keeps: it is not taken over, only opened.
    """
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(f'GRANT CREATE, CONNECT ON DATABASE "{name}" TO {OWNER}')
    await admin.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO {OWNER}")
    for role in all_roles():
        await admin.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {role}')
