"""An agent who accepts, answers and closes all day long, and comes back after every outage."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.kit.new_ids import new_id
from tests.support.agent_client import AgentClient
from tests.support.unique_words import a_word

BACKOFF_S = 0.1
LOOK_EVERY_S = 0.03
SERVES_FOR_S = 2.0
"""How long a conversation is kept before it is closed."""
TIMEOUT_S = 5.0
REFUSED = (httpx.codes.FORBIDDEN, httpx.codes.CONFLICT)
TRY_LATER = (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS)


@dataclass(frozen=True)
class Reply:
    """What is to be said, with the key that makes a repetition the same message."""

    key: str
    conversation_id: str
    text: str
    grant: str | None


@dataclass
class BusyAgent:
    """One agent over any number of sign-ins and streams.

    Attributes:
        replies: every message the gateway acknowledged, by its key.
        said: every text that was sent at least once.
        taken: every assignment the router acknowledged, by its id.
        refusals: how often each status and code was answered instead.
        failures: every answer that said the fault was the server's and not "try again".
        contradicted: refusals to write in what the router says is this agent's.
    """

    url: str
    shop_id: str
    email: str
    password: str
    token: str | None = None
    replies: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    contradicted: list[str] = field(default_factory=list)
    closed: int = 0
    streams: int = 0
    said: set[str] = field(default_factory=set)
    _unsaid: dict[str, Reply] = field(default_factory=dict)
    _close_at: dict[str, float] = field(default_factory=dict)
    _ended: dict[str, int] = field(default_factory=dict)
    """The routing version at which this agent closed a conversation: what is older is past."""

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self._shift()
            except (httpx.HTTPError, TimeoutError):
                self.refusals["no answer"] += 1
            await asyncio.sleep(BACKOFF_S)

    async def _shift(self) -> None:
        """Work while one event stream lasts."""
        hooks = {"response": [self._note_failure]}
        async with httpx.AsyncClient(
            base_url=self.url, timeout=TIMEOUT_S, event_hooks=hooks
        ) as http:
            if self.token is None:
                self.token = await self._sign_in(http)
            agent = AgentClient(http, self.token, {})
            stream = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                reading = group.create_task(_read(agent, stream))
                try:
                    await self._work(agent, stream)
                except (httpx.HTTPError, TimeoutError):
                    self.refusals["no answer"] += 1
                finally:
                    reading.cancel()

    async def _note_failure(self, answer: httpx.Response) -> None:
        if answer.is_server_error and answer.status_code not in TRY_LATER:
            self.failures.append(f"{answer.request.url.path}: {answer.status_code}")

    async def _sign_in(self, http: httpx.AsyncClient) -> str:
        who = {"shop_id": self.shop_id, "email": self.email, "password": self.password}
        answer = await http.post("/v1/auth/sign-in", json=who)
        answer.raise_for_status()
        return str(answer.json()["token"])

    async def _work(self, agent: AgentClient, stream_ended: asyncio.Event) -> None:
        handled = 0
        while not stream_ended.is_set():
            events = agent.events[handled:]
            handled += len(events)
            for event in events:
                if event.type == "snapshot":
                    await self._begin(agent, event.body)
                elif event.type == "offer.created":
                    await self._accept(agent, event.body)
            await self._speak(agent)
            await self._close_what_is_due(agent)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _begin(self, agent: AgentClient, snapshot: dict[str, Any]) -> None:
        self.streams += 1
        for conversation in snapshot["conversations"]:
            if conversation["version"] > self._ended.get(conversation["conversation_id"], 0):
                self._serve(conversation["conversation_id"], None)
        await agent.set_status("available")
        for offer in snapshot["offers"]:
            await self._accept(agent, offer)

    async def _accept(self, agent: AgentClient, offer: dict[str, Any]) -> None:
        answer = await agent.post(f"/v1/routing/offers/{offer['id']}/accept")
        if not self._is_good("accept", answer):
            return
        taken = answer.json()
        self.taken[taken["assignment"]["id"]] = taken["assignment"]
        self._serve(taken["assignment"]["conversation_id"], taken["grant"])

    def _serve(self, conversation_id: str, grant: str | None) -> None:
        if conversation_id in self._close_at:
            return
        self._close_at[conversation_id] = asyncio.get_running_loop().time() + SERVES_FOR_S
        key = new_id().hex
        self._unsaid[key] = Reply(key, conversation_id, f"I am looking: {a_word()}", grant)

    async def _speak(self, agent: AgentClient) -> None:
        for key, reply in list(self._unsaid.items()):
            self.said.add(reply.text)
            answer = await agent.say(reply.conversation_id, reply.text, reply.grant, key)
            if self._is_good("say", answer):
                self.replies[key] = answer.json()
            if answer.status_code not in TRY_LATER:
                del self._unsaid[key]
            if answer.status_code in REFUSED:
                await self._compare(agent, reply.conversation_id, answer)

    async def _compare(
        self, agent: AgentClient, conversation_id: str, refusal: httpx.Response
    ) -> None:
        """Ask the router whose the conversation is that we were not let into."""
        for mine in await agent.get("/v1/routing/assignments"):
            if mine["conversation_id"] == conversation_id:
                self.contradicted.append(f"{conversation_id}: {refusal.json()['code']}")

    async def _close_what_is_due(self, agent: AgentClient) -> None:
        now = asyncio.get_running_loop().time()
        for conversation_id in [one for one, at in self._close_at.items() if at <= now]:
            answer = await agent.post(f"/v1/routing/conversations/{conversation_id}/close")
            if self._is_good("close", answer):
                self.closed += 1
                self._ended[conversation_id] = answer.json()["version"]
            if answer.status_code not in TRY_LATER:
                del self._close_at[conversation_id]

    def _is_good(self, what: str, answer: httpx.Response) -> bool:
        if answer.is_success:
            return True
        code = answer.json().get("code")
        self.refusals[f"{what}: {answer.status_code} {code}"] += 1
        return False


async def _read(agent: AgentClient, ended: asyncio.Event) -> None:
    """Read the stream to its end, whatever ends it."""
    try:
        await agent.read_stream()
    except* httpx.HTTPError:
        pass
    finally:
        ended.set()
