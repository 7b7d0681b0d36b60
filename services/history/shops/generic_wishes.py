"""What somebody says of a file of orders: by a command's options, or by a URL's query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from services.history.shops.generic_dates import DateOrder
from services.history.shops.generic_numbers import DecimalMark
from services.history.shops.generic_rows import Wishes
from shared.kernel.vocabulary import OrderStatus


class Encoding(StrEnum):
    """How the letters of a file may be written: ASCII and one byte for each other, or UTF-8."""

    UTF_8 = "utf-8"
    LATIN_1 = "latin-1"
    WINDOWS_1252 = "windows-1252"
    WINDOWS_1250 = "windows-1250"
    WINDOWS_1251 = "windows-1251"
    ISO_8859_2 = "iso-8859-2"
    ISO_8859_15 = "iso-8859-15"


@dataclass(frozen=True, slots=True)
class FileWishes:
    """What somebody said of a file: how it is to be read, its zone and its letters."""

    rows: Wishes
    zone: str | None = None
    encoding: Encoding | None = None


WordT = TypeVar("WordT", bound=StrEnum)


def file_wishes(
    platform: str, pairs: Mapping[str, Sequence[str]], choices: Mapping[str, str | None]
) -> FileWishes:
    """Return what the options of a command, or the parameters of a request, say.

    Args:
        platform: of orders that name none.
        pairs: by option, NAME=VALUE as often as it was given: column, set and word.
        choices: by option, one word or none: dates, decimal, zone and encoding.

    Raises:
        ValueError: one of them is not what the option takes; a sentence without its end.
    """
    split = {option: dict(_pair(one) for one in given) for option, given in pairs.items()}
    words = {word.lower(): status for word, status in split["word"].items()}
    strange = sorted(set(words.values()) - set(OrderStatus))
    if strange:
        raise ValueError(f"{strange[0]} is no status: there are {', '.join(OrderStatus)}")
    rows = Wishes(
        platform=platform,
        columns=split["column"],
        fixed=split["set"],
        words=words,
        dates=_choice("dates", DateOrder, choices),
        decimal=_choice("decimal", DecimalMark, choices),
    )
    return FileWishes(rows, choices["zone"], _choice("encoding", Encoding, choices))


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (sign and name.strip() and value.strip()):
        raise ValueError(f"{text} is not written NAME=VALUE")
    return name.strip(), value.strip()


def _choice(option: str, kind: type[WordT], choices: Mapping[str, str | None]) -> WordT | None:
    word = choices[option]
    if word is None:
        return None
    try:
        return kind(word)
    except ValueError:
        raise ValueError(f"--{option} is one of {', '.join(kind)}") from None
