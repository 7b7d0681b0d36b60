"""The front refuses slow, half-sent and oversized requests; others go on (LESSONS 32)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from services.cluster.caddyfile import FrontLimits, caddyfile
from services.cluster.ports import free_ports
from tests.support.front import Front, RecordingNode, front_before, running_caddy, until_up
from tests.support.patience import WAIT_S

LIMITS = FrontLimits(
    head_s=0.6, body_s=1.0, head_bytes=8_192, body_bytes=100_000, upload_bytes=300_000
)
CADDY_ADDS_BYTES = 4_096
"""Caddy takes so much more of a head than it is told."""
SLACK_S = 3.0
"""How much later than its limit a refusal may come on a busy machine."""
DRIP_S = 0.1
HEALTHY_WITHIN_S = 1.0
"""Asked while others are slow: without them a request takes some 2 ms."""
LASTS_S = 2.5
"""More than twice any limit."""


@pytest.fixture
def node() -> RecordingNode:
    return RecordingNode()


@pytest.fixture
async def front(node: RecordingNode, tmp_path: Path) -> AsyncIterator[Front]:
    async with front_before(node, tmp_path, LIMITS) as front:
        yield front


@asynccontextmanager
async def healthy_beside(front: Front) -> AsyncIterator[None]:
    """Ask all the time within the block that others are answered as ever."""
    slowest = 0.0

    async def ask() -> None:
        nonlocal slowest
        async with httpx.AsyncClient(base_url=front.url, trust_env=False, timeout=WAIT_S) as http:
            while True:
                began = time.perf_counter()
                answer = await http.post("/v1/orders/healthy", content=b"well")
                assert answer.content == b"well"
                slowest = max(slowest, time.perf_counter() - began)
                await asyncio.sleep(DRIP_S)

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask())
        yield
        asking.cancel()
    assert 0 < slowest < HEALTHY_WITHIN_S


async def drip(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send a byte now and then until the other side has enough of it."""
    with suppress(ConnectionError):
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(DRIP_S)


async def last_words(reader: asyncio.StreamReader) -> bytes:
    """Return everything until the connection ends."""
    with suppress(ConnectionResetError):
        return await reader.read()
    return b""


async def refusal_of(front: Front, head: bytes, dripped: bytes) -> tuple[bytes, float]:
    """Send a head at once and the rest slowly; return the last words and the seconds they took.

    Counted from before the connection: the front may have it before this process goes on.
    """
    began = time.perf_counter()
    reader, writer = await front.connect()
    writer.write(head)
    try:
        async with asyncio.timeout(LASTS_S + SLACK_S), asyncio.TaskGroup() as group:
            dripping = group.create_task(drip(writer, dripped))
            said = await last_words(reader)
            dripping.cancel()
    finally:
        writer.close()
    return said, time.perf_counter() - began


async def test_the_front_cuts_off_a_client_who_sends_its_headers_slowly(front: Front) -> None:
    async with healthy_beside(front):
        said, took_s = await refusal_of(front, b"GET /slow HTTP/1.1\r\nHost: x\r\nX: ", b"y" * 200)

    assert b"200" not in said.split(b"\r\n")[0]
    assert LIMITS.head_s - 0.1 < took_s < LIMITS.head_s + SLACK_S


async def test_a_node_never_sees_a_request_whose_body_is_sent_slowly(
    front: Front, node: RecordingNode
) -> None:
    head = b"POST /v1/orders/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n"
    async with healthy_beside(front):
        said, took_s = await refusal_of(front, head, b"y" * 199)

    assert b"200" not in said.split(b"\r\n")[0]
    assert LIMITS.body_s - 0.1 < took_s < LIMITS.body_s + SLACK_S
    assert "/v1/orders/slow" not in node.bodies


async def test_a_node_never_sees_a_request_that_stops_half_way(
    front: Front, node: RecordingNode
) -> None:
    head = b"POST /v1/orders/half HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\nhalf of it"
    async with healthy_beside(front):
        _, took_s = await refusal_of(front, head, b"")

    assert took_s < LIMITS.body_s + SLACK_S
    assert "/v1/orders/half" not in node.bodies


