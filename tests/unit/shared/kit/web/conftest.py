"""A client of an app made from a few endpoints."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from shared.kit.web.app import create_app

ClientFor = Callable[..., httpx.AsyncClient]


def app_of(router: APIRouter, **options: Any) -> FastAPI:
    return create_app(
        **{"title": "test", "routers": [router], "statuses": {}, "checks": [], **options}
    )


@pytest.fixture
async def client_for() -> AsyncIterator[ClientFor]:
    """Return `client_for(router, **options of create_app)`."""
    made: list[httpx.AsyncClient] = []

    def client(router: APIRouter | None = None, **options: Any) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app_of(router or APIRouter(), **options))
        made.append(httpx.AsyncClient(transport=transport, base_url="http://shop.test"))
        return made[-1]

    yield client
    for one in made:
        await one.aclose()
