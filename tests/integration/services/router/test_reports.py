"""What a supervisor is told of a day: the clock, who counts, and what was in the way."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.router.domain.waits import Guess, Pace
from services.router.storage.waits import ToldWaits
from services.router.usecases.guess_waits import PastWaits, ToldWait
from shared.contracts import subjects
from shared.contracts.claims import NO_SHOP
from shared.contracts.routing import LeaveAnswer, LeaveRequest
from shared.kernel import ids
from shared.kernel.clock import to_datetime, to_iso
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import AuthorKind, EventType, Scope, Service
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from tests.support.admin import Admin, supervisor
from tests.support.clock import VirtualClock
from tests.support.patience import WAIT_MS
from tests.support.postgres import TestDatabase
from tests.support.router import Console, Rig

FIRST = "/v1/reports/first-responses"
AGENTS = "/v1/reports/agents"
RECORD = "/v1/reports/conversations"
WAITS = "/v1/reports/waits"
BOARD = "/v1/reports/wallboard"
SECOND = 1_000


@pytest.fixture
def chief(rig: Rig, shop: UUID) -> Admin:
    return supervisor(rig, shop)


async def pass_time(rig: Rig, console: Console, clock: VirtualClock, span_ms: int) -> None:
    """Let time pass while the agent's node goes on beating each second."""
    for _ in range(span_ms // SECOND):
        clock.advance(SECOND)
        await rig.beat(console)


async def answered(
    rig: Rig,
    console: Console,
    clock: VirtualClock,
    *,
    after_ms: int,
    conversation: UUID | None = None,
) -> UUID:
    """A conversation that its agent takes after a second and answers after so long."""
    conversation, count = conversation or new_id(), len(console.offers) + 1
    await rig.message(console.shop_id, conversation)
    offer = await console.wait_for(EventType.OFFER_CREATED, count)
    await pass_time(rig, console, clock, SECOND)
    await console.accept(offer)
    await pass_time(rig, console, clock, after_ms - SECOND)
    await rig.message(console.shop_id, conversation, version=2, author=AuthorKind.AGENT)
    return conversation


async def leave(rig: Rig, shop: UUID, conversation: UUID) -> None:
    """The customer ends it, as a gateway node tells."""
    asked = LeaveRequest(shop_id=shop, conversation_id=conversation)
    raw = await rig.bus.request(subjects.LEAVE, asked.to_json(), timeout_ms=WAIT_MS)
    assert LeaveAnswer.model_validate_json(raw).ended


class TestRecord:
    async def test_conversations_that_are_over_are_told_as_a_replay_wants_them(
        self, rig: Rig, shop: UUID, chief: Admin, clock: VirtualClock
    ) -> None:
        console = await rig.console(shop)
        asked_at = to_iso(clock.now())
        conversation = await answered(rig, console, clock, after_ms=4_000)
        await pass_time(rig, console, clock, 90 * SECOND)
        await console.close(ids.encode(IdKind.CONVERSATION, conversation))
        gone, open_still = new_id(), new_id()
        await rig.message(shop, gone)
        await pass_time(rig, console, clock, 7 * SECOND)
        await leave(rig, shop, gone)
        await rig.message(shop, open_still)
        record = await chief.get(RECORD)
        served, left = record["conversations"]
        assert served == {
            "id": ids.encode(IdKind.CONVERSATION, conversation),
            "asked_at": asked_at,
            "waited_ms": 4_000,
            "handle_ms": 90_000,
            "channel": "chat",
        }
        assert (left["waited_ms"], left["handle_ms"]) == (7_000, None)
        assert record["next_cursor"] is None

    async def test_the_record_is_read_page_by_page_and_of_ones_own_shop(
        self, rig: Rig, shop: UUID, chief: Admin, clock: VirtualClock
    ) -> None:
        for _ in range(3):
            conversation = new_id()
            await rig.message(shop, conversation)
            clock.advance(SECOND)
            await leave(rig, shop, conversation)
        first = await chief.get(f"{RECORD}?limit=2")
        rest = await chief.get(f"{RECORD}?limit=2&cursor={first['next_cursor']}")
        assert (len(first["conversations"]), len(rest["conversations"])) == (2, 1)
        assert rest["next_cursor"] is None
        other = Admin(rig.http, rig.token(await rig.shop(), None, Scope.SUPERVISOR))
        assert (await other.get(RECORD))["conversations"] == []


class TestFirstResponses:
    async def test_a_day_without_conversations_has_no_level(self, chief: Admin) -> None:
        report = await chief.get(FIRST)
        assert report["target_ms"] == 10_000
        assert report["in_hours"]["counted"] == 0
        assert report["in_hours"]["service_level_pct"] is None
        assert report["in_hours"]["first_response"]["p50_ms"] is None

    async def test_each_share_of_the_wait_is_told_apart(
        self, rig: Rig, shop: UUID, chief: Admin, clock: VirtualClock
    ) -> None:
        console = await rig.console(shop)
        for after_ms in (4_000, 6_000, 14_000):
            await answered(rig, console, clock, after_ms=after_ms)
        told = (await chief.get(FIRST))["in_hours"]
        assert (told["counted"], told["answered"], told["within_target"]) == (3, 3, 2)
        assert told["service_level_pct"] == 66.7
        assert told["first_response"]["p50_ms"] == 6_000
        assert told["queue_wait"]["p99_ms"] == told["notice"]["p99_ms"] == SECOND
        assert told["compose"]["p99_ms"] == 13_000
        assert told["misses"] == [
            {"cause": "agent_slow", "misses": 1, "time_ms": 9_000},
            {"cause": "stream_lost", "misses": 0, "time_ms": 1_000},
        ]

    async def test_who_leaves_before_the_target_does_not_count_and_who_leaves_after_it_does(
        self, rig: Rig, shop: UUID, chief: Admin, clock: VirtualClock
    ) -> None:
        early, late, still, new = (new_id() for _ in range(4))
        for conversation in (early, late, still):
            await rig.message(shop, conversation)
        clock.advance(4 * SECOND)
        await leave(rig, shop, early)
        clock.advance(8 * SECOND)
        await leave(rig, shop, late)
        await rig.message(shop, new)
        told = (await chief.get(FIRST))["in_hours"]
        counts = {name: told[name] for name in ("counted", "abandoned", "overdue")}
        assert counts == {"counted": 2, "abandoned": 1, "overdue": 1}
        assert (told["short_abandoned"], told["waiting"]) == (1, 1)
        assert told["service_level_pct"] == 0.0
        assert told["misses"] == [{"cause": "no_staff", "misses": 2, "time_ms": 20_000}]

    async def test_the_target_and_the_span_may_be_asked_for(
        self, rig: Rig, shop: UUID, chief: Admin, clock: VirtualClock
    ) -> None:
        console = await rig.console(shop)
        await answered(rig, console, clock, after_ms=6_000)
        middle = to_iso(clock.now())
        await pass_time(rig, console, clock, 3_600 * SECOND)
        await answered(rig, console, clock, after_ms=6_000)
        later = (await chief.get(f"{FIRST}?from={middle}&target_ms=5000"))["in_hours"]
        assert (later["counted"], later["within_target"]) == (1, 0)
        assert len((await chief.get(FIRST))["hours"]) == 2

    async def test_another_shops_conversations_are_not_among_them(
        self, rig: Rig, chief: Admin, clock: VirtualClock
    ) -> None:
        console = await rig.console(await rig.shop())
        await answered(rig, console, clock, after_ms=6_000)
        assert (await chief.get(FIRST))["in_hours"]["counted"] == 0

    @pytest.mark.parametrize(
        "query",
        [
            "from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z",
            "from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z",
            "from=2026-01-01T00:00:00",
            "from=yesterday",
            "to=0001-01-01T00:00:00Z",
            "to=9999-12-31T23:59:59-14:00",
            "from=0001-01-01T00:00:00%2B14:00",
            "target_ms=0",
        ],
    )
    async def test_what_is_no_span_is_refused(self, chief: Admin, query: str) -> None:
        assert await chief.refused("GET", f"{FIRST}?{query}") == (422, "invalid_request")

    @pytest.mark.parametrize("path", [FIRST, AGENTS, WAITS, BOARD])
    async def test_an_agent_may_not_see_them(self, rig: Rig, shop: UUID, path: str) -> None:
        agent = Admin(rig.http, rig.token(shop, await rig.agent(shop)))
        assert await agent.refused("GET", path) == (403, "forbidden")

    async def test_there_is_nothing_of_a_shop_that_does_not_exist(self, rig: Rig) -> None:
        nowhere = Admin(rig.http, rig.token(NO_SHOP, None, Scope.SUPERVISOR))
        assert await nowhere.refused("GET", FIRST) == (404, "not_found")


class TestAgents:
    async def test_it_tells_what_each_was_asked_and_took(
        self, rig: Rig, shop: UUID, chief: Admin, clock: VirtualClock
    ) -> None:
        console = await rig.console(shop, name="Anna")
        conversation = await answered(rig, console, clock, after_ms=6_000)
        await console.close(ids.encode(IdKind.CONVERSATION, conversation))
        await rig.message(shop, new_id())
        await console.decline(await console.wait_for(EventType.OFFER_CREATED, 2))
        (anna,) = (await chief.get(AGENTS))["agents"]
        assert (anna["agent"]["name"], anna["offered"], anna["accepted"]) == ("Anna", 2, 1)
        assert (anna["declined"], anna["assignments"]) == (1, 1)
        assert anna["notice"]["p50_ms"] == SECOND
        assert anna["compose"]["p50_ms"] == anna["handle"]["p50_ms"] == 5_000
        assert anna["load_ms"] == 5_000

    async def test_occupancy_is_load_over_the_capacity_that_was_there(
        self, rig: Rig, shop: UUID, chief: Admin, clock: VirtualClock, database: TestDatabase
    ) -> None:
        console = await rig.console(shop, capacity=2)
        began = clock.now()
        await answered(rig, console, clock, after_ms=6_000)
        await self.stand(database, shop, console.agent_id, began)
        await pass_time(rig, console, clock, 5 * SECOND)
        (anna,) = (await chief.get(AGENTS))["agents"]
        assert (anna["load_ms"], anna["capacity_ms"]) == (10_000, 22_000)
        assert anna["occupancy"] == 0.455

    async def stand(self, database: TestDatabase, shop: UUID, agent: UUID, at: int) -> None:
        """Let the agent's lines, which have PostgreSQL's time, have the test's instead."""
        statement = """
            UPDATE router.agent_standings SET at = $3
            WHERE shop_id = $1 AND agent_id = $2
            """
        async with database.server.admin(database.name) as owner:
            await owner.execute(statement, shop, agent, to_datetime(at))


class TestStandings:
    async def test_a_line_is_written_when_and_only_when_somebody_comes_or_goes(
        self, rig: Rig, shop: UUID, clock: VirtualClock, database: TestDatabase
    ) -> None:
        console = await rig.console(shop)
        await answered(rig, console, clock, after_ms=6_000)
        await console.call("PUT", "/v1/agents/me/status", {"status": "away"})
        statement = """
            SELECT status, connected FROM router.agent_standings
            WHERE shop_id = $1 AND agent_id = $2 ORDER BY id
            """
        async with database.server.admin(database.name) as owner:
            lines = [tuple(one) for one in await owner.fetch(statement, shop, console.agent_id)]
        assert lines == [
            ("offline", False),
            ("offline", True),
            ("available", True),
            ("away", True),
        ]


class TestWaits:
    async def test_the_share_of_first_told_ranges_that_held_is_counted(
        self, rig: Rig, shop: UUID, chief: Admin, clock: VirtualClock, database: TestDatabase
    ) -> None:
        console, began = await rig.console(shop), clock.now()
        ranges = ((5_000, 7_000), (7_000, 9_000), (1_000, 2_000), (None, None))
        for low, high in ranges:
            told_at = clock.now()
            conversation = await answered(rig, console, clock, after_ms=6_000)
            await self.tell(database, (shop, conversation, to_datetime(told_at), low, high))
        told = await chief.get(f"{WAITS}?from={to_iso(began)}")
        counts = {name: told[name] for name in ("told", "without_range", "judged")}
        assert counts == {"told": 4, "without_range": 1, "judged": 3}
        assert (told["within"], told["sooner"], told["later"]) == (1, 1, 1)
        assert told["coverage_pct"] == 33.3

    async def tell(self, database: TestDatabase, row: tuple[object, ...]) -> None:
        """Have told this first, whatever the router itself has told meanwhile."""
        statement = """
            INSERT INTO router.told_waits (shop_id, conversation_id, told_at, low_ms, high_ms,
                expected_ms, gap_ms, compose_ms) VALUES ($1, $2, $3, $4, $5, 6000, 1, 1)
            ON CONFLICT (shop_id, conversation_id) DO UPDATE
                SET told_at = $3, low_ms = $4, high_ms = $5, expected_ms = 6000
            """
        async with database.server.admin(database.name) as owner:
            await owner.execute(statement, *row)

    async def test_a_router_that_begins_goes_on_from_what_was_told(
        self, rig: Rig, shop: UUID, clock: VirtualClock, database: TestDatabase
    ) -> None:
        console = await rig.console(shop)
        guess, pace = Guess(5_000, 4_000, 8_000), Pace(1_500, 2_500)
        async with open_database(database.service_url(Service.ROUTER)) as db:
            book, told_at = ToldWaits(db), clock.now() + SECOND
            conversation = new_id()
            await book.keep({shop: [ToldWait(conversation, told_at, guess, pace)]})
            await answered(rig, console, clock, after_ms=6_000, conversation=conversation)
            assert await book.past(shop, 10) == PastWaits(pace, [(guess, 5_000)])


class TestWallboard:
    async def test_it_shows_who_waits_with_whom_the_most_urgent_first(
        self, rig: Rig, shop: UUID, chief: Admin, clock: VirtualClock
    ) -> None:
        console = await rig.console(shop, name="Anna", capacity=3)
        silent, offered, waiting = new_id(), new_id(), new_id()
        await answered(rig, console, clock, after_ms=2_000)
        for number, conversation in enumerate((silent, offered, waiting), start=2):
            await rig.message(shop, conversation)
            clock.advance(1)
            if conversation is silent:
                await console.accept(await console.wait_for(EventType.OFFER_CREATED, number))
        board = await chief.get(BOARD)
        stand = [(one["status"], len(one["asked"])) for one in board["unanswered"]]
        assert stand == [("assigned", 0), ("offered", 1), ("queued", 0)]
        assert board["unanswered"][0]["agent"]["name"] == "Anna"
        assert (board["unanswered_count"], board["answered"], board["held"]) == (3, 1, 0)
        (anna,) = board["agents"]
        assert (anna["load"], anna["capacity"], anna["presence"]) == (3, 3, "connected")

    async def test_another_shops_people_are_not_on_it(self, rig: Rig, chief: Admin) -> None:
        other = await rig.shop()
        await rig.console(other)
        await rig.message(other, new_id())
        board = await chief.get(BOARD)
        assert (board["unanswered"], board["agents"]) == ([], [])
