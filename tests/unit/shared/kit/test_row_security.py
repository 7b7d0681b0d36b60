"""The policy statements as text; tests/integration runs them against a real PostgreSQL."""

import pytest

from shared.kit import row_security


def test_a_shop_table_is_forced_and_checked_both_ways() -> None:
    statements = "\n".join(row_security.shop_table("gateway", "items", "gateway"))
    assert "ENABLE ROW LEVEL SECURITY" in statements
    assert "FORCE ROW LEVEL SECURITY" in statements
    assert statements.count(row_security.SHOP_SCOPE) == 2
    assert "GRANT SELECT, INSERT, UPDATE ON TABLE gateway.items TO firstreply_gateway" in statements


def test_a_scope_that_is_read_once_is_checked_both_ways_too() -> None:
    statement = row_security.shop_scope_v2("history", "orders")
    assert statement.startswith("ALTER POLICY shop_scope ON history.orders USING ")
    assert statement.count(row_security.SHOP_SCOPE_V2) == 2


def test_a_sweep_table_is_open_to_the_sweep_role_alone() -> None:
    policy, grant = row_security.sweep_table("router", "outbox", "router", ("SELECT", "DELETE"))
    assert policy.startswith(
        "CREATE POLICY sweep_scope ON router.outbox TO firstreply_router_sweep "
    )
    assert grant == "GRANT SELECT, DELETE ON TABLE router.outbox TO firstreply_router_sweep"


def test_a_schema_is_closed_to_the_public_and_open_to_two_roles() -> None:
    statements = row_security.schema_v1("history", "history")
    assert statements[0].endswith("AUTHORIZATION firstreply_owner")
    assert "REVOKE ALL ON SCHEMA history FROM PUBLIC" in statements
    assert statements[-1].endswith("TO firstreply_history, firstreply_history_sweep")


def test_a_function_is_callable_by_its_service_only() -> None:
    revoke, grant = row_security.routine_v1("gateway", "append(uuid, jsonb[])", "gateway")
    assert revoke == "REVOKE ALL ON FUNCTION gateway.append(uuid, jsonb[]) FROM PUBLIC"
    assert grant.endswith("TO firstreply_gateway")


@pytest.mark.parametrize("name", ["", "Items", "a;b", 'a"b', "1a", "a b", "a" * 64])
def test_a_name_that_needs_quoting_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="plain SQL name"):
        row_security.shop_table("gateway", name, "gateway")


@pytest.mark.parametrize("privileges", [(), ("TRUNCATE",), ("select",)])
def test_a_privilege_that_rows_do_not_know_is_refused(privileges: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="privileges"):
        row_security.shop_table("gateway", "items", "gateway", privileges)


def test_a_function_without_argument_types_is_refused() -> None:
    with pytest.raises(ValueError, match="signature"):
        row_security.routine_v1("gateway", "append", "gateway")


def test_a_service_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="billing"):
        row_security.shop_table("gateway", "items", "billing")
