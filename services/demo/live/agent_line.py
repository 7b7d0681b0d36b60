"""An agent's end of the service: signs in, follows the event stream, accepts, answers, closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel, TypeAdapter

from services.demo.live.faults import Faults
from services.demo.people import PASSWORD, SHOP_ID, DemoAgent
from shared.contracts.items import Item, NewItem
from shared.contracts.routing import (
    AgentState,
    NewStatus,
    OfferTaken,
    RoutingState,
    SignedIn,
    SignIn,
)
from shared.contracts.stream import StreamPing, StreamPong
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import AgentStatus
from shared.kit.new_ids import new_id

TIMEOUT_S = 10.0
SILENT_S = 20.0
"""A stream that says nothing for so long is dead: it is kept alive each five seconds."""
PAUSES_S = (0.2, 0.5, 1.0, 2.0, None)
"""Between attempts of a call that had no answer; the service's take-over needs three seconds."""
_JSON = {"content-type": "application/json"}
_STATES: TypeAdapter[tuple[RoutingState, ...]] = TypeAdapter(tuple[RoutingState, ...])
Shape = TypeVar("Shape", bound=BaseModel)


class AgentLine:
    """One signed-in agent. Every call may be repeated: it has the same effect once."""

    def __init__(self, http: httpx.AsyncClient, signed: SignedIn, faults: Faults) -> None:
        self._http = http
        self._faults = faults
        self._headers = {"authorization": f"Bearer {signed.token}"}
        self.agent = signed.agent

    async def set_status(self, status: AgentStatus) -> AgentState | None:
        """Say available or away; None when refused."""
        body = NewStatus(status=status)
        return await self._ask("status", "PUT", "/v1/agents/me/status", AgentState, body)

    async def seen(self, offer_id: UUID) -> None:
        """Say that an offer is on the screen; one that is gone by now is no matter."""
        path = f"/v1/routing/offers/{encode(IdKind.OFFER, offer_id)}/seen"
        await self._call("seen", "POST", path)

    async def accept(self, offer_id: UUID) -> OfferTaken | None:
        """Take a conversation; None when it went to a colleague."""
        path = f"/v1/routing/offers/{encode(IdKind.OFFER, offer_id)}/accept"
        return await self._ask("accept", "POST", path, OfferTaken)

    async def say(self, conversation_id: UUID, text: str, grant: str | None = None) -> Item | None:
        """Write into a conversation; None when it is not this agent's any more."""
        path = f"/v1/conversations/{encode(IdKind.CONVERSATION, conversation_id)}/items"
        body = NewItem(text=text, grant=grant)
        return await self._ask("answer", "POST", path, Item, body, key=new_id().hex)

    async def close(self, conversation_id: UUID) -> RoutingState | None:
        """End a conversation."""
        path = f"/v1/routing/conversations/{encode(IdKind.CONVERSATION, conversation_id)}/close"
        return await self._ask("close", "POST", path, RoutingState)

    async def serving(self) -> tuple[RoutingState, ...]:
        """Return what this agent serves."""
        response = await self._call("assignments", "GET", "/v1/routing/assignments")
        return () if response is None else _STATES.validate_json(response.content)

    async def events(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield the types and bodies of one stream until it ends; its pings are answered here.

        Raises:
            httpx.HTTPError: it broke, or was refused.
        """
        timeout = httpx.Timeout(TIMEOUT_S, read=SILENT_S)
        async with self._http.stream(
            "GET", "/v1/agent-events", headers=self._headers, timeout=timeout
        ) as response:
            response.raise_for_status()
            kind = ""
            async for line in response.aiter_lines():
                if line.startswith("event:"):
                    kind = line.removeprefix("event:").strip()
                elif line.startswith("data:"):
                    body = line.removeprefix("data:").strip().encode()
                    if kind == "ping":
                        await self._pong(body)
                    else:
                        yield kind, body

    async def _pong(self, ping: bytes) -> None:
        """Say that somebody is there; a stream whose pings nobody answers is ended."""
        nonce = StreamPing.model_validate_json(ping).nonce
        pong = StreamPong(nonce=nonce).to_json()
        await self._call("pong", "POST", "/v1/agent-events/pong", pong)

    async def _ask(
        self,
        what: str,
        method: str,
        path: str,
        shape: type[Shape],
        body: BaseModel | None = None,
        *,
        key: str | None = None,
    ) -> Shape | None:
        content = None if body is None else body.model_dump_json().encode()
        response = await self._call(what, method, path, content, key)
        return None if response is None else shape.model_validate_json(response.content)

    async def _call(
        self,
        what: str,
        method: str,
        path: str,
        content: bytes | None = None,
        key: str | None = None,
    ) -> httpx.Response | None:
        """Return a good answer; None when refused, or when there was none in four seconds."""
        headers = self._headers | _JSON | ({"idempotency-key": key} if key else {})
        for pause_s in PAUSES_S:
            try:
                response = await self._http.request(method, path, content=content, headers=headers)
            except httpx.TransportError as fault:
                self._faults.count(what, type(fault).__name__)
            else:
                if response.is_success:
                    return response
                self._faults.refused(what, response)
                if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                    return None
            if pause_s is not None:
                await asyncio.sleep(pause_s)
        return None


@asynccontextmanager
async def signed_in(url: str, who: DemoAgent, faults: Faults) -> AsyncIterator[AgentLine]:
    """Sign an agent of the demo shop in.

    Raises:
        httpx.HTTPError: nobody answers, or the password is not taken.
    """
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, trust_env=False) as http:
        body = SignIn(shop_id=SHOP_ID, email=who.email, password=PASSWORD)
        answer = await http.post("/v1/auth/sign-in", content=body.to_json(), headers=_JSON)
        answer.raise_for_status()
        yield AgentLine(http, SignedIn.model_validate_json(answer.content), faults)
