"""Site keys and session tokens carry the shop's id and are read strictly."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.gateway.domain.keys import (
    Named,
    digest,
    read_session_token,
    read_site_key,
    session_token,
    site_key,
)
from services.gateway.domain.origins import origin_allowed

SHOP, OWN = UUID(int=1 << 100), UUID(int=77)
KEY = site_key(SHOP, OWN, "0" * 16)
TOKEN = session_token(SHOP, OWN, "A" * 43)


def test_a_key_names_its_shop_and_site() -> None:
    assert read_site_key(KEY) == Named(SHOP, OWN)
    assert read_session_token(TOKEN) == Named(SHOP, OWN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fk_",
        KEY[:-1],
        KEY + "0",
        KEY.upper(),
        TOKEN,
        "fk_" + "z" * 68,
        KEY.replace("0", "\u0660"),
    ],
)
def test_whatever_is_laid_out_otherwise_is_no_site_key(text: str) -> None:
    assert read_site_key(text) is None


@pytest.mark.parametrize("text", [KEY, TOKEN[:-1], TOKEN + "\n", "fs_" + "z" * 52 + "_" + "A" * 43])
def test_whatever_is_laid_out_otherwise_is_no_session_token(text: str) -> None:
    assert read_session_token(text) is None


def test_only_a_digest_of_a_token_is_kept() -> None:
    assert len(digest(TOKEN)) == 32


@pytest.mark.parametrize(
    ("origin", "allowed", "may"),
    [
        ("https://shop.example", ["https://shop.example"], True),
        ("https://Shop.Example", ["https://shop.example"], True),
        ("https://evil.example", ["https://shop.example"], False),
        ("https://shop.example.evil.example", ["https://shop.example"], False),
        ("null", ["https://shop.example"], False),
        ("https://evil.example", ["*"], True),
        (None, [], True),
    ],
)
def test_only_listed_pages_may_chat(origin: str | None, allowed: list[str], may: bool) -> None:
    assert origin_allowed(origin, allowed) is may
