"""Judges an address that somebody leaves, so that they can be answered later; proves nothing."""

from __future__ import annotations

import re

import phonenumbers

ADDRESS_MAX = 254
"""RFC 5321, section 4.5.3.1: the longest path is 256 with its brackets."""
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
"""What browsers take for one (HTML, section 4.10.5.1.5), with a dot after the @."""


def read_address(text: str) -> str | None:
    """Return an e-mail address with its domain in lower case, or a phone number as E.164.

    A number needs its country's code. None: it is neither, and nobody could be reached there.
    """
    text = text.strip()
    if len(text) > ADDRESS_MAX:
        return None
    if "@" in text:
        name, _, domain = text.rpartition("@")
        return f"{name}@{domain.lower()}" if _EMAIL.fullmatch(text) else None
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written
