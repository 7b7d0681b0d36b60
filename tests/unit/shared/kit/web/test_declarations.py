"""Endpoints FastAPI would misread are refused when the app is made, not when a customer calls."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends

from shared.contracts.routing import NewStatus
from shared.kit.web.app import create_app
from shared.kit.web.bodies import JsonBody
from shared.kit.web.declarations import BadEndpointError


def make(router: APIRouter) -> None:
    create_app(title="t", routers=[router], statuses={}, checks=[])


def test_a_body_that_is_not_read_as_json_is_refused() -> None:
    inner, outer = APIRouter(), APIRouter()

    @inner.put("/status")
    async def put_status(body: NewStatus) -> None: ...

    outer.include_router(inner, prefix="/v1")
    with pytest.raises(BadEndpointError, match=r"/status: declare body as JsonBody"):
        make(outer)


def test_an_annotation_that_names_a_local_is_refused() -> None:
    router = APIRouter()

    def local() -> int:
        return 3

    @router.get("/things")
    async def things(number: Annotated[int, Depends(local)]) -> None: ...

    with pytest.raises(BadEndpointError, match="/things: the annotation of number"):
        make(router)


def test_a_good_endpoint_is_taken() -> None:
    router = APIRouter()

    @router.put("/status/{name}")
    async def put_status(name: str, body: JsonBody[NewStatus], dry: bool = False) -> None: ...

    make(router)
