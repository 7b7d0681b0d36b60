"""Nothing leaves before its commit; one shop's trouble is its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from services.router.domain.commands import (
    Command,
    ConversationClosed,
    MessageArrived,
    StatusSet,
    Tick,
)
from services.router.domain.effects import HeardUpTo
from services.router.domain.engine import Engine
from services.router.domain.leases import LEASE_MS
from services.router.domain.model import Rows
from services.router.domain.policy import Policy
from services.router.usecases.decide import REBUILD_AFTER_MS, Deciders
from services.router.usecases.keep_leases import KeepLeases
from services.router.usecases.ownership import NotOwnedError, Order
from services.router.usecases.ports import CommitFailedError, OwnedShop, ShopWork
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import AgentStatus, AuthorKind
from tests.support.clock import VirtualClock
from tests.support.desk_tables import Tables
from tests.support.routing import a_message, agent_id, an_agent, conversation_id

SHOPS = [UUID(int=0x5000 + number) for number in range(20)]
OTHER = UUID(int=0x0711)


@dataclass
class FakeStore:
    """Tables in memory; may fail, or forget who owns a shop."""

    tables: dict[UUID, Tables] = field(default_factory=dict)
    tokens: dict[UUID, int] = field(default_factory=dict)
    failing: Exception | None = None
    own_fails: bool = False
    commits: list[list[UUID]] = field(default_factory=list)
    elsewhere: set[UUID] = field(default_factory=set)
    owned: int = 0

    async def take(self, shop_id: UUID) -> int | None:
        if self.own_fails:
            raise CommitFailedError
        if shop_id in self.elsewhere:
            raise NotOwnedError(OTHER)
        if shop_id not in self.tables:
            return None
        self.owned += 1
        self.tokens[shop_id] = self.tokens.get(shop_id, 0) + 1
        return self.tokens[shop_id]

    async def read(self, shop_id: UUID) -> OwnedShop:
        return OwnedShop(Policy(), self.tables[shop_id].live_rows())

    async def recall(
        self,
        shop_id: UUID,
        conversations: Sequence[UUID],
        agents: Sequence[UUID],
        named: Sequence[UUID],
    ) -> Rows:
        tables = self.tables[shop_id]
        found = [tables.rows_of(one) for one in (*conversations, *named)]
        return Rows(
            agents=tuple(tables.agents[one] for one in agents if one in tables.agents),
            conversations=tuple(row for rows in found for row in rows.conversations),
            heard=tuple(row for rows in found for row in rows.heard),
        )

    async def commit(self, work: Sequence[ShopWork]) -> frozenset[UUID]:
        if self.failing is not None:
            raise self.failing
        self.commits.append([one.shop_id for one in work])
        held = [one for one in work if self.tokens[one.shop_id] == one.token]
        for one in held:
            for effects in one.effects:
                self.tables[one.shop_id].commit(effects)
        return frozenset(one.shop_id for one in held)


@dataclass
class Told:
    """Who was told what is committed."""

    work: list[ShopWork] = field(default_factory=list)

    def committed(self, work: ShopWork) -> None:
        self.work.append(work)


@pytest.fixture
def store() -> FakeStore:
    team = {agent_id(1): an_agent(1)}
    return FakeStore({shop: Tables(agents=dict(team)) for shop in SHOPS})


@pytest.fixture
def told() -> Told:
    return Told()


@dataclass
class FakeLeases:
    """What the tables say of leases: each given set is a renewal's answer."""

    given: frozenset[UUID] | None = None

    async def renew(self, tokens: Mapping[UUID, int]) -> frozenset[UUID]:
        return frozenset(tokens) if self.given is None else self.given

    async def release(self) -> None:
        pass

    async def free(self, limit: int) -> Sequence[UUID]:
        return ()

    async def holders(self, shops: Collection[UUID]) -> Mapping[UUID, UUID]:
        return {}


@pytest.fixture
def lease_clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def leases(lease_clock: VirtualClock) -> KeepLeases:
    return KeepLeases(FakeLeases(), lease_clock)


@pytest.fixture
def deciders(store: FakeStore, told: Told, clock: VirtualClock, leases: KeepLeases) -> Deciders:
    return Deciders(store, told, clock, leases)


def writes(shop: int, number: int, version: int, now: Instant) -> Order:
    return Order(SHOPS[shop], a_message(conversation_id(number), version, now))


