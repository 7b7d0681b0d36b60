"""What a frame must be to be read."""

from __future__ import annotations

import json

import pytest

from services.gateway.domain.reading import Unreadable, read_frame


@pytest.mark.parametrize(
    "cart",
    [
        {"value_minor": -1, "currency": "EUR"},
        {"value_minor": 1, "currency": "euro"},
        {"value_minor": 1, "currency": "EUR", "lines": ["x"] * 21},
        {"value_minor": 1, "currency": "EUR", "lines": ["a\0b"]},
        "much",
    ],
)
def test_a_cart_that_is_none_is_a_bad_hello(cart: object) -> None:
    frame = {"type": "hello", "site_key": "fk_x", "cart": cart}

    assert isinstance(read_frame(json.dumps(frame).encode()), Unreadable)
