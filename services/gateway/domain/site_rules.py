"""What a site may say of itself: origins, colours, languages; each fault is one sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from services.gateway.domain.origins import ANY

CONTRAST_MIN: Final = 4.5
"""WCAG 2.2, 1.4.3 (AA): text of normal size against what is behind it."""

_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(
    rf"(?:https://{_HOST}|http://(?:localhost|127\.0\.0\.1))(?::(?P<port>[1-9]\d{{0,4}}))?",
    re.ASCII,
)
_PORT_MAX = 65_535
_LANGUAGE = re.compile(
    r"""(?P<language>[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})
    (?:-(?P<script>[a-z]{4}))?
    (?:-(?P<region>[a-z]{2}|\d{3}))?
    (?P<rest>(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*
        (?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*
        (?:-x(?:-[a-z0-9]{1,8})+)?)""",
    re.ASCII | re.VERBOSE,
)
"""RFC 5646, 2.1, without the registered tags of before 1995."""


def normal_origin(text: str) -> str | None:
    """Return an origin as browsers send it, or None when it is none that may be named.

    http is for pages on the same machine: on a network somebody could change the page.
    """
    origin = text.lower()
    match = _ORIGIN.fullmatch(origin)
    if match is None or int(match["port"] or 1) > _PORT_MAX:
        return None
    # Browsers leave the usual port out.
    return origin.removesuffix(":443" if origin.startswith("https:") else ":80")


def normal_origins(texts: Sequence[str]) -> tuple[str, ...] | None:
    """Return a site's origins without repeats; None when one is wrong, or `*` is not alone."""
    if tuple(texts) == (ANY,):
        return (ANY,)
    origins = [normal_origin(text) for text in texts]
    return None if None in origins else tuple(dict.fromkeys(one for one in origins if one))


def normal_language(text: str) -> str | None:
    """Return a language tag in its usual spelling, such as pt-BR; None when it is none."""
    match = _LANGUAGE.fullmatch(text.lower())
    if match is None:
        return None
    script, region = match["script"], match["region"]
    parts = [match["language"], script and script.title(), region and region.upper()]
    return "-".join(part for part in parts if part) + match["rest"]


def normal_languages(texts: Sequence[str]) -> tuple[str, ...] | None:
    """Return a site's languages without repeats; None when one is no tag."""
    tags = [normal_language(text) for text in texts]
    return None if None in tags else tuple(dict.fromkeys(one for one in tags if one))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours #rrggbb: 1 for the same, 21 for black on white."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Return WCAG's relative luminance, 0 to 1."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  sRGB's
