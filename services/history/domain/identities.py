"""How addresses are normalised, so that equal ones compare equal with = and nothing else."""

from __future__ import annotations

import re
import unicodedata

from shared.contracts.items import IdentityKind

EMAIL_MAX = 254
"""RFC 5321 leaves no room for a longer one."""
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")

PHONE_DIGITS = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
"""E.164: a plus, no leading zero, 15 digits at most; no country has numbers under 7."""
_PHONE_MARKS = re.compile(r"[\s().\-/]")


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


def normalise_phone(text: str) -> str | None:
    """Return a phone number as E.164, or None.

    A number without its country's code is nobody's in particular, so it is None too.
    """
    digits = _PHONE_MARKS.sub("", text)
    if digits.startswith("00"):
        digits = "+" + digits.removeprefix("00")
    return digits if PHONE_DIGITS.fullmatch(digits) else None
