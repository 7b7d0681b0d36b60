"""What a frame must be to be read."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from services.gateway.domain.reading import Unreadable, read_frame
from shared.contracts.frames import CLIENT_FRAMES, FRAME_MAX_BYTES
from shared.kernel.errors import ErrorCode


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


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "send", "client_id": "a", "text": "x", "file_ids": [1] * 30_000},
        {"type": "context", "cart": {"value_minor": 1, "currency": "EUR", "lines": [1] * 30_000}},
    ],
)
def test_a_list_is_read_up_to_its_first_flaw(frame: object) -> None:
    """30,000 flaws took a seventh of a second, in which the node did nothing else."""
    text = json.dumps(frame, separators=(",", ":")).encode()

    assert len(text) < FRAME_MAX_BYTES
    with pytest.raises(ValidationError) as flawed:
        CLIENT_FRAMES.validate_json(text)
    assert flawed.value.error_count() == 1


def test_a_frame_of_thousands_of_flaws_is_only_a_bad_one() -> None:
    frame = {"type": "hello", **dict.fromkeys(map(str, range(5_000)))}

    assert read_frame(json.dumps(frame).encode()) == Unreadable(ErrorCode.BAD_FRAME)
