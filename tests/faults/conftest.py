"""A home for the whole product, and a cluster that serves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.homes import fresh_stack
from tests.support.stack import Stack


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A product that was not started yet; nothing of it is left running, nor its home."""
    with fresh_stack() as stack:
        yield stack


@pytest.fixture(scope="module")
def cluster() -> Iterator[Stack]:
    """A cluster that serves, shared by the tests of a file."""
    with fresh_stack() as stack:
        stack.command = "cluster"
        stack.start()
        yield stack
        assert stack.stop() == 0
