"""Several subjects are served while a block runs, and none of them after it."""

from __future__ import annotations

import pytest

from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import NoResponderError
from shared.kit.bus.serving import serving

SUBJECTS = ("shop.opens", "shop.closes")


async def repeat(raw: bytes) -> bytes:
    return raw * 2


async def serve_until_over(bus: InProcessBus) -> None:
    async with serving(bus, dict.fromkeys(SUBJECTS, repeat)):
        for subject in SUBJECTS:
            assert await bus.request(subject, b"a", timeout_ms=1_000) == b"aa"
        raise RuntimeError("over")


async def test_each_subject_is_served_until_the_block_ends_however_it_does() -> None:
    async with InProcessBus() as bus:
        with pytest.raises(RuntimeError, match="over"):
            await serve_until_over(bus)
        for subject in SUBJECTS:
            with pytest.raises(NoResponderError):
                await bus.request(subject, b"a", timeout_ms=1_000)
