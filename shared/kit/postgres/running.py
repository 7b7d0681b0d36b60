"""The launcher for asyncio: the blocking core in a thread, cancellable at every await."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import TypeVar

from shared.kit.postgres.home import HomeLock
from shared.kit.postgres.options import PostgresOptions
from shared.kit.postgres.server import EmbeddedPostgres, running_postgres

T = TypeVar("T")


@asynccontextmanager
async def embedded_postgres(
    options: PostgresOptions, *, lock: HomeLock | None = None
) -> AsyncIterator[EmbeddedPostgres]:
    """Run the server while the block runs; it is stopped however the block is left.

    Cancelled while it starts, it gives up at once and leaves nothing running. Cancelled while it
    stops, it stops first: an orphan would cost the next start more than this wait.

    Args:
        options: what to run and where.
        lock: the home's lock when the caller holds it already; otherwise it is taken here.

    Raises:
        LauncherError: it cannot be started.
    """
    abandoned = threading.Event()
    stack = ExitStack()
    core = running_postgres(options, lock=lock, abandoned=abandoned)
    try:
        server = await _to_the_end(lambda: stack.enter_context(core), abandoned.set)
        yield server
    finally:
        await _to_the_end(stack.close, lambda: None)


async def _to_the_end(work: Callable[[], T], on_cancel: Callable[[], None]) -> T:
    """Run blocking work in a thread and see it end, even when cancelled meanwhile.

    Raises:
        asyncio.CancelledError: this was cancelled; the work has ended all the same.
    """
    running = asyncio.get_running_loop().run_in_executor(None, work)
    cancelled: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError as error:
            cancelled = error
            on_cancel()
    if cancelled is not None:
        running.exception()  # looked at, so that nobody is told it was lost
        raise cancelled
    return running.result()
