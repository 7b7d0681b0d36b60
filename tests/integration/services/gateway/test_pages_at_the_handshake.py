"""A page that names its site in the URL is judged before the upgrade."""

from __future__ import annotations

import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.chat_client import last_words, raw_chat
from tests.support.running_gateway import ServedGateway

FERN, EVIL = "https://fern.example", "https://evil.example"


def url(served: ServedGateway, key: str) -> str:
    return f"{served.chat_url}?site_key={key}"


async def hello(served: ServedGateway, named: str, said: str, origin: str | None) -> Any:
    """Name a site in the URL and another, or the same, in the hello; return the answer."""
    async with raw_chat(url(served, named), origin=origin) as socket:
        await socket.send(json.dumps({"type": "hello", "site_key": said}))
        return json.loads(await socket.recv())


async def test_a_page_of_the_site_and_a_program_without_a_page_are_let_in(
    served: ServedGateway,
) -> None:
    key = served.stores.site.key
    for origin in (FERN, None):
        assert (await hello(served, key, key, origin))["type"] == "welcome"


async def test_another_page_is_refused_before_the_upgrade(served: ServedGateway) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with raw_chat(url(served, served.stores.site.key), origin=EVIL):
            pass

    assert refused.value.response.status_code == 403
    async with raw_chat(served.chat_url, origin=EVIL) as socket:
        await socket.send(json.dumps({"type": "hello", "site_key": served.stores.site.key}))
        last, code = await last_words(socket)
    assert (last["code"], code) == ("origin_refused", 4003), "told, when the URL names no site"


async def test_the_hello_must_name_the_site_of_the_url(served: ServedGateway) -> None:
    ours, theirs = served.stores.site.key, served.stores.other_site.key

    assert (await hello(served, theirs, ours, FERN))["code"] == "unknown_site"
    assert (await hello(served, "fk_nobodys", ours, FERN))["code"] == "unknown_site"
