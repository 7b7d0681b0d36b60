"""Nobody gives away what is not theirs to give."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from services.router.domain.grants import may_give_roles, may_give_scopes
from shared.contracts.claims import Principal
from shared.kernel.vocabulary import Scope

ADMIN, AGENT, SUPERVISOR, OPERATOR = Scope.ADMIN, Scope.AGENT, Scope.SUPERVISOR, Scope.OPERATOR
ORDERS = Scope.ORDERS_WRITE


def a_caller(*scopes: Scope, agent: bool = False) -> Principal:
    shop, key = UUID(int=1), UUID(int=2)
    if agent:
        return Principal(shop_id=shop, scopes=scopes, agent_id=key, expires_at=0)
    return Principal(shop_id=shop, scopes=scopes, api_key_id=key, expires_at=0)


@pytest.mark.parametrize(
    ("caller", "roles", "may"),
    [
        (a_caller(ADMIN), (AGENT,), True),
        (a_caller(ADMIN), (AGENT, ADMIN), True),
        (a_caller(ADMIN), (SUPERVISOR,), False),
        (a_caller(ADMIN, SUPERVISOR), (SUPERVISOR,), True),
        (a_caller(ADMIN, agent=True), (AGENT, SUPERVISOR, ADMIN), True),
        (a_caller(ADMIN, OPERATOR), (AGENT, SUPERVISOR, ADMIN), True),
        (a_caller(ADMIN, OPERATOR), (OPERATOR,), False),
        (a_caller(ADMIN, agent=True), (ORDERS,), False),
    ],
)
def test_roles(caller: Principal, roles: Sequence[Scope], *, may: bool) -> None:
    assert may_give_roles(caller, roles) is may


@pytest.mark.parametrize(
    ("caller", "scopes", "may"),
    [
        (a_caller(ADMIN), (ADMIN,), True),
        (a_caller(ADMIN), (ORDERS,), False),
        (a_caller(ADMIN, ORDERS), (ORDERS, ADMIN), True),
        (a_caller(ADMIN, agent=True), (ORDERS, SUPERVISOR), True),
        (a_caller(ADMIN, OPERATOR), (ORDERS, ADMIN), True),
        (a_caller(ADMIN, OPERATOR), (OPERATOR,), False),
        (a_caller(ADMIN, agent=True), (AGENT,), False),
    ],
)
def test_scopes(caller: Principal, scopes: Sequence[Scope], *, may: bool) -> None:
    assert may_give_scopes(caller, scopes) is may
