"""Sees whether an embedded server was dead before anybody stopped it."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from shared.kit.postgres.server import EmbeddedPostgres

SEEN_WITHIN_S, LOOK_EVERY_S = 1.0, 0.02
"""After an error that a dying server may be behind: its sessions can be gone before it is."""


class DeathWitness:
    """Asked, once a server's block was left, what there was to see of its end.

    Attributes:
        dead: the server, when it ended by itself.
    """

    def __init__(self) -> None:
        self.dead: EmbeddedPostgres | None = None

    def watch(self, server: EmbeddedPostgres, stack: AsyncExitStack) -> None:
        """Look when all that was entered later has been left, and the server has not."""

        async def look(_: object, error: BaseException | None, __: object) -> None:
            deadline = time.monotonic() + SEEN_WITHIN_S
            while isinstance(error, Exception) and server.running and time.monotonic() < deadline:  # noqa: ASYNC110  a child's end is no asyncio event here
                await asyncio.sleep(LOOK_EVERY_S)
            self.dead = None if server.running else server

        stack.push_async_exit(look)
