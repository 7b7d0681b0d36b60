"""Money: the currencies there are, and how many decimals the minor unit of each has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

MONEY_MAX = 10**13
"""Largest amount of one order: a hundred billion with two decimals; sums of it fit a bigint."""

_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR
SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU
UZS VED VES WST XCD YER ZAR ZMW ZWG
"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"

DECIMALS: Mapping[str, int] = MappingProxyType(
    {
        code: decimals
        for decimals, codes in ((0, _NONE), (2, _TWO), (3, _THREE), (4, _FOUR))
        for code in codes.split()
    }
)
"""ISO 4217: how many decimals an amount of each currency has."""

_AMOUNT = re.compile(r"-?\d{1,14}(\.\d{1,10})?", re.ASCII)


def minor_of(text: str, currency: str) -> int:
    """Return an amount such as 179.49 in the minor unit of its currency, exactly.

    Raises:
        ValueError: the currency is unknown, or the text is no plain decimal number, is negative,
            has parts of a minor unit, or is above MONEY_MAX. The sentence goes on after "it".
    """
    decimals = DECIMALS.get(currency)
    if decimals is None:
        raise ValueError("is in a currency that is not known")
    if not _AMOUNT.fullmatch(text):
        raise ValueError("is no plain number such as 12.50")
    scaled = Decimal(text).scaleb(decimals)
    if scaled < 0:
        raise ValueError("is negative")
    if scaled != int(scaled):
        raise ValueError(f"has more than the {decimals} decimals of {currency}")
    if scaled > MONEY_MAX:
        raise ValueError("is absurdly large")
    return int(scaled)
