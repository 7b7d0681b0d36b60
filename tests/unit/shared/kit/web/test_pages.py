"""Static pages: found where no API is, kept by name, never instead of a problem."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter

from shared.kit.web.protect import PAGE_POLICY
from tests.unit.shared.kit.web.conftest import ClientFor

pytestmark = pytest.mark.usefixtures("logged")


@pytest.fixture
def client(client_for: ClientFor, tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "console" / "assets").mkdir(parents=True)
    (tmp_path / "console" / "index.html").write_text("<h1>Console</h1>")
    (tmp_path / "console" / "assets" / "app-1f2e.js").write_text("1")
    (tmp_path / "widget.js").write_text("2")
    return client_for(static=tmp_path)


async def test_a_page_is_served_under_its_policy_and_asked_for_again(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/console/")
    assert (answer.status_code, answer.text) == (200, "<h1>Console</h1>")
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_page_that_is_still_good_keeps_the_policy_it_came_with(
    client: httpx.AsyncClient,
) -> None:
    etag = (await client.get("/console/")).headers["etag"]
    again = await client.get("/console/", headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers


async def test_a_file_named_by_its_content_is_kept_for_ever(client: httpx.AsyncClient) -> None:
    answer = await client.get("/console/assets/app-1f2e.js")
    assert "immutable" in answer.headers["cache-control"]
    assert (await client.get("/widget.js")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/v1", "/v1/nothing"])
async def test_an_api_address_nobody_answers_is_a_problem(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/nothing.js", "/..%2f..%2fetc/passwd", "/%00", "/console/x/"])
async def test_a_file_that_is_not_there_is_a_problem(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_page_takes_no_post(client: httpx.AsyncClient) -> None:
    answer = await client.post("/console/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("asked", "told"),
    [("/console", "./console/"), ("/console?shop=a%26b", "./console/?shop=a%26b")],
)
async def test_a_folder_without_its_slash_leads_to_itself_whatever_the_caller_names(
    client: httpx.AsyncClient, asked: str, told: str
) -> None:
    answer = await client.get(asked, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (307, told)


async def test_a_wrong_method_at_a_known_address_is_told_the_right_ones(
    client_for: ClientFor, tmp_path: Path
) -> None:
    routes = APIRouter()

    @routes.post("/v1/things/{thing}")
    async def make(thing: str) -> str:
        return thing

    client = client_for(routes, static=tmp_path)
    answer = await client.get("/v1/things/7")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"
    assert (await client.post("/v1/things/7")).json() == "7"