async def test_the_answers_come_in_the_order_of_the_commands_across_shops(
    deciders: Deciders, clock: VirtualClock, told: Told
) -> None:
    now = clock.now()
    orders = [
        writes(0, 1, 1, now),
        writes(1, 1, 1, now),
        writes(0, 1, 2, now),
        writes(0, 2, 1, now),
    ]
    answers = await deciders.commit(orders)
    assert answers == [HeardUpTo(1), HeardUpTo(1), HeardUpTo(2), HeardUpTo(1)]
    assert [work.shop_id for work in told.work] == [SHOPS[0], SHOPS[1]]


async def test_at_most_eight_shops_share_a_commit(
    deciders: Deciders, clock: VirtualClock, store: FakeStore
) -> None:
    await deciders.commit([writes(shop, 1, 1, clock.now()) for shop in range(20)])
    assert [len(shops) for shops in store.commits] == [8, 8, 4]


async def test_nobody_hears_of_a_commit_that_failed_and_the_engine_is_built_again(
    deciders: Deciders, clock: VirtualClock, store: FakeStore, told: Told
) -> None:
    store.failing = CommitFailedError()
    (answer,) = await deciders.commit([writes(0, 1, 1, clock.now())])
    assert isinstance(answer, RefusedError)
    assert answer.code is ErrorCode.TRY_AGAIN
    assert told.work == []
    assert deciders.next_deadline() == clock.now() + REBUILD_AFTER_MS
    store.failing = None
    assert await deciders.commit([writes(0, 1, 1, clock.now())]) == [HeardUpTo(1)]
    assert store.owned == 2


async def test_an_engine_whose_commit_met_a_defect_is_built_again_too(
    deciders: Deciders, clock: VirtualClock, store: FakeStore, told: Told
) -> None:
    store.failing = ZeroDivisionError()
    assert await deciders.commit([writes(0, 1, 1, clock.now())]) == [store.failing]
    assert told.work == []
    store.failing = None
    assert await deciders.commit([writes(0, 1, 1, clock.now())]) == [HeardUpTo(1)]
    assert store.owned == 2


async def test_what_changes_nothing_is_not_committed(
    deciders: Deciders, clock: VirtualClock, store: FakeStore
) -> None:
    await deciders.commit([Order(SHOPS[0], Tick())])
    assert store.commits == []


async def test_a_lost_lease_leaves_that_shops_commands_to_its_owner_and_the_shop_alone(
    deciders: Deciders, clock: VirtualClock, store: FakeStore, told: Told, leases: KeepLeases
) -> None:
    await deciders.commit([Order(SHOPS[0], Tick()), Order(SHOPS[1], Tick())])
    store.tokens[SHOPS[0]] += 1
    lost, kept = await deciders.commit([writes(0, 1, 1, clock.now()), writes(1, 1, 1, clock.now())])
    assert isinstance(lost, NotOwnedError)
    assert not leases.holds(SHOPS[0])
    assert kept == HeardUpTo(1)
    assert [work.shop_id for work in told.work] == [SHOPS[1]]
    clock.advance(60_000)
    assert deciders.due(clock.now()) == [SHOPS[1]]


async def test_another_routers_shop_is_not_touched_and_its_owner_named(
    deciders: Deciders, clock: VirtualClock, store: FakeStore
) -> None:
    store.elsewhere.add(SHOPS[0])
    theirs, ours = await deciders.commit([Order(SHOPS[0], Tick()), Order(SHOPS[1], Tick())])
    assert isinstance(theirs, NotOwnedError)
    assert theirs.holder == OTHER
    assert not isinstance(ours, Exception)
    assert deciders.due(clock.advance(60_000)) == []


async def test_an_engine_is_not_used_after_its_lease_has_lapsed(
    deciders: Deciders, clock: VirtualClock, lease_clock: VirtualClock, store: FakeStore
) -> None:
    await deciders.commit([Order(SHOPS[0], Tick())])
    lease_clock.advance(LEASE_MS - 1)
    await deciders.commit([Order(SHOPS[0], Tick())])
    assert store.owned == 1
    lease_clock.advance(1)
    store.elsewhere.add(SHOPS[0])  # somebody was quicker
    (answer,) = await deciders.commit([writes(0, 1, 1, clock.now())])
    assert isinstance(answer, NotOwnedError)
    assert store.commits == []


