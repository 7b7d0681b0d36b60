"""Addresses that mean the same must be the same."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from services.history.domain.identities import normalise, normalise_email, normalise_phone
from shared.contracts.items import IdentityKind


class TestEmail:
    @pytest.mark.parametrize(
        ("text", "address"),
        [
            (" Anna@Example.ORG ", "anna@example.org"),
            ("ZOË@voorbeeld.nl", "zoë@voorbeeld.nl"),
            ("zoe\u0308@voorbeeld.nl", "zoë@voorbeeld.nl"),
            ("a+b@x.io", "a+b@x.io"),
        ],
    )
    def test_address_has_one_form(self, text: str, address: str) -> None:
        assert normalise_email(text) == address

    @pytest.mark.parametrize(
        "text", ["", "anna", "@x.org", "anna@", "a@b@c", "a b@x.org", "a@x\n.org", "a" * 255 + "@x"]
    )
    def test_what_is_no_address_is_none(self, text: str) -> None:
        assert normalise_email(text) is None

    @given(st.emails())
    def test_normalising_twice_changes_nothing(self, text: str) -> None:
        once = normalise_email(text)
        assert once is not None
        assert normalise_email(once) == once


class TestPhone:
    @pytest.mark.parametrize(
        "text", ["+31 6 1234 5678", "0031-6-12345678", "+31(6)12345678", "+31.6/12345678"]
    )
    def test_number_has_one_form(self, text: str) -> None:
        assert normalise_phone(text) == "+31612345678"

    @pytest.mark.parametrize(
        "text", ["", "0612345678", "+0612345678", "+31 6", "+" + "1" * 16, "+31x"]
    )
    def test_number_without_its_country_is_nobodys(self, text: str) -> None:
        assert normalise_phone(text) is None


class TestKinds:
    def test_each_kind_has_its_own_rule(self) -> None:
        assert normalise(IdentityKind.EMAIL, "A@x.org") == "a@x.org"
        assert normalise(IdentityKind.PHONE, "+1 202 555 0100") == "+12025550100"
        assert normalise(IdentityKind.SHOP_CUSTOMER, " Cust-7 ") == "Cust-7"
        assert normalise(IdentityKind.SHOP_CUSTOMER, "  ") is None
