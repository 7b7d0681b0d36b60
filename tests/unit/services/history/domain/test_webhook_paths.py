"""Webhook paths name a shop and a connection, and nothing else is one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.history.domain.webhook_paths import Named, read_key, webhook_path
from shared.kit.new_ids import new_id

SHOP, CONNECTION = new_id(), new_id()
KEY = webhook_path(SHOP, CONNECTION).rpartition("/")[2]


def test_path_names_its_shop_and_connection() -> None:
    assert read_key(KEY) == Named(SHOP, CONNECTION)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key[:-1],
        str.upper,
        lambda key: key.replace("fw_", "fk_"),
        lambda _: "",
        lambda _: "fw_" + "u" * 52,
    ],
    ids=["cut", "capitals", "another kind", "nothing", "no letters of ids"],
)
def test_anything_else_names_nobody(spoil: Callable[[str], str]) -> None:
    assert read_key(spoil(KEY)) is None
