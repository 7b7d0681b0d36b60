"""Card numbers: none of any style is left in a text, and what is none is left alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, strategies as st

from services.gateway.domain.card_numbers import LONGEST, SHORTEST, masked

ISSUERS = {
    "visa": ("4", (13, 16, 19)),
    "mastercard": ("53", (16,)),
    "mastercard, new": ("2345", (16,)),
    "american express": ("37", (15,)),
    "diners": ("36", (14, 16, 19)),
    "discover": ("6011", (16, 19)),
    "jcb": ("3540", (16, 19)),
    "unionpay": ("6251", (16, 17, 18, 19)),
    "maestro": ("6759", tuple(range(SHORTEST, LONGEST + 1))),
}
GAPS = ("", " ", "-", ".", "\u00a0", "\u2009", "\u202f", "\u2011", " - ", "\u200b", "\ufe0f\u20e3")
ZEROS = (0x30, 0x0660, 0x06F0, 0x0966, 0xFF10, 0x1D7CE)
"""The digit 0 of several scripts; the nine others follow it."""


def check_digit(digits: str) -> str:
    """Luhn's, as ISO/IEC 7812-1 says it in words: from the right, double every second one."""
    doubled = "".join(
        str(int(digit) * (2 - at % 2)) for at, digit in enumerate(reversed(digits), start=0)
    )
    return str(-sum(map(int, doubled)) % 10)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Card numbers as they are printed on cards, without gaps."""
    prefix, lengths = ISSUERS[draw(st.sampled_from(sorted(ISSUERS)))]
    length = draw(st.sampled_from(lengths))
    middle = length - len(prefix) - 1
    digits = prefix + draw(st.text("0123456789", min_size=middle, max_size=middle))
    return digits + check_digit(digits)


@st.composite
def written(draw: st.DrawFn) -> str:
    """Card numbers as people and their programs write them."""
    number = draw(numbers())
    zero = draw(st.sampled_from(ZEROS))
    gap = st.sampled_from(GAPS)
    return "".join(chr(zero + int(digit)) + draw(gap) for digit in number[:-1]) + chr(
        zero + int(number[-1])
    )


def around() -> st.SearchStrategy[str]:
    """What may stand before and behind: anything but a digit that would make it another number."""
    return st.text(st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="+\uff0b"))


def digits_of(text: str) -> str:
    return "".join(str(int(letter)) for letter in text if letter.isdecimal())


class TestMasked:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("4111111111111111", "************1111"),
            ("it is 4111 1111 1111 1111, 12/27", "it is **** **** **** 1111, 12/27"),
            ("3782-822463-10005", "****-******-*0005"),
            ("card5555555555554444ok", "card************4444ok"),
            ("12 4111 1111 1111 1111 737", "12 **** **** **** 1111 737"),
            ("4111111111111111 5555555555554444", "************1111 ************4444"),
            ("4222222222222", "*********2222"),
            ("6304 0000 0000 0000 000", "**** **** **** ***0 000"),
            ("4111/1111/1111/1111/123", "****/****/****/1111/123"),
            ("(4111)(1111)(1111)(1111)", "(****)(****)(****)(1111)"),
            ("4111,\n  1111,\n  1111,\n  1111,", "****,\n  ****,\n  ****,\n  1111,"),
            ("3782      822463      10005", "****      ******      *0005"),
        ],
    )
    def test_all_but_the_last_four_digits_are_masked(self, text: str, kept: str) -> None:
        assert masked(text) == kept

    @given(around(), written(), around())
    def test_no_number_of_any_style_is_left_wherever_it_stands(
        self, before: str, number: str, behind: str
    ) -> None:
        text = masked(before + number + behind)

        assert digits_of(text) == digits_of(number)[-4:]
        assert len(text) == len(before + number + behind)
        assert text.startswith(before)
        assert text.endswith(behind)

    @given(st.lists(st.one_of(written(), st.text(" 0123456789-", max_size=8)), max_size=5))
    @example(["4111111111111111", " ", "1111111111111117"])
    @example(["4000000000000002", " ", "411111111111"])
    def test_none_is_left_beside_other_digits_and_masking_again_changes_nothing(
        self, parts: list[str]
    ) -> None:
        text = " ".join(parts)
        once = masked(text)

        assert masked(once) == once
        assert len(once) == len(text)
        for number in parts:
            assert masked(number) == number or number not in once.split(" ")

    @given(
        st.lists(st.sampled_from(["4111", "1111", "4000", "0002", "5555555555554444", "1"])),
        st.sampled_from([", ", "/", "    ", "*"]),
    )
    def test_masking_groups_again_changes_nothing(self, groups: list[str], between: str) -> None:
        once = masked(between.join(groups))

        assert masked(once) == once

    @given(st.text())
    def test_a_text_without_thirteen_digits_is_left_alone(self, text: str) -> None:
        thinned = re.sub(r"\d", "", text)

        assert masked(thinned) is thinned

    @given(numbers(), st.integers(1, 9))
    def test_a_number_with_a_wrong_check_digit_is_left_alone(self, number: str, by: int) -> None:
        wrong = number[:-1] + str((int(number[-1]) + by) % 10)

        assert masked(wrong) == wrong


class TestLeftAlone:
    @pytest.mark.parametrize(
        "text",
        [
            "My order is 1234567890123452, of 2026-11-02.",  # Luhn holds, no issuer
            "4111 1111 1111 1112",
            "41111111111111111111",  # twenty digits
            "94111111111111111",  # its digits are part of another number
            "Ring me: +49 151 23456789",
            "+4915123456785",  # thirteen digits, Luhn holds: a phone's
            "DE89 3704 0044 0532 0130 00",
            "NL91 ABNA 0417 1643 00",
            "FR1420041010050500013M02606",
            "0049 30 1234567, 0049 30 7654321",
            "1790000000000 1790000000017",
            "Shelves 4111, 1111, 1111, 1111, 4000",  # Luhn holds of the first four, and the last
            "Shelves 4000, 4111, 1111, 1111, 1111",
            "Orders 50023, 50024, 50025",
            "",
        ],
    )
    def test_order_numbers_phones_and_bank_accounts_are_left_alone(self, text: str) -> None:
        assert masked(text) == text

    def test_a_valid_bank_account_is_left_alone_though_it_holds_a_cards_digits(self) -> None:
        iban = iban_of("DE", "411111111111111100")

        assert masked(f"{iban} 4111111111111111") == f"{iban} ************1111"
        assert masked(iban[:4] + " " + iban[4:20]) != iban[:4] + " " + iban[4:20], "cut short"

    def test_what_only_looks_like_a_bank_account_hides_no_card(self) -> None:
        assert masked("DE00 4111 1111 1111 1111 00") == "DE00 **** **** **** 1111 00"
        assert masked("XX00 4111 1111 1111 1111 00") == "XX00 **** **** **** 1111 00"


def iban_of(country: str, account: str) -> str:
    turned = "".join(str(int(letter, 36)) for letter in f"{account}{country}00")
    return f"{country}{98 - int(turned) % 97:02d}{account}"
