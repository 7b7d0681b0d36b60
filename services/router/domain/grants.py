"""Who may give which scopes to whom: nobody gives what is not theirs to give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared.contracts.claims import Principal
from shared.kernel.vocabulary import Scope

AGENT_ROLES: Final = frozenset({Scope.AGENT, Scope.SUPERVISOR, Scope.ADMIN})
"""What an agent's sign-in may allow."""

KEY_SCOPES: Final = frozenset(
    {
        Scope.SUPERVISOR,
        Scope.ADMIN,
        Scope.ORDERS_WRITE,
        Scope.CONTACTS_WRITE,
        Scope.CUSTOMERS_READ,
        Scope.ROUTING_WRITE,
    }
)
"""What an API key may allow. A key is no agent, and the operator is known by the signing keys."""


def may_give_roles(caller: Principal, roles: Sequence[Scope]) -> bool:
    """Tell whether a caller may make an agent with these roles; whoever administers may staff."""
    beyond = [role for role in roles if role is not Scope.AGENT]
    return AGENT_ROLES.issuperset(roles) and _has(caller, beyond)


def may_give_scopes(caller: Principal, scopes: Sequence[Scope]) -> bool:
    """Tell whether a caller may make an API key with these scopes."""
    return KEY_SCOPES.issuperset(scopes) and _has(caller, scopes)


def _has(caller: Principal, wanted: Sequence[Scope]) -> bool:
    """A person who is a shop's admin has the whole shop; a program has what its key says."""
    is_person = Scope.OPERATOR in caller.scopes or caller.agent_id is not None
    return is_person or set(caller.scopes).issuperset(wanted)
