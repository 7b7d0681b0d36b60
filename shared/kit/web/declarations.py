"""Refuses, at the start, endpoints whose declarations FastAPI would quietly misread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ForwardRef

from fastapi import APIRouter
from fastapi.routing import APIRoute

from shared.kit.web.bodies import is_read_as_json


class BadEndpointError(Exception):
    """An endpoint is declared wrongly; the text says which and what to do."""


def check_declarations(router: APIRouter) -> None:
    """Look at every endpoint of the router.

    Raises:
        BadEndpointError: an annotation could not be resolved, or a body is not JsonBody[...].
    """
    for route in _api_routes(router):
        for field in route.dependant.query_params:
            if isinstance(field.field_info.annotation, ForwardRef):
                raise BadEndpointError(_UNRESOLVED.format(route=route.path, name=field.name))
        for field in route.dependant.body_params:
            if not is_read_as_json(field.field_info.metadata):
                raise BadEndpointError(_NOT_JSON_BODY.format(route=route.path, name=field.name))


_UNRESOLVED = (
    "{route}: the annotation of {name} cannot be resolved, so it became a query parameter. "
    "Remove `from __future__ import annotations` from the module: the endpoint's annotations "
    "name things of the function around it."
)
_NOT_JSON_BODY = (
    "{route}: declare {name} as JsonBody[...]: else JSON's lists and words are refused."
)


def _api_routes(router: APIRouter) -> Iterator[APIRoute]:
    for route in router.routes:
        inner: Any = getattr(route, "original_router", None)
        if isinstance(inner, APIRouter):
            yield from _api_routes(inner)
        elif isinstance(route, APIRoute):
            yield route
