"""A storm of hellos asks for its site once; whoever changes a site is heeded at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from services.gateway.usecases.greet_together import SiteWish
from services.gateway.usecases.known_sites import KEPT_MS, SITES_MAX, KnownSites
from services.gateway.usecases.ports import Site
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock

SHOP, SITE = new_id(), new_id()
OPEN = Site("key", "secret", ("https://shop.example",))
MOVED = replace(OPEN, origins=("https://moved.example",))


@dataclass
class Asked:
    """Answers what it holds, and may be held up; raises what is refused."""

    site: Site | None = OPEN
    wishes: list[SiteWish] = field(default_factory=list)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.goes_on.set()

    async def __call__(self, wish: SiteWish) -> Site | None:
        self.wishes.append(wish)
        found = self.site
        await self.goes_on.wait()
        return found


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def known(asked: Asked, clock: VirtualClock) -> KnownSites:
    return KnownSites(asked, clock)


async def test_hellos_within_a_moment_ask_once_whatever_session_they_bring(
    asked: Asked, clock: VirtualClock, known: KnownSites
) -> None:
    session = new_id()
    assert await known.find(SHOP, SITE, session) == OPEN
    clock.advance(KEPT_MS - 1)
    assert await known.find(SHOP, SITE) == OPEN
    assert asked.wishes == [SiteWish(SHOP, SITE, session)]


async def test_what_another_node_changed_is_seen_after_that_moment(
    asked: Asked, clock: VirtualClock, known: KnownSites
) -> None:
    await known.find(SHOP, SITE)
    asked.site = MOVED
    clock.advance(KEPT_MS)
    assert await known.find(SHOP, SITE) == MOVED


async def test_the_moment_counts_from_the_question_not_from_its_answer(
    asked: Asked, clock: VirtualClock, known: KnownSites
) -> None:
    asked.goes_on.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(known.find(SHOP, SITE))
        await asyncio.sleep(0)
        clock.advance(KEPT_MS)
        asked.goes_on.set()
    asked.site = MOVED
    assert await known.find(SHOP, SITE) == MOVED


async def test_a_change_on_this_node_is_seen_at_once(asked: Asked, known: KnownSites) -> None:
    await known.find(SHOP, SITE)
    asked.site = MOVED
    known.forget()
    assert await known.find(SHOP, SITE) == MOVED


async def test_what_was_being_asked_while_a_site_was_changed_is_not_kept(
    asked: Asked, known: KnownSites
) -> None:
    asked.goes_on.clear()
    async with asyncio.TaskGroup() as group:
        finding = group.create_task(known.find(SHOP, SITE))
        await asyncio.sleep(0)
        asked.site = MOVED
        known.forget()
        asked.goes_on.set()
    assert finding.result() == OPEN  # it came before the change
    assert await known.find(SHOP, SITE) == MOVED


@pytest.mark.parametrize("site", [None, replace(OPEN, closed=True)])
async def test_what_is_unknown_or_closed_is_asked_for_each_time(
    asked: Asked, known: KnownSites, site: Site | None
) -> None:
    """Of a closed site each session is asked for: it may have a conversation under way."""
    asked.site = site
    sessions = [new_id(), new_id()]
    for session in sessions:
        assert await known.find(SHOP, SITE, session) == site
    assert [wish.session_id for wish in asked.wishes] == sessions


async def test_a_refusal_is_passed_on_and_not_kept(clock: VirtualClock) -> None:
    refusals = 0

    async def refuse(_wish: SiteWish) -> Site | None:
        nonlocal refusals
        refusals += 1
        raise RefusedError(ErrorCode.TRY_AGAIN, "busy")

    known = KnownSites(refuse, clock)
    for _ in range(2):
        with pytest.raises(RefusedError):
            await known.find(SHOP, SITE)
    assert refusals == 2


async def test_no_more_sites_are_remembered_than_fit(asked: Asked, known: KnownSites) -> None:
    others: list[UUID] = [new_id() for _ in range(SITES_MAX)]
    for other in (SITE, *others):
        await known.find(SHOP, other)
    await known.find(SHOP, others[-1])
    await known.find(SHOP, SITE)
    assert len(asked.wishes) == SITES_MAX + 2
