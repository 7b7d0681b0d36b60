"""An agent's console without the pages: signs in, keeps the event stream, accepts and answers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.kit.new_ids import new_id
from tests.support.patience import WAIT_S

STREAM_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class StreamedEvent:
    """One event of the stream and when this process read it (perf_counter seconds)."""

    type: str
    body: dict[str, Any]
    read_at: float


@dataclass
class AgentClient:
    """One signed-in agent; `events` holds everything its stream has said."""

    http: httpx.AsyncClient
    token: str
    agent: dict[str, Any]
    events: list[StreamedEvent] = field(default_factory=list)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def get(self, path: str) -> Any:
        response = await self.http.get(path, headers=self.headers)
        response.raise_for_status()
        return response.json()

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.http.post(path, json=body, headers={**self.headers, **headers})

    async def set_status(self, status: str) -> dict[str, Any]:
        response = await self.http.put(
            "/v1/agents/me/status", json={"status": status}, headers=self.headers
        )
        response.raise_for_status()
        state: dict[str, Any] = response.json()
        return state

    async def accept(self, offer_id: str) -> dict[str, Any]:
        response = await self.post(f"/v1/routing/offers/{offer_id}/accept")
        response.raise_for_status()
        taken: dict[str, Any] = response.json()
        return taken

    async def say(
        self, conversation_id: str, text: str, grant: str | None = None, key: str | None = None
    ) -> httpx.Response:
        return await self.post(
            f"/v1/conversations/{conversation_id}/items",
            {"text": text, "grant": grant},
            **{"Idempotency-Key": key or new_id().hex},
        )

    async def close(self, conversation_id: str) -> dict[str, Any]:
        response = await self.post(f"/v1/routing/conversations/{conversation_id}/close")
        response.raise_for_status()
        state: dict[str, Any] = response.json()
        return state

    async def wait_for(
        self, event_type: str, matching: Callable[[dict[str, Any]], bool] = lambda _: True
    ) -> StreamedEvent:
        """Return the first event of a type that matches, past or to come."""

        def found() -> StreamedEvent | None:
            return next((e for e in self.events if e.type == event_type and matching(e.body)), None)

        async with asyncio.timeout(WAIT_S), self._arrived:
            await self._arrived.wait_for(lambda: found() is not None)
        event = found()
        assert event is not None
        return event

    async def read_stream(self) -> None:
        """Keep the event stream until cancelled or closed by the server; answer its pings."""
        timeout = httpx.Timeout(STREAM_TIMEOUT_S, read=STREAM_TIMEOUT_S)
        async with (
            self.http.stream(
                "GET", "/v1/agent-events", headers=self.headers, timeout=timeout
            ) as response,
            asyncio.TaskGroup() as answers,
        ):
            response.raise_for_status()
            async for event_type, data in _events(response):
                now, body = time.perf_counter(), json.loads(data)
                if event_type == "ping":
                    answers.create_task(self._pong(body))
                    continue
                async with self._arrived:
                    self.events.append(StreamedEvent(event_type, body, now))
                    self._arrived.notify_all()

    async def _pong(self, ping: dict[str, Any]) -> None:
        """Answer a ping; when that fails, the next one is answered."""
        with suppress(httpx.HTTPError):
            await self.post("/v1/agent-events/pong", {"nonce": ping["nonce"]})


async def _events(response: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    event_type, data = "message", ""
    async for line in response.aiter_lines():
        if line.startswith("event:"):
            event_type = line[6:].strip()
        elif line.startswith("data:"):
            data += line[5:].strip()
        elif not line and data:
            yield event_type, data
            event_type, data = "message", ""


@asynccontextmanager
async def signed_in(
    url: str, shop_id: str, email: str, password: str, *, status: str | None = "available"
) -> AsyncIterator[AgentClient]:
    """Sign in, open the stream, take the status; close the stream at the end of the block."""
    async with httpx.AsyncClient(base_url=url, timeout=WAIT_S) as http:
        answer = await http.post(
            "/v1/auth/sign-in", json={"shop_id": shop_id, "email": email, "password": password}
        )
        answer.raise_for_status()
        signed = answer.json()
        client = AgentClient(http, signed["token"], signed["agent"])
        async with asyncio.TaskGroup() as group:
            stream = group.create_task(client.read_stream())
            try:
                await client.wait_for("snapshot")
                if status is not None:
                    await client.set_status(status)
                yield client
            finally:
                stream.cancel()
