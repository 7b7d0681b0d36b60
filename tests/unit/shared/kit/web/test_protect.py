"""How much a request may send, and what every answer tells browsers (LESSONS 29, 32)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from shared.contracts.frames import FRAME_MAX_BYTES
from shared.kit.web.bodies import JsonBody
from shared.kit.web.protect import API_POLICY, PAGE_POLICY, Limits
from tests.unit.shared.kit.web.conftest import ClientFor

pytestmark = pytest.mark.usefixtures("logged")

SMALL = Limits(body_max_bytes=100)
"""Only what is too large is refused: whoever is slow here is a busy machine."""
SOON = Limits(body_max_bytes=100, body_deadline_s=0.3)
"""So long may a busy machine take for one byte that is there."""


def router() -> APIRouter:
    routes = APIRouter()

    @routes.post("/count")
    async def count(request: Request) -> int:
        return len(await request.body())

    @routes.post("/v1/chat/count")
    async def count_frame(request: Request) -> int:
        return len(await request.body())

    @routes.post("/json")
    async def parsed(body: JsonBody[dict[str, str]]) -> int:
        return len(body)

    @routes.post("/watch")
    async def watch(request: Request) -> str:
        await request.body()
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * SOON.body_deadline_s):
                await request.receive()
        return "stayed"

    @routes.get("/page")
    async def page() -> Response:
        return HTMLResponse("<p>")

    @routes.get("/own")
    async def own() -> Response:
        headers = {"Content-Security-Policy": "sandbox", "Cache-Control": "max-age=5"}
        return PlainTextResponse("x", headers=headers)

    return routes


async def chunks(count: int, *, pause_s: float = 0.0) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 10
        await asyncio.sleep(pause_s)


class TestBody:
    async def test_a_body_of_the_greatest_size_is_taken(self, client_for: ClientFor) -> None:
        client = client_for(router(), limits=SMALL)
        assert (await client.post("/count", content=b"x" * 100)).json() == 100
        assert (await client.post("/count", content=chunks(10))).json() == 100

    async def test_a_body_declared_too_large_is_refused_unread(self, client_for: ClientFor) -> None:
        reads = 0

        async def body() -> AsyncIterator[bytes]:
            nonlocal reads
            reads += 1
            yield b"x" * 101

        answer = await client_for(router(), limits=SMALL).post(
            "/count", content=body(), headers={"Content-Length": "101"}
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert answer.headers["connection"] == "close"
        assert "x-request-id" in answer.headers
        assert reads == 0

    async def test_whoever_nobody_knows_yet_may_send_no_more_than_a_frame(
        self, client_for: ClientFor
    ) -> None:
        client = client_for(router())
        for size, status in ((FRAME_MAX_BYTES, 200), (FRAME_MAX_BYTES + 1, 413)):
            answer = await client.post("/v1/chat/count", content=b"x" * size)
            assert answer.status_code == status

    @pytest.mark.parametrize("path", ["/count", "/json"])
    async def test_a_chunked_body_is_refused_once_it_is_too_large(
        self, client_for: ClientFor, path: str
    ) -> None:
        headers = {"Content-Type": "application/json"}
        answer = await client_for(router(), limits=SMALL).post(
            path, content=chunks(11), headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert answer.headers["connection"] == "close"

    async def test_a_lying_length_does_not_help(self, client_for: ClientFor) -> None:
        answer = await client_for(router(), limits=SMALL).post(
            "/count", content=chunks(11), headers={"Content-Length": "1"}
        )
        assert answer.status_code == 413

    async def test_a_body_that_trickles_is_refused(self, client_for: ClientFor) -> None:
        answer = await client_for(router(), limits=SOON).post(
            "/count", content=chunks(9, pause_s=0.1)
        )
        assert (answer.status_code, answer.json()["code"]) == (408, "invalid_request")
        assert answer.headers["connection"] == "close"

    async def test_a_client_that_stays_long_after_its_body_is_served_all_the_while(
        self, client_for: ClientFor
    ) -> None:
        answer = await client_for(router(), limits=SOON).post("/watch", content=b"x")
        assert (answer.status_code, answer.json()) == (200, "stayed")


class TestHeaders:
    @pytest.mark.parametrize("path", ["/page", "/own", "/health", "/nothing"])
    async def test_every_answer_is_protected(self, client_for: ClientFor, path: str) -> None:
        headers = (await client_for(router()).get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"

    async def test_data_may_load_nothing_and_be_kept_nowhere(self, client_for: ClientFor) -> None:
        headers = (await client_for(router()).get("/health")).headers
        assert headers["content-security-policy"] == API_POLICY
        assert headers["cache-control"] == "no-store"

    async def test_a_page_loads_scripts_from_here_only(self, client_for: ClientFor) -> None:
        headers = (await client_for(router()).get("/page")).headers
        assert headers["content-security-policy"] == PAGE_POLICY
        assert "default-src 'self'" in PAGE_POLICY
        assert "script-src" not in PAGE_POLICY
        assert "frame-ancestors 'none'" in PAGE_POLICY

    async def test_what_an_endpoint_says_itself_stands(self, client_for: ClientFor) -> None:
        headers = (await client_for(router()).get("/own")).headers
        assert headers.get_list("content-security-policy") == ["sandbox"]
        assert headers.get_list("cache-control") == ["max-age=5"]

    async def test_a_request_is_never_redirected_by_its_host_header(
        self, client_for: ClientFor
    ) -> None:
        answer = await client_for(router()).get("/page/", headers={"Host": "evil.example"})
        assert answer.status_code == 404
