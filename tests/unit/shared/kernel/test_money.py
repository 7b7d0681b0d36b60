"""Money as whole minor units: every currency's own decimals, and nothing guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from shared.kernel.money import DECIMALS, MONEY_MAX, minor_of


class TestMinorOf:
    @pytest.mark.parametrize(
        ("text", "currency", "minor"),
        [
            ("179.49", "EUR", 17_949),
            ("12.5", "BRL", 1_250),
            ("12.5000", "BRL", 1_250),
            ("1200", "JPY", 1_200),
            ("1200.00", "JPY", 1_200),
            ("1.234", "KWD", 1_234),
            ("0.0001", "CLF", 1),
            ("-0.00", "EUR", 0),
        ],
    )
    def test_amount_is_read_exactly(self, text: str, currency: str, minor: int) -> None:
        assert minor_of(text, currency) == minor

    @pytest.mark.parametrize(
        ("text", "currency", "reason"),
        [
            ("1", "XQQ", "a currency that is not known"),
            ("-1.00", "EUR", "is negative"),
            ("0.001", "EUR", "more than the 2 decimals of EUR"),
            ("12.5", "JPY", "more than the 0 decimals of JPY"),
            ("99999999999999", "EUR", "absurdly large"),
            ("1,50", "EUR", "no plain number"),
            ("1e3", "EUR", "no plain number"),
            ("NaN", "EUR", "no plain number"),
            ("٣", "EUR", "no plain number"),
            ("", "EUR", "no plain number"),
        ],
    )
    def test_amount_that_is_none_says_why(self, text: str, currency: str, reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            minor_of(text, currency)

    @given(st.integers(0, MONEY_MAX), st.sampled_from(sorted(DECIMALS)))
    def test_every_amount_comes_back(self, minor: int, currency: str) -> None:
        decimals = DECIMALS[currency]
        assert minor_of(f"{Decimal(minor).scaleb(-decimals):.{decimals}f}", currency) == minor
