"""Makes the web application that a service's routers are served in; knows no endpoint of theirs."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.contracts.urls import OPEN_TO_PAGES
from shared.kit.web.declarations import check_declarations
from shared.kit.web.edge import is_loopback
from shared.kit.web.hosts import Hosts, KnownHost
from shared.kit.web.hot_path import HotFailures, HotGet, HotPaths, hot_paths
from shared.kit.web.last_resort import LastResort
from shared.kit.web.observe import Observe
from shared.kit.web.open_to_pages import OpenToPages
from shared.kit.web.pages import Pages
from shared.kit.web.problems import MEDIA_TYPE, Problem, Problems, Statuses
from shared.kit.web.protect import PAGE_POLICY, Limits, Protect
from shared.kit.web.readiness import Readiness, ReadinessCheck, assess

READY, NOT_READY = 200, 503


def create_app(
    *,
    title: str,
    routers: Sequence[APIRouter],
    statuses: Statuses,
    checks: Sequence[ReadinessCheck],
    static: Path | None = None,
    limits: Limits | None = None,
    page_policy: str = PAGE_POLICY,
    hosts: Sequence[str] = (),
    metrics_token: str | None = None,
) -> FastAPI:
    """Return an app that answers the routers, /health, /ready, /metrics and the static pages.

    Args:
        title: the name in the OpenAPI document.
        routers: endpoints; they raise RefusedError and declare bodies as JsonBody[...].
        statuses: codes beyond DEFAULT_STATUSES.
        checks: what /ready asks.
        static: a folder of built pages, answered where no route is.
        limits: on request bodies.
        page_policy: the Content-Security-Policy of HTML answers.
        hosts: the names requests may be for; none: any.
        metrics_token: lets others than this machine read /metrics.

    Raises:
        BadEndpointError: FastAPI would misread an endpoint's declaration.
    """
    problems, known = Problems(statuses), Hosts(hosts)
    app = _App(
        title=title,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # a redirect would be built from the caller's Host header
        responses={"default": _PROBLEM_RESPONSE},
        middleware=[
            Middleware(Observe),
            Middleware(
                Protect, problems=problems, limits=limits or Limits(), page_policy=page_policy
            ),
            Middleware(KnownHost, hosts=known, problems=problems),
            Middleware(OpenToPages, prefixes=OPEN_TO_PAGES),
            Middleware(LastResort, problems=problems),
            Middleware(HotFailures, problems=problems),
        ],
    )
    app.answer_ahead(hot_paths(routers), known)
    problems.install(app)
    app.include_router(_operations(checks, metrics_token))
    for router in routers:
        check_declarations(router)
        app.include_router(router)
    if static is not None:
        app.mount("/", Pages(static), name="pages")
    return app


_REF = "#/components/schemas/{model}"
_PROBLEM_RESPONSE: dict[str, Any] = {
    "description": "A problem (RFC 9457) with a stable code",
    "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}},
}


class _App(FastAPI):
    """Answers hot paths ahead of itself.

    Its OpenAPI document has the problem's shape too, which no endpoint returns.
    """

    def answer_ahead(self, hot: Sequence[HotGet], hosts: Hosts) -> None:
        """Answer these before any layer sees the request."""
        self._ahead = HotPaths(super().__call__, hot, hosts) if hot else super().__call__

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._ahead(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            problem = Problem.model_json_schema(ref_template=_REF)
            schemas.update(problem.pop("$defs"))
            schemas["Problem"] = problem
        return document


def _operations(checks: Sequence[ReadinessCheck], metrics_token: str | None) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route("/health", methods=["GET", "HEAD"])
    async def health() -> Response:
        return Response('{"alive":true}', media_type="application/json")

    @router.api_route("/ready", methods=["GET", "HEAD"])
    async def ready() -> Response:
        state: Readiness = await assess(checks)
        return Response(
            state.model_dump_json(),
            status_code=READY if state.ready else NOT_READY,
            media_type="application/json",
        )

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not _may_read_metrics(request, metrics_token):
            raise HTTPException(404)
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return router


def _may_read_metrics(request: Request, token: str | None) -> bool:
    """Say so for this machine's own programs, and for whoever holds the token, if there is one."""
    if request.client is not None and is_loopback(request.client.host):
        return True
    said = request.headers.get("authorization", "")
    return token is not None and hmac.compare_digest(said.encode(), f"Bearer {token}".encode())
