"""An agent's event stream, read event by event."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.support.patience import WAIT_S
from tests.support.running_gateway import ServedGateway


class Stream:
    """The events of an agent's stream, one by one."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        """Return the next event; comments are passed over, and pings, which come at their time."""
        event = ""
        async with asyncio.timeout(WAIT_S):
            async for line in self._lines:
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: ") and event != "ping":
                    return event, json.loads(line.removeprefix("data: "))
        raise EOFError("the stream ended")

    async def last(self) -> Any:
        """Return why the stream says it ends, and see that it does."""
        while True:
            event, body = await self.next()
            if event == "stream.closed":
                break
        try:
            late = await self.next()
        except EOFError:
            return body
        raise AssertionError(f"it went on with {late}")


@asynccontextmanager
async def stream(served: ServedGateway, **options: Any) -> AsyncIterator[Stream]:
    async with served.http.stream(
        "GET", "/v1/agent-events", headers=served.headers(**options)
    ) as response:
        assert response.status_code == 200
        yield Stream(response)