async def test_a_dropped_engine_has_no_clock_and_is_built_again_when_asked(
    deciders: Deciders, clock: VirtualClock, store: FakeStore
) -> None:
    await deciders.commit([writes(0, 1, 1, clock.now())])
    assert deciders.next_deadline() is not None
    deciders.drop(SHOPS[0])
    assert deciders.next_deadline() is None
    assert await deciders.commit([writes(0, 1, 2, clock.now())]) == [HeardUpTo(2)]
    assert store.owned == 2


async def test_a_router_that_let_its_leases_go_takes_no_shop_any_more(
    deciders: Deciders, leases: KeepLeases, store: FakeStore
) -> None:
    await deciders.commit([Order(SHOPS[0], Tick())])
    await leases.release()
    (answer,) = await deciders.commit([Order(SHOPS[0], Tick())])
    assert isinstance(answer, NotOwnedError)
    assert store.owned == 1


async def test_a_shop_that_does_not_exist_is_not_found(deciders: Deciders) -> None:
    (answer,) = await deciders.commit([Order(UUID(int=1), Tick())])
    assert isinstance(answer, RefusedError)
    assert answer.code is ErrorCode.NOT_FOUND
    assert deciders.next_deadline() is None


async def test_tables_out_of_reach_are_tried_again_soon(
    deciders: Deciders, clock: VirtualClock, store: FakeStore
) -> None:
    store.own_fails = True
    (answer,) = await deciders.commit([Order(SHOPS[0], Tick())])
    assert isinstance(answer, RefusedError)
    assert answer.code is ErrorCode.TRY_AGAIN
    assert deciders.due(clock.advance(REBUILD_AFTER_MS)) == [SHOPS[0]]


async def test_a_defect_in_one_shop_reaches_its_own_callers_only(
    deciders: Deciders, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = conversation_id(13)
    apply: Callable[[Engine, Command, Instant], object] = Engine.apply

    def fail_for_one(engine: Engine, command: Command, now: Instant) -> object:
        if isinstance(command, MessageArrived) and command.conversation_id == broken:
            raise ZeroDivisionError
        return apply(engine, command, now)

    monkeypatch.setattr(Engine, "apply", fail_for_one)
    answers = await deciders.commit([writes(0, 13, 1, clock.now()), writes(1, 1, 1, clock.now())])
    assert isinstance(answers[0], ZeroDivisionError)
    assert answers[1] == HeardUpTo(1)


async def test_an_agent_made_after_the_engine_was_built_is_found(
    deciders: Deciders, clock: VirtualClock, store: FakeStore
) -> None:
    await deciders.commit([Order(SHOPS[0], Tick())])
    store.tables[SHOPS[0]].agents[agent_id(2)] = an_agent(2, status=AgentStatus.OFFLINE)
    say = StatusSet(agent_id(2), AgentStatus.AVAILABLE)
    await deciders.commit([Order(SHOPS[0], say)])
    assert store.tables[SHOPS[0]].agents[agent_id(2)].status is AgentStatus.AVAILABLE


async def test_an_ended_conversation_is_recalled_by_a_new_engine(
    store: FakeStore, told: Told, clock: VirtualClock, leases: KeepLeases
) -> None:
    old = Deciders(store, told, clock, leases)
    await old.commit([writes(0, 1, 1, clock.now())])
    tables = store.tables[SHOPS[0]]
    (row,) = tables.conversations.values()
    await old.commit([Order(SHOPS[0], ConversationClosed(conversation_id(1), None))])
    new = Deciders(store, told, clock, leases)
    line = replace(a_message(conversation_id(1), 2, clock.now()), author=AuthorKind.SYSTEM)
    assert await new.commit([Order(SHOPS[0], line)]) == [HeardUpTo(2)]
    assert tables.conversations[row.id].ended_at is not None


async def test_who_sleeps_is_woken_for_an_earlier_deadline_only(
    deciders: Deciders, clock: VirtualClock
) -> None:
    woken: list[int | None] = []
    built: list[UUID] = []
    deciders.report_to(
        lambda shop, _: built.append(shop), lambda: woken.append(deciders.next_deadline())
    )
    await deciders.commit([writes(0, 1, 1, clock.now())])
    await deciders.commit([writes(0, 2, 1, clock.now())])
    assert woken == [clock.now() + 1_000]
    assert built == [SHOPS[0]]
