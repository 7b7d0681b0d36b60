"""`firstreply migrate` makes a given database fit for many nodes, as often as you like."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import asyncpg
from rich.console import Console

from services.cluster.migrate import ENVIRONMENT_FILE, migrate_given
from shared.kernel.vocabulary import Service
from shared.kit.new_ids import new_id
from shared.kit.roles import role_password, service_role
from tests.support.postgres import Templates

NATS = ["nats://bus.example:4222"]


def variables_of(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines()
    return {name: value.strip("'") for name, value in (line.split("=", 1) for line in lines)}


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_migrating_twice_makes_roles_schemas_keys_and_environment_once(
    templates: Templates, tmp_path: Path
) -> None:
    name = f"given_{new_id().hex}"
    async with templates.server.admin() as admin:
        await admin.execute(f'CREATE DATABASE "{name}"')
    url = templates.server.url("postgres", name).dsn
    told = io.StringIO()
    try:
        await migrate_given(url, tmp_path, NATS, Console(file=told))
        first = contents_of(tmp_path)
        await migrate_given(url, tmp_path, NATS, Console(file=told))
        assert contents_of(tmp_path) == first

        variables = variables_of(tmp_path / ENVIRONMENT_FILE)
        for service in Service:
            prefix = f"FIRSTREPLY_{service.upper()}"
            assert variables[f"{prefix}_KEYS_FILE"] == str(tmp_path / "keys.json")
            node = await asyncpg.connect(variables[f"{prefix}_DATABASE_URL"])
            assert await node.fetchval("SELECT current_user") == service_role(service)
            assert await node.fetchval(f"SELECT to_regclass('{service.value}.inbox')")
            await node.close()
    finally:
        async with templates.server.admin() as admin:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    assert {stat.S_IMODE((tmp_path / one).stat().st_mode) for one in first} == {0o600}
    secret = bytes.fromhex((tmp_path / "secret").read_text())
    for service in Service:
        assert role_password(secret, service_role(service)) not in told.getvalue()
