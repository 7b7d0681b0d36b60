"""How addresses are normalised, so that equal ones compare equal with = and nothing else."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from shared.contracts.items import IdentityKind

EMAIL_MAX = 254
"""RFC 5321 leaves no room for a longer one."""
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")

_PHONE = re.compile(r"[+0-9\s().\-/]+", re.ASCII)
"""How numbers are written down; letters are words, even where some telephones read them."""
PHONE_MAX = 40
"""Code points of a number as somebody wrote it."""


def normalise(kind: IdentityKind, value: str) -> str | None:
    """Return the one form an identity of this kind is stored and looked up in, or None."""
    if kind is IdentityKind.EMAIL:
        return normalise_email(value)
    if kind is IdentityKind.PHONE:
        return normalise_phone(value)
    return value.strip() or None


def normalise_email(text: str) -> str | None:
    """Return an e-mail address in lower case and composed Unicode, or None when it is none."""
    address = unicodedata.normalize("NFC", text.strip()).lower()
    if len(address) > EMAIL_MAX or not _EMAIL.fullmatch(address):
        return None
    return address


def normalise_phone(text: str, country: str | None = None) -> str | None:
    """Return a phone number as E.164, or None.

    `country` is the two letters of where a number without its country's code was written down;
    without them such a number is nobody's in particular, so it is None too.
    """
    written = text.strip()
    if len(written) > PHONE_MAX or not _PHONE.fullmatch(written):
        return None
    if written.startswith("00"):
        written = "+" + written.removeprefix("00")
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    found: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return found
