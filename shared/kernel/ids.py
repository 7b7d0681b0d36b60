"""Ids as they look on the wire (TypeID) and how one is laid out (UUIDv7); makes none itself.

TypeID: a lower-case prefix, an underscore and 26 characters of Crockford base32
(specification 0.3 of the jetify TypeID project). UUIDv7: RFC 9562, section 5.7.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from shared.kernel.clock import Instant

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
_TRIPLES = tuple(pair + low for pair in _PAIRS for low in _ALPHABET)
"""Three letters at a time: every frame and event carries ids."""
_LOW_60 = (1 << 60) - 1
_LOW_15 = (1 << 15) - 1
_TO_DIGITS = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
"""What `int` calls the digits of base 32."""
KEPT = 8_192
"""Ids that are kept with their text: the same few thousand conversations come again and again."""
RANDOM_BITS = 74
"""How many random bits a UUIDv7 carries: 12 in rand_a, 62 in rand_b."""


class IdKind(StrEnum):
    """The prefix of each kind of id."""

    SHOP = "shop"
    SITE = "site"
    SESSION = "sess"
    INVITATION = "invt"
    CONVERSATION = "conv"
    ITEM = "item"
    FILE = "file"
    AGENT = "agent"
    QUEUE = "queue"
    OFFER = "offer"
    ASSIGNMENT = "asgn"
    DECISION = "dcsn"
    CUSTOMER = "cust"
    IDENTITY = "idty"
    MERGE = "mrge"
    CUSTOMER_NOTE = "note"
    FOLLOW_UP = "fwup"
    ERASURE = "ersr"
    ANSWER = "answ"
    ORDER = "order"
    CONTACT = "ctct"
    IMPORT = "impt"
    CONNECTION = "cnct"
    API_KEY = "key"
    SIGN_IN = "sign"
    CHANGE = "chng"
    EVENT = "evt"
    WEBHOOK = "hook"
    NODE = "node"
    REQUEST = "req"
    ROUTING_REQUEST = "rreq"


def encode(kind: IdKind, value: UUID) -> str:
    """Return the TypeID of a UUID, such as conv_01kap5..."""
    return _encode(kind, value.int)


def encode_hex(kind: IdKind, value: str) -> str:
    """Return the TypeID of a UUID as databases write one, in hexadecimal with dashes."""
    return _encode(kind, int(value.replace("-", ""), 16))


def _encode(kind: IdKind, number: int) -> str:
    high, low, triples, low_15 = number >> 60, number & _LOW_60, _TRIPLES, _LOW_15
    return (
        f"{kind._value_}_{_PAIRS[high >> 60]}"
        f"{triples[high >> 45 & low_15]}{triples[high >> 30 & low_15]}"
        f"{triples[high >> 15 & low_15]}{triples[high & low_15]}"
        f"{triples[low >> 45]}{triples[low >> 30 & low_15]}"
        f"{triples[low >> 15 & low_15]}{triples[low & low_15]}"
    )


encode_lasting = lru_cache(maxsize=KEPT)(encode)
"""`encode` for what is written again and again: shops, agents, conversations."""


@lru_cache(maxsize=KEPT)
def decode(kind: IdKind, text: str) -> UUID:
    """Return the UUID of a TypeID of this kind.

    Raises:
        ValueError: another prefix, another length, a letter outside the alphabet, or over 128 bits.
    """
    prefix, separator, suffix = text.rpartition("_")
    if not separator or prefix != kind.value:
        raise ValueError(f"an id of this kind starts with {kind.value}_")
    return decode_bare(suffix)


def encode_bare(value: UUID) -> str:
    """Return the 26 characters without a prefix, for keys that carry an id in themselves."""
    return encode(IdKind.SHOP, value).rpartition("_")[2]


def decode_bare(suffix: str) -> UUID:
    """Return the UUID of 26 characters of Crockford base32.

    Raises:
        ValueError: another length, a letter outside the alphabet, or over 128 bits.
    """
    if len(suffix) != _LENGTH or suffix[0] > "7":
        raise ValueError("an id ends in 26 characters of base32, the first at most 7")
    if suffix.strip(_ALPHABET):  # something is left: `int` would take its signs and blanks
        raise ValueError("an id ends in 26 characters of base32")
    return UUID(int=int(suffix.translate(_TO_DIGITS), 32))


def uuid7(now: Instant, random_bits: int) -> UUID:
    """Lay out a UUIDv7 from an instant and RANDOM_BITS bits of randomness.

    Ids of a later millisecond sort after those of an earlier one.
    """
    return UUID(int=uuid7_number(now, random_bits))


def uuid7_number(now: Instant, random_bits: int) -> int:
    """Return the 128 bits of a UUIDv7; of `random_bits` the lowest RANDOM_BITS are taken."""
    rand_a = random_bits >> 62 & 0xFFF
    rand_b = random_bits & (1 << 62) - 1
    return (now & (1 << 48) - 1) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
