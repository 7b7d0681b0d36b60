"""What shows that two customers are one person, and what only lets one think so."""

from __future__ import annotations

from services.history.domain.merging import Address, Dossier, Evidence, evidence_between
from shared.contracts.items import IdentityKind
from shared.kernel.vocabulary import MergeEvidence

MAIL = (IdentityKind.EMAIL, "anna@example.org")
PHONE = (IdentityKind.PHONE, "+31612345678")
SHOP_ID = (IdentityKind.SHOP_CUSTOMER, "anna")


def dossier(*proven: Address, given: tuple[Address, ...] = (), orders: str = "") -> Dossier:
    return Dossier(frozenset(proven), frozenset((*proven, *given)), frozenset(orders.split()))


class TestEvidence:
    def test_address_proven_by_both_is_enough(self) -> None:
        found = evidence_between(dossier(MAIL), dossier(MAIL, PHONE), None)
        assert found == Evidence(MergeEvidence.VERIFIED_ADDRESS, MAIL)

    def test_shops_own_id_of_both_is_enough(self) -> None:
        found = evidence_between(dossier(SHOP_ID), dossier(SHOP_ID), None)
        assert found == Evidence(MergeEvidence.SHOP_CUSTOMER, SHOP_ID)

    def test_phone_and_number_of_the_order_are_enough_together_either_way_round(self) -> None:
        writer, buyer = dossier(PHONE), dossier(SHOP_ID, given=(PHONE,), orders="A-1 A-2")
        wanted = Evidence(MergeEvidence.ORDER_AND_PHONE, PHONE, "A-2")
        assert evidence_between(writer, buyer, "A-2") == wanted
        assert evidence_between(buyer, writer, "A-2") == wanted

    def test_typed_address_or_order_number_alone_proves_nothing(self) -> None:
        """LESSONS 24 (ChatterMate GHSA-rfh4-6ghv-m2rr)."""
        buyer = dossier(SHOP_ID, given=(PHONE, MAIL), orders="A-1")
        for writer, reference in (
            (dossier(MAIL), "A-1"),
            (dossier(given=(PHONE, MAIL)), "A-1"),
            (dossier(PHONE), None),
            (dossier(PHONE), "A-9"),
            (dossier(given=(MAIL,)), None),
        ):
            assert evidence_between(writer, buyer, reference) is None
