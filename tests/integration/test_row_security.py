"""Every table of every service belongs to its shop, whoever asks; read off the catalogue."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.kernel.vocabulary import Service
from shared.kit import roles
from shared.kit.row_security import SHOP_SCOPE, SHOP_SCOPE_V2
from tests.support.postgres import TestDatabase

SCHEMAS = [service.value for service in Service]
SWEPT = {"outbox", "inbox", "leases", "shops", "sessions", "conversations", "revocations", "files"}
SWEPT |= {"webhooks", "webhook_lanes", "erasures", "retention"}
"""The only tables a sweep role may reach across shops."""
SEARCHED = "searchable"
SEARCHES = {
    "gateway.search_ended(uuid,uuid,text,uuid,integer)",
    "history.search(uuid,text,text,integer)",
    "history.search_answers(uuid,text,text,text,text,integer)",
}
"""The one table of a schema that a function reads with its owner's rights, and those functions."""
SEEN_BY_A_SWEEP = {
    "sessions": {"id", "greeted_at", "kept_until"},
    "conversations": {"session_id"},
    "files": {"id", "digest", "item_id", "created_at"},
    "webhooks": {"shop_id"},
    "webhook_lanes": {"shop_id", "next_at"},
    "retention": {"shop_id", "next_sweep_at"},
    "erasures": {"shop_id", "id", "next_try_at"},
}
"""The tables of people's words: of these a sweep sees a few columns, and changes none."""

TABLES = """
SELECT n.nspname AS schema, c.relname AS name, c.relrowsecurity AS enabled,
       c.relforcerowsecurity AS forced, pg_get_userbyid(c.relowner) AS owner
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY($1)
ORDER BY 1, 2
"""
POLICIES = """
SELECT schemaname AS schema, tablename AS name, roles::text[] AS roles, qual, with_check
FROM pg_policies WHERE schemaname = ANY($1)
"""
STRAYS = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT LIKE 'pg\\_%'
  AND n.nspname NOT IN ('information_schema', 'gateway', 'router', 'history')
  AND c.relname NOT LIKE 'alembic\\_version\\_%'
