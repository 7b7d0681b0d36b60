"""The embedded PostgreSQL: started on a private socket, kept to one process, stopped with us."""

from __future__ import annotations

from shared.kit.postgres.errors import LauncherError
from shared.kit.postgres.home import HomeLock
from shared.kit.postgres.options import PostgresOptions
from shared.kit.postgres.running import embedded_postgres
from shared.kit.postgres.server import EmbeddedPostgres, running_postgres
from shared.kit.postgres.witness import DeathWitness

__all__ = [
    "DeathWitness",
    "EmbeddedPostgres",
    "HomeLock",
    "LauncherError",
    "PostgresOptions",
    "embedded_postgres",
    "running_postgres",
]
