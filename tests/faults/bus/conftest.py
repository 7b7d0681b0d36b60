"""Has the bus's faults happen on the loop that the product runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run every test here on uvloop: its transports fail otherwise than asyncio's own."""
    return {"uvloop": uvloop.new_event_loop}
