"""How a site looks, for its widget: public, and readable from the shop's own pages."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, Response

from shared.contracts.sites import Appearance

KEPT_S: Final = 300
"""Browsers and proxies keep it for five minutes: so late may a shop's change be seen."""


def appearance_routes(show: Callable[[str], Awaitable[Appearance]]) -> APIRouter:
    """Return the endpoint that needs no sign-in; `show` takes a site key."""
    router = APIRouter(prefix="/v1/sites", tags=["widget"])

    @router.get("/{site_key}/appearance")
    async def read_appearance(site_key: str, response: Response) -> Appearance:
        """Return the colours of the site with this key, to any page; no sign-in is looked at."""
        appearance = await show(site_key)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
        return appearance

    return router
