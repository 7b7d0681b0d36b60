"""Says what shows that two customers are one person; what only may be is no evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from shared.contracts.items import IdentityKind
from shared.kernel.vocabulary import MergeEvidence

Address: TypeAlias = tuple[IdentityKind, str]
"""A kind and a normalised value."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of one customer: addresses proven and merely given, and the orders' numbers."""

    proven: frozenset[Address]
    given: frozenset[Address]
    orders: frozenset[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why two customers are one person."""

    kind: MergeEvidence
    address: Address
    order_reference: str | None = None


def evidence_between(one: Dossier, other: Dossier, order_reference: str | None) -> Evidence | None:
    """Return what shows that both are one person, or None.

    The same address proven by both, or the same id of the shop's, is enough by itself. A number
    that one has proven and the other gave is enough together with the number of the other's order,
    which whoever wrote has told. Anything else may be (LESSONS 24).
    """
    for address in sorted(one.proven & other.proven):
        known_by_shop = address[0] is IdentityKind.SHOP_CUSTOMER
        kind = MergeEvidence.SHOP_CUSTOMER if known_by_shop else MergeEvidence.VERIFIED_ADDRESS
        return Evidence(kind, address)
    if order_reference is None:
        return None
    for writer, buyer in ((one, other), (other, one)):
        phones = {address for address in writer.proven if address[0] is IdentityKind.PHONE}
        shared = sorted(phones & buyer.given)
        if shared and order_reference in buyer.orders:
            return Evidence(MergeEvidence.ORDER_AND_PHONE, shared[0], order_reference)
    return None
