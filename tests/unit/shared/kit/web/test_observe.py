"""What is told of a request: one line, one count, by route and never by path."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import structlog
from fastapi import APIRouter
from prometheus_client import REGISTRY
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope

from shared.kit.web.app import create_app
from shared.kit.web.observe import CLIENT_CLOSED, UNMATCHED
from shared.kit.web.sse import encode_event
from tests.unit.shared.kit.conftest import LogReader
from tests.unit.shared.kit.web.conftest import ClientFor, app_of

pytestmark = pytest.mark.usefixtures("logged")


def router() -> APIRouter:
    routes, inner = APIRouter(prefix="/v1/observed"), APIRouter()

    @routes.get("/{name}")
    async def named(name: str) -> str:
        structlog.get_logger().info("inside")
        return name

    @inner.get("/items/{number}")
    async def item(number: int) -> int:
        return number

    routes.include_router(inner, prefix="/deep")
    return routes


def count(method: str, route: str, status: int) -> float:
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("firstreply_http_requests_total", labels) or 0.0


def http_scope(path: str, method: str = "GET") -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


class TestRequestId:
    async def test_a_request_without_an_id_gets_one_of_ours(self, client_for: ClientFor) -> None:
        answer = await client_for().get("/health")
        assert answer.headers["x-request-id"].startswith("req_")

    async def test_a_callers_sane_id_is_kept(self, client_for: ClientFor) -> None:
        answer = await client_for().get("/health", headers={"X-Request-Id": "trace-1:2.3_4"})
        assert answer.headers.get_list("x-request-id") == ["trace-1:2.3_4"]

    @pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "<script>", "é"])
    async def test_a_callers_odd_id_is_replaced(self, client_for: ClientFor, sent: str) -> None:
        answer = await client_for().get("/health", headers={b"X-Request-Id": sent.encode()})
        assert answer.headers["x-request-id"].startswith("req_")


class TestLog:
    async def test_a_request_leaves_one_line_by_its_route(
        self, client_for: ClientFor, logged: LogReader
    ) -> None:
        headers = {"Authorization": "Bearer s3cr3t", "X-Request-Id": "r1"}
        await client_for(router()).get("/v1/observed/anna?token=s3cr3t", headers=headers)
        inside, line = logged()
        assert inside["request_id"] == line["request_id"] == "r1"
        assert line["event"] == "request"
        assert (line["method"], line["route"], line["status"]) == (
            "GET",
            "/v1/observed/{name}",
            200,
        )
        assert line["duration_ms"] >= 0
        assert "s3cr3t" not in str(logged())
        assert "anna" not in str(logged())

    async def test_the_context_of_one_request_does_not_show_in_the_next(
        self, client_for: ClientFor, logged: LogReader
    ) -> None:
        routes = APIRouter()

        @routes.get("/bind")
        async def bind() -> None:
            structlog.contextvars.bind_contextvars(shop_id="shop_1")

        client = client_for(routes)
        await client.get("/bind")
        await client.get("/none")
        assert [line.get("shop_id") for line in logged()] == ["shop_1", None]

    async def test_machines_that_ask_all_the_time_are_logged_at_debug(
        self, client_for: ClientFor, logged: LogReader
    ) -> None:
        await client_for().get("/health")
        assert [line["level"] for line in logged()] == ["debug"]


class TestMetrics:
    async def test_requests_are_counted_by_the_whole_template(self, client_for: ClientFor) -> None:
        before = count("GET", "/v1/observed/deep/items/{number}", 200)
        await client_for(router()).get("/v1/observed/deep/items/7")
        assert count("GET", "/v1/observed/deep/items/{number}", 200) == before + 1

    async def test_paths_and_methods_that_anybody_makes_up_share_one_label(
        self, client_for: ClientFor
    ) -> None:
        before = count("other", UNMATCHED, 404)
        client = client_for(router())
        for number in range(3):
            await client.request(f"BREW{number}", f"/made-up/{number}")
        assert count("other", UNMATCHED, 404) == before + 3

    async def test_they_are_served(self, client_for: ClientFor) -> None:
        client = client_for()
        await client.get("/health")
        answer = await client.get("/metrics")
        assert answer.status_code == 200
        assert 'firstreply_http_requests_total{method="GET",route="/health"' in answer.text


class TestStream:
    async def test_an_event_stream_passes_unbuffered_and_is_logged_at_its_end(
        self, logged: LogReader
    ) -> None:
        more = asyncio.Event()
        routes = APIRouter()

        async def events() -> AsyncIterator[bytes]:
            yield encode_event("first", b"{}")
            await more.wait()
            yield encode_event("second", b"{}")

        @routes.get("/stream")
        async def stream() -> StreamingResponse:
            return StreamingResponse(events(), media_type="text/event-stream")

        sent: asyncio.Queue[Message] = asyncio.Queue()
        app = app_of(routes)
        async with asyncio.TaskGroup() as group:
            group.create_task(app(http_scope("/stream"), _silent_after_request(), sent.put))
            assert (await sent.get())["status"] == 200
            assert (await sent.get())["body"] == b"event: first\ndata: {}\n\n"
            assert sent.empty()
            assert logged() == []
            more.set()
        assert [line["route"] for line in logged()] == ["/stream"]

    async def test_a_stream_that_breaks_half_way_is_cut_and_logged(
        self, client_for: ClientFor, logged: LogReader
    ) -> None:
        routes = APIRouter()

        async def events() -> AsyncIterator[bytes]:
            yield b": hello\n\n"
            raise RuntimeError("broken")

        @routes.get("/stream")
        async def stream() -> StreamingResponse:
            return StreamingResponse(events(), media_type="text/event-stream")

        with pytest.raises(RuntimeError, match="broken"):
            await client_for(routes).get("/stream")
        assert [line["event"] for line in logged()] == ["request.failed", "request"]

    async def test_a_client_that_leaves_before_the_answer_is_counted_as_such(
        self, logged: LogReader
    ) -> None:
        routes = APIRouter()

        @routes.get("/slow")
        async def slow() -> None:
            await asyncio.Event().wait()

        async with asyncio.TaskGroup() as group:
            task = group.create_task(
                app_of(routes)(http_scope("/slow"), _silent_after_request(), _ignore)
            )
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
        assert logged()[0]["status"] == CLIENT_CLOSED


async def test_what_is_not_http_is_left_alone() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    app = create_app(title="t", routers=[], statuses={}, checks=[])
    scope = {**http_scope("/v1/chat"), "type": "websocket"}
    await app(scope, _silent_after_request(), send)
    assert sent[0]["type"] == "websocket.close"


def _silent_after_request() -> Receive:
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


async def _ignore(_message: Message) -> None:
    pass
