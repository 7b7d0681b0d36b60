"""Which pages may open a chat for a site."""

from __future__ import annotations

from collections.abc import Sequence

ANY = "*"
"""Allows every page: for demonstrations only."""


def origin_allowed(origin: str | None, allowed: Sequence[str]) -> bool:
    """Return whether a page of this origin may chat.

    A program that is no browser sends no Origin header and could send any: it is let in, because
    the list protects customers from other people's pages, not the shop from programs.
    """
    return origin is None or ANY in allowed or origin.lower() in allowed
