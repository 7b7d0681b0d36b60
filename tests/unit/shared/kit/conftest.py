"""What the kit's tests share: the log as it would be written."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from shared.kit.logs import configure_logging
from tests.support.clock import VirtualClock

LogReader = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logged(clock: VirtualClock) -> Iterator[LogReader]:
    """Return `logged()` -> the lines written so far, as the shipped configuration writes them."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers, root.level
    out = io.StringIO()
    configure_logging(clock, level="DEBUG", stream=out, as_json=True)
    structlog.contextvars.clear_contextvars()
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    structlog.configure(**before)
    root.handlers, root.level = handlers, level