async def test_a_head_above_the_limit_is_refused_and_one_below_is_served(
    front: Front, node: RecordingNode
) -> None:
    too_much = "y" * (LIMITS.head_bytes + CADDY_ADDS_BYTES)
    async with httpx.AsyncClient(base_url=front.url, trust_env=False, timeout=WAIT_S) as http:
        refused = await http.get("/v1/orders/large", headers={"X-Much": too_much})
        served = await http.get("/v1/orders/fits", headers={"X-Much": "y" * 4_000})

    assert refused.status_code == httpx.codes.REQUEST_HEADER_FIELDS_TOO_LARGE
    assert served.status_code == httpx.codes.OK
    assert list(node.bodies) == ["/v1/orders/fits"]


@pytest.mark.parametrize("is_declared", [True, False])
async def test_a_body_above_the_limit_is_refused_and_one_below_is_served(
    front: Front, node: RecordingNode, *, is_declared: bool
) -> None:
    async def chunks(body: bytes) -> AsyncIterator[bytes]:
        yield body

    def content(size: int) -> bytes | AsyncIterator[bytes]:
        return b"y" * size if is_declared else chunks(b"y" * size)

    async with httpx.AsyncClient(base_url=front.url, trust_env=False, timeout=WAIT_S) as http:
        refused = await http.post("/v1/orders/large", content=content(LIMITS.body_bytes + 1))
        served = await http.post("/v1/orders/fits", content=content(LIMITS.body_bytes))

    assert refused.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "body_too_large"
    assert served.status_code == httpx.codes.OK
    assert {path: len(body) for path, body in node.bodies.items()} == {
        "/v1/orders/fits": LIMITS.body_bytes
    }


async def test_an_upload_may_be_larger_than_other_bodies_and_has_its_own_limit(
    front: Front, node: RecordingNode
) -> None:
    url = "/v1/files/upload/signed"
    async with httpx.AsyncClient(base_url=front.url, trust_env=False, timeout=WAIT_S) as http:
        served = await http.put(url, content=b"y" * LIMITS.upload_bytes)
        refused = await http.put(url, content=b"y" * (LIMITS.upload_bytes + 1))
    assert served.status_code == httpx.codes.OK
    assert len(node.bodies[url]) == LIMITS.upload_bytes
    assert refused.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE


async def test_an_event_stream_passes_at_once_and_outlasts_every_limit(
    front: Front, node: RecordingNode
) -> None:
    began = time.perf_counter()
    arrivals: list[float] = []
    async with (
        httpx.AsyncClient(base_url=front.url, trust_env=False, timeout=WAIT_S) as http,
        http.stream("GET", "/v1/agent-events", timeout=LASTS_S) as stream,
    ):
        async for line in stream.aiter_lines():
            if line:
                arrivals.append(time.perf_counter() - began)
            if arrivals and arrivals[-1] > LASTS_S:
                break
    gaps = [later - earlier for earlier, later in pairwise(arrivals)]

    assert arrivals[0] < HEALTHY_WITHIN_S
    assert max(gaps) < HEALTHY_WITHIN_S, "events were held back"
    async with asyncio.timeout(SLACK_S):
        while node.streams:  # noqa: ASYNC110  the node is told of the leaving by the front
            await asyncio.sleep(DRIP_S)


@pytest.mark.parametrize("path", ["/metrics", "/METRICS", "/%6detrics", "/openapi.json"])
async def test_what_a_node_tells_its_operators_is_not_public(
    front: Front, node: RecordingNode, path: str
) -> None:
    async with httpx.AsyncClient(base_url=front.url, trust_env=False, timeout=WAIT_S) as http:
        answer = await http.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert node.bodies == {}


async def test_a_front_without_nodes_says_to_try_again(tmp_path: Path) -> None:
    (nobody,) = free_ports(1)
    with running_caddy(tmp_path, caddyfile(), f"127.0.0.1:{nobody}") as front:
        await until_up(front)
        async with httpx.AsyncClient(base_url=front.url, trust_env=False, timeout=10) as http:
            answer = await http.post("/v1/orders/batches", json={})

    assert (answer.status_code, answer.json()["code"]) == (503, "try_again")
    assert answer.headers["retry-after"] == "1"
    assert "server" not in answer.headers
