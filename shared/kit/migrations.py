"""Runs a service's own alembic history as the owner role; knows no table."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.kernel.vocabulary import Service
from shared.kit.database import DatabaseUrl
from shared.kit.roles import ROLE_LOCK


def _script_location(service: Service) -> Path:
    spec = importlib.util.find_spec(f"services.{service.value}")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the {service.value} service is not installed")
    return Path(spec.origin).parent / "storage" / "migrations"


def _upgrade(connection: Connection, service: Service) -> None:
    config = Config()
    config.set_main_option("script_location", str(_script_location(service)))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["service"] = service
    command.upgrade(config, "head")


async def migrate(owner_url: DatabaseUrl, *services: Service) -> None:
    """Bring these services' schemas to their newest version.

    Several nodes may call it at once: an advisory lock lets one work and the others wait.
    """
    engine = create_async_engine(owner_url.sqlalchemy)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ROLE_LOCK})
            await connection.commit()
            for service in services:
                await connection.run_sync(_upgrade, service)
                await connection.commit()
    finally:
        await engine.dispose()


def run_environment() -> None:
    """Be the whole of a service's alembic `env.py`."""
    connection: Connection = context.config.attributes["connection"]
    service: Service = context.config.attributes["service"]
    context.configure(
        connection=connection,
        version_table=f"alembic_version_{service.value}",
        version_table_schema="public",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
