"""What machines ask of a server: is it alive, and how is it."""

from __future__ import annotations

import httpx
import pytest
from fastapi import APIRouter

from tests.unit.shared.kit.web.conftest import ClientFor, app_of

pytestmark = pytest.mark.usefixtures("logged")


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_a_load_balancer_may_ask_for_the_head_alone(client_for: ClientFor, path: str) -> None:
    answer = await client_for().head(path)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("peer", "token", "status"),
    [
        ("127.0.0.1", None, 200),
        ("::1", None, 200),
        ("198.51.100.7", None, 404),
        ("198.51.100.7", "wrong", 404),
        ("198.51.100.7", "right", 200),
    ],
)
async def test_figures_are_for_this_machine_and_for_who_holds_the_token(
    peer: str, token: str | None, status: int
) -> None:
    transport = httpx.ASGITransport(
        app=app_of(APIRouter(), metrics_token="right"), client=(peer, 1)
    )
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        assert (await client.get("/metrics", headers=headers)).status_code == status


async def test_without_a_token_of_its_own_a_server_takes_none() -> None:
    transport = httpx.ASGITransport(app=app_of(APIRouter()), client=("198.51.100.7", 1))
    headers = {"Authorization": "Bearer None"}
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        assert (await client.get("/metrics", headers=headers)).status_code == 404