"""


@pytest.fixture
async def catalogue(database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    async with database.server.admin(database.name) as admin:
        yield admin


async def tables(catalogue: asyncpg.Connection) -> list[tuple[str, str]]:
    return [(row["schema"], row["name"]) for row in await catalogue.fetch(TABLES, SCHEMAS)]


class TestTables:
    async def test_each_service_has_tables(self, catalogue: asyncpg.Connection) -> None:
        assert {schema for schema, _ in await tables(catalogue)} == set(SCHEMAS)

    async def test_no_table_or_view_stands_outside_a_services_schema(
        self, catalogue: asyncpg.Connection
    ) -> None:
        assert [row[0] for row in await catalogue.fetch(STRAYS)] == []

    async def test_each_table_forces_row_security_and_belongs_to_the_owner(
        self, catalogue: asyncpg.Connection
    ) -> None:
        rows = await catalogue.fetch(TABLES, SCHEMAS)
        assert rows
        assert [r for r in rows if not (r["enabled"] and r["forced"])] == []
        assert {r["owner"] for r in rows} == {roles.OWNER}

    async def test_each_table_names_its_shop(self, catalogue: asyncpg.Connection) -> None:
        for schema, name in await tables(catalogue):
            column = "id" if name == "shops" else "shop_id"
            nullable = await catalogue.fetchval(
                "SELECT is_nullable FROM information_schema.columns WHERE table_schema = $1 "
                "AND table_name = $2 AND column_name = ANY(ARRAY['shop_id', $3]) "
                "ORDER BY column_name DESC LIMIT 1",
                schema,
                name,
                column,
            )
            assert nullable == "NO", f"{schema}.{name}"


class TestPolicies:
    async def test_each_policy_is_the_shop_scope_or_a_sweeps_on_the_few_swept_tables(
        self, catalogue: asyncpg.Connection
    ) -> None:
        # PostgreSQL prints expressions its own way: let it print ours, and compare those.
        await catalogue.execute("CREATE TEMP TABLE printed (shop_id uuid)")
        for name, scope in (("one", SHOP_SCOPE), ("two", SHOP_SCOPE_V2)):
            await catalogue.execute(f"CREATE POLICY {name} ON printed USING ({scope})")
        rows = await catalogue.fetch("SELECT qual FROM pg_policies WHERE tablename='printed'")
        printed = {row["qual"] for row in rows}
        shop_scoped = set()
        for row in await catalogue.fetch(POLICIES, SCHEMAS):
            service = Service(row["schema"])
            if row["roles"] == [roles.sweep_role(service)]:
                assert row["name"] in SWEPT, f"{row['schema']}.{row['name']}"
                continue
            if row["roles"] == [roles.OWNER]:
                assert row["name"] == SEARCHED
                continue
            assert row["roles"] == [roles.service_role(service)]
            assert row["qual"] == row["with_check"], f"{row['schema']}.{row['name']}"
            assert row["qual"] in printed, f"{row['schema']}.{row['name']}"
            shop_scoped.add((row["schema"], row["name"]))
        assert shop_scoped == set(await tables(catalogue))

    async def test_a_sweep_sees_nothing_of_what_people_said(
        self, catalogue: asyncpg.Connection
    ) -> None:
        granted = await catalogue.fetch(
            "SELECT table_name, column_name, privilege_type "
            "FROM information_schema.column_privileges "
            "WHERE grantee LIKE '%_sweep' AND table_name = ANY($1)",
            list(SEEN_BY_A_SWEEP),
        )
        assert {row["privilege_type"] for row in granted} == {"SELECT"}
        for table, columns in SEEN_BY_A_SWEEP.items():
            assert {r["column_name"] for r in granted if r["table_name"] == table} == columns


class TestRecords:
    async def test_what_administrators_changed_can_be_added_to_and_read_and_nothing_else(
        self, catalogue: asyncpg.Connection
    ) -> None:
        granted = await catalogue.fetch(
            "SELECT table_schema AS schema, grantee, privilege_type AS privilege "
            "FROM information_schema.role_table_grants "
            "WHERE table_name = 'changes' AND table_schema = ANY($1) AND grantee <> $2",
            SCHEMAS,
            roles.OWNER,
        )
        assert {(row["schema"], row["grantee"], row["privilege"]) for row in granted} == {
            (service.value, roles.service_role(service), privilege)
            for service in Service
            for privilege in ("SELECT", "INSERT")
        }


class TestRoles:
    async def test_no_role_can_pass_by_row_security(self, catalogue: asyncpg.Connection) -> None:
        rows = await catalogue.fetch(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles "
            "WHERE rolname LIKE 'firstreply%'"
        )
        assert {row["rolname"] for row in rows} == set(roles.all_roles())
        for row in rows:
            assert not any(list(row.values())[1:]), row["rolname"]

    async def test_no_service_role_owns_anything(self, catalogue: asyncpg.Connection) -> None:
        owned = await catalogue.fetch(
            "SELECT pg_get_userbyid(refobjid) AS role FROM pg_shdepend "
            "WHERE deptype = 'o' AND refclassid = 'pg_authid'::regclass"
        )
        services = set(roles.all_roles()) - {roles.OWNER}
        assert services.isdisjoint(row["role"] for row in owned)

    async def test_no_service_role_is_a_member_of_another(
        self, catalogue: asyncpg.Connection
    ) -> None:
        members = await catalogue.fetch("SELECT member::regrole::text AS role FROM pg_auth_members")
        assert set(roles.all_roles()).isdisjoint(row["role"] for row in members)

    async def test_each_role_has_lock_statement_and_idle_time_outs(
        self, catalogue: asyncpg.Connection
    ) -> None:
        for role in set(roles.all_roles()) - {roles.OWNER}:
            settings = await catalogue.fetchval(
                "SELECT setconfig FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole "
                "WHERE r.rolname = $1",
                role,
            )
            assert set(roles.TIMEOUTS) <= {entry.partition("=")[0] for entry in settings}

    @pytest.mark.parametrize("service", list(Service))
    async def test_a_service_role_cannot_read_another_services_tables(
        self, database: TestDatabase, service: Service
    ) -> None:
        connection = await asyncpg.connect(database.service_url(service).dsn)
        try:
            for other in set(Service) - {service}:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.fetch(f"SELECT 1 FROM {other.value}.outbox")  # noqa: S608  names from the catalogue
        finally:
            await connection.close()

    @pytest.mark.parametrize("service", list(Service))
    async def test_a_service_role_without_a_shop_sees_zero_rows_of_every_table(
        self, database: TestDatabase, service: Service, catalogue: asyncpg.Connection
    ) -> None:
        connection = await asyncpg.connect(database.service_url(service).dsn)
        try:
            for schema, name in await tables(catalogue):
                readable = (
                    await connection.fetchval(
                        "SELECT has_table_privilege($1, 'SELECT')", f"{schema}.{name}"
                    )
                    if schema == service.value
                    else False
                )
                if readable:
                    assert await connection.fetch(f"SELECT 1 FROM {schema}.{name}") == []  # noqa: S608  names from the catalogue
        finally:
            await connection.close()


class TestFunctions:
    async def test_no_function_but_the_search_runs_with_its_owners_rights(
        self, catalogue: asyncpg.Connection
    ) -> None:
        rows = await catalogue.fetch(
            "SELECT p.oid::regprocedure::text AS name, p.prosecdef AS definer, "
            "has_function_privilege('public', p.oid, 'EXECUTE') AS open "
            "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = ANY($1)",
            SCHEMAS,
        )
        assert rows
        assert [row["name"] for row in rows if row["open"]] == []
        assert {row["name"] for row in rows if row["definer"]} == SEARCHES
