"""Which names a server answers to."""

from __future__ import annotations

import pytest

from shared.kit.web.edge import LOOPBACK_NAMES
from shared.kit.web.hosts import Hosts
from tests.unit.shared.kit.web.conftest import ClientFor

pytestmark = pytest.mark.usefixtures("logged")

HERE = Hosts((*LOOPBACK_NAMES, "Chat.Example"))


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost:8080", True),
        ("127.0.0.1", True),
        ("[::1]:8080", True),
        ("chat.example:443", True),
        ("CHAT.example", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("evil.example:8080", False),
        ("", False),
        (None, False),
    ],
)
def test_a_server_knows_its_own_names_on_any_port(host: str | None, known: bool) -> None:
    assert HERE.know(host) is known


def test_a_server_without_names_answers_to_any() -> None:
    assert Hosts().know("evil.example")


async def test_a_request_for_another_name_is_misdirected(client_for: ClientFor) -> None:
    """DNS rebinding: a stranger's page has its own name lead here."""
    client = client_for(hosts=LOOPBACK_NAMES)
    answer = await client.get("/health", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (421, "invalid_request")
    assert (await client.get("/health", headers={"Host": "localhost:1"})).status_code == 200


async def test_a_request_that_names_two_hosts_is_misdirected(client_for: ClientFor) -> None:
    client = client_for(hosts=LOOPBACK_NAMES)
    twice = [("Host", "localhost"), ("Host", "evil.example")]
    assert (await client.get("/health", headers=twice)).status_code == 421
