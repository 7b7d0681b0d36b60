"""The crowd at work: customers come, agents serve, and at the end nothing is left hanging."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from math import log
from uuid import UUID

import httpx

from services.demo.dice import Dice
from services.demo.life import Life
from services.demo.live.agent import StandIn
from services.demo.live.agent_line import signed_in
from services.demo.live.chat_line import ChatLine
from services.demo.live.customer import visit
from services.demo.live.faults import Faults
from services.demo.live.ledger import Figures, Ledger, figures_of
from services.demo.live.parts import Casting, Part, Playbook
from services.demo.people import STAND_INS
from shared.kernel.vocabulary import ConversationStatus
from shared.kit.tasks import background

VISITS_MAX = 60
"""Customers at the same time; who comes when it is full waits outside."""
WIND_DOWN_S = 30.0
"""After the last customer came, talks may come to their end so long."""
LOOK_EVERY_S = 1.0
"""Between two looks at the conversations still without an answer, for the display alone."""
CALL_TIMEOUT_S = 10.0
MINUTE_S = 60.0


@dataclass(frozen=True)
class Place:
    """Where the crowd comes to, and with what.

    Attributes:
        url: the installation, whatever stands behind it.
        token: a supervisor's bearer token of the shop, for the figures and the tidying up.
        life: who comes, and with which orders.
    """

    url: str
    token: str
    life: Life

    @property
    def socket_url(self) -> str:
        """Return where the chat socket is."""
        return self.url.replace("http", "ws", 1) + "/v1/chat"


@dataclass(frozen=True)
class Wish:
    """How much of a crowd: conversations a minute, seconds (None: until stopped), agents."""

    pace: float
    for_s: float | None
    agents: int


@dataclass
class Scene:
    """How it stands: what a display shows."""

    agents: int = 0
    inside: int = 0
    ends_at: float | None = None
    is_winding_down: bool = False


class Crowd:
    """Everybody who is simulated, for one run."""

    def __init__(self, place: Place, wish: Wish, http: httpx.AsyncClient, site_key: str) -> None:
        self._place = place
        self._wish = wish
        self._http = http
        self._site_key = site_key
        self._dice = Dice("crowd", place.life.today)
        self._casting = Casting(place.life, self._dice)
        self._book = Playbook()
        self._room = asyncio.Semaphore(VISITS_MAX)
        self._visits: set[asyncio.Task[None]] = set()
        self.faults = Faults()
        self.ledger = Ledger(http, self.faults)
        self.scene = Scene()

    async def play(self, stopping: asyncio.Event) -> Figures:
        """Play until the time is over or `stopping` is set, tidy up, and return the figures."""
        async with AsyncExitStack() as stack:
            await self._bring_agents(stack)
            await stack.enter_async_context(background(figures=self._watch))
            async with asyncio.TaskGroup() as visits:
                coming = visits.create_task(self._come(visits))
                await self._wait(stopping, coming)
                await self._wind_down(stopping)
                for task in (coming, *self._visits):
                    task.cancel()
        await self._tidy_up()
        await self.ledger.refresh(everything=True)
        return figures_of(self.ledger.states, self.faults)

    @property
    def figures(self) -> Figures:
        """Return the figures so far."""
        return figures_of(self.ledger.states, self.faults)

    # Agents.

    async def _bring_agents(self, stack: AsyncExitStack) -> None:
        for who in STAND_INS[: self._wish.agents]:
            line = await stack.enter_async_context(signed_in(self._place.url, who, self.faults))
            dice = Dice("agent", who.email, self._place.life.today)
            agent = StandIn(line, self._book, self.faults, dice)
            await stack.enter_async_context(_at_work(agent))
            self.scene.agents += 1

    # Customers.

    async def _come(self, visits: asyncio.TaskGroup) -> None:
        while True:
            await self._room.acquire()
            task = visits.create_task(self._one_visit(self._casting.next_part()))
            self._visits.add(task)
            task.add_done_callback(self._visits.discard)
            # Independent arrivals: the gaps of a Poisson stream.
            await asyncio.sleep(-log(1 - self._dice.share()) * MINUTE_S / self._wish.pace)

    async def _one_visit(self, part: Part) -> None:
        self.scene.inside += 1
        try:
            token = await self._token_of(part)
            line = ChatLine(self._place.socket_url, self._site_key, token, self.faults)
            dice = Dice("visit", part.first_words, self.ledger.begun)

            def begun(conversation_id: UUID) -> None:
                self._book.note(conversation_id, part)
                self.ledger.begin(conversation_id)

            await visit(line, part, begun=begun, faults=self.faults, dice=dice)
        except httpx.HTTPError as fault:
            self.faults.count("customer token", type(fault).__name__)
        finally:
            self.scene.inside -= 1
            self._casting.gone(part)
            self._room.release()

    async def _token_of(self, part: Part) -> str | None:
        if part.customer is None:
            return None
        answer = await self._http.post("/demo/api/customer-token", json={"ref": part.customer})
        answer.raise_for_status()
        return str(answer.json()["token"])

    # Time.

    async def _wait(self, stopping: asyncio.Event, coming: asyncio.Task[None]) -> None:
        if self._wish.for_s is not None:
            self.scene.ends_at = asyncio.get_running_loop().time() + self._wish.for_s
        await _set_within(stopping, self._wish.for_s)
        coming.cancel()
        self.scene.is_winding_down = True

    async def _wind_down(self, stopping: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + WIND_DOWN_S
        while self.scene.inside and not stopping.is_set() and loop.time() < until:
            await _set_within(stopping, min(LOOK_EVERY_S, until - loop.time()))

    async def _watch(self) -> None:
        while True:
            await self.ledger.refresh()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _tidy_up(self) -> None:
        """Close what nobody serves any more; what a person serves is left to that person."""
        await self.ledger.refresh(everything=True)
        await self.ledger.close(
            state.conversation_id
            for state in self.ledger.states
            if state.status is not ConversationStatus.ENDED and state.agent is None
        )


@asynccontextmanager
async def _at_work(agent: StandIn) -> AsyncIterator[None]:
    """Have an agent work while the block runs, and leave nothing behind."""
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(agent.work())
        try:
            yield
        finally:
            try:
                await agent.leave()
            finally:
                work.cancel()


async def _set_within(event: asyncio.Event, timeout_s: float | None) -> None:
    """Wait until the event is set, for so long at most."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return


@asynccontextmanager
async def open_crowd(place: Place, wish: Wish) -> AsyncIterator[Crowd]:
    """Meet the installation's demo shop; the crowd plays inside the block.

    Raises:
        httpx.HTTPError: there is no demo shop, or nobody answers.
    """
    headers = {"authorization": f"Bearer {place.token}"}
    async with httpx.AsyncClient(
        base_url=place.url, headers=headers, timeout=CALL_TIMEOUT_S, trust_env=False
    ) as http:
        site = await http.get("/demo/api/site")
        site.raise_for_status()
        yield Crowd(place, wish, http, str(site.json()["site_key"]))
