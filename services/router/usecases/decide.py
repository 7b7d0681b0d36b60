"""Applies a group of commands to their shops' engines and commits it before anybody hears of it.

Owns the engines of this process. A shop's engine is built from the tables when the shop is first
named, after taking its lease; an engine whose commit failed, or whose outcome is unknown, is thrown
away and built again under a new token. An engine is used only while its lease is believed in; one
whose lease is lost or has lapsed is thrown away, and the commits it has under way are rejected by
the token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from services.router.domain.commands import Command
from services.router.domain.effects import Answer, Effects
from services.router.domain.engine import Engine
from services.router.domain.journal import Journal, Recalled
from services.router.domain.model import Agent
from services.router.domain.ordered import OrderedKeys
from services.router.usecases import views, work_views
from services.router.usecases.keep_journals import OwnJournal
from services.router.usecases.keep_leases import KeepLeases
from services.router.usecases.ownership import NotOwnedError, Order
from services.router.usecases.ports import (
    Announcer,
    CommitFailedError,
    HeardItem,
    RoutingStore,
    ShopWork,
    WorkTold,
)
from shared.contracts.events import Envelope
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.database import MAX_SHOPS

REBUILD_AFTER_MS: Final[Millis] = 100
"""Rest before a thrown-away engine is built again: its conversations wait meanwhile."""

RETRY_AFTER_MS: Final[Millis] = 1_000


Built: TypeAlias = Callable[[UUID, Sequence[Agent]], None]
DeadlineMoved: TypeAlias = Callable[[], None]


@dataclass(slots=True)
class _Owned:
    engine: Engine
    token: int
    journal: Journal


@dataclass(slots=True)
class _Share:
    """One shop's part of a group: the places of its orders, what they did, or why they did not."""

    shop_id: UUID
    places: list[int]
    commands: list[Command]
    effects: list[Effects]
    events: list[Envelope]
    promises: list[Envelope]
    """For history alone. They stand behind the events, whose places they must not move."""
    heard_items: list[HeardItem]
    work_told: list[WorkTold]
    failure: Exception | None = None
    rebuild: bool = False
    token: int = 0

    @property
    def work(self) -> ShopWork:
        return ShopWork(
            self.shop_id,
            self.token,
            tuple(self.effects),
            (*self.events, *self.promises),
            tuple(self.heard_items),
            tuple(self.work_told),
        )

    @property
    def must_commit(self) -> bool:
        return not all(effects.changes_nothing for effects in self.effects)


class Deciders:
    """Every engine of this process. One lane enters: `commit` never runs twice at once."""

    def __init__(
        self, store: RoutingStore, announcer: Announcer, clock: Clock, leases: KeepLeases
    ) -> None:
        self._store = store
        self._leases = leases
        self._announcer = announcer
        self._clock = clock
        self._built: Built = _nobody_asks
        self._deadline_moved: DeadlineMoved = _nobody_sleeps
        self._owned: dict[UUID, _Owned] = {}
        self._deadline_of: dict[UUID, Instant] = {}
        self._deadlines = OrderedKeys()

    def report_to(self, built: Built, deadline_moved: DeadlineMoved) -> None:
        """Tell `built` a shop's agents when its engine is built, and when a deadline is earlier."""
        self._built = built
        self._deadline_moved = deadline_moved

    async def commit(self, orders: Sequence[Order]) -> Sequence[Answer | Exception]:
        """Apply orders in their order, commit, tell; return each one's answer or refusal."""
        shares = _by_shop(orders)
        for share in shares:
            await self._apply(share)
        for some in _chunks([share for share in shares if share.failure is None]):
            await self._commit(some)
        answers: list[Answer | Exception | None] = [None] * len(orders)
        for share in shares:
            self._schedule(share)
            for index, place in enumerate(share.places):
                answers[place] = share.failure or share.effects[index].answer
        return [answer for answer in answers if answer is not None]

    def waiting(self, shop_id: UUID) -> tuple[UUID, ...]:
        """Return who waits in a shop of ours, first served first; may be ahead of the commit."""
        owned = self._owned.get(shop_id)
        return () if owned is None else owned.engine.waiting()

    def anybody_waits(self, shop_id: UUID) -> bool:
        """Return whether somebody waits in a shop of ours; may be ahead of the commit."""
        owned = self._owned.get(shop_id)
        return owned is not None and owned.engine.anybody_waits()

    def has_free_agent(self, shop_id: UUID) -> bool | None:
        """Return whether somebody is free in a shop; None: it is not ours."""
        owned = self._owned.get(shop_id)
        return None if owned is None else owned.engine.has_free_agent()

    def recall(self, shop_id: UUID, decision_id: UUID) -> Recalled | None:
        """Return what a decision of a shop of ours was made from, if that is kept still."""
        owned = self._owned.get(shop_id)
        return None if owned is None else owned.journal.recall(decision_id)

    def journals(self) -> Iterator[OwnJournal]:
        """Yield the journal of each engine there is; may be ahead of the commit."""
        for shop_id, owned in self._owned.items():
            yield OwnJournal(shop_id, owned.token, owned.journal)

    def drop(self, shop_id: UUID) -> None:
        """Throw away the engine of a shop whose lease is gone; may be called at any time.

        What it has under way is committed or not, as its token is; what comes next takes the lease
        anew or is somebody else's.
        """
        self._owned.pop(shop_id, None)
        self._set_deadline(shop_id, None)

    def next_deadline(self) -> Instant | None:
        """Return when some shop's engine needs a Tick, or to be built again."""
        first = self._deadlines.first()
        return None if first is None else first[0]

    def due(self, now: Instant) -> list[UUID]:
        """Return the shops that need a Tick by now."""
        due: list[UUID] = []
        for at, shop_id in self._deadlines:
            if at > now:
                break
            due.append(UUID(int=shop_id))
        return due

    async def _apply(self, share: _Share) -> None:
        try:
            owned = await self._owner_of(share.shop_id)
            share.token = owned.token
            await self._recall(share, owned)
            for command in share.commands:
                now = self._clock.now()
                effects = owned.engine.apply(command, now)
                owned.journal.told(owned.engine, command, now, effects)
                share.effects.append(effects)
                place = len(share.events) // len(views.RECEIVERS)
                share.heard_items.extend(views.heard_items(command, effects, now, place))
                share.work_told.extend(work_views.work_told(effects, now, place))
                share.events.extend(views.events(share.shop_id, effects, now))
                share.promises.extend(views.promises(share.shop_id, effects, now))
        except (RefusedError, NotOwnedError) as refusal:
            share.failure = refusal
        except CommitFailedError:
            self._fail(share, _try_again())
        except Exception as defect:  # noqa: BLE001  one shop's defect is told to its callers only
            self._fail(share, defect)

    async def _owner_of(self, shop_id: UUID) -> _Owned:
        owned = self._owned.get(shop_id)
        if owned is None or not self._leases.holds(shop_id):
            self._owned.pop(shop_id, None)
            owned = self._owned[shop_id] = await self._build(shop_id)
        return owned

    async def _build(self, shop_id: UUID) -> _Owned:
        asked_at = self._leases.asks()
        token = await self._store.take(shop_id)
        if token is None:
            raise RefusedError(ErrorCode.NOT_FOUND, "There is nothing here.")
        # Before the rows are read: a lease is renewed while its engine is being built.
        self._leases.taken(shop_id, token, asked_at)
        shop = await self._store.read(shop_id)
        self._built(shop_id, shop.rows.agents)
        engine = Engine(shop.policy, shop.rows)
        return _Owned(engine, token, Journal(engine))

    async def _recall(self, share: _Share, owned: _Owned) -> None:
        unknown = [one for one in map(owned.engine.unknown, share.commands) if one is not None]
        if unknown:
            conversations = {one.conversation_id for one in unknown if one.conversation_id}
            agents = {one.agent_id for one in unknown if one.agent_id}
            named = {one.named for one in unknown if one.named}
            rows = await self._store.recall(
                share.shop_id, sorted(conversations), sorted(agents), sorted(named)
            )
            owned.engine.admit(rows)
            owned.journal.admitted(rows)

    async def _commit(self, shares: Sequence[_Share]) -> None:
        changed = [share for share in shares if share.must_commit]
        try:
            held = await self._store.commit([share.work for share in changed]) if changed else ()
        except CommitFailedError:
            for share in shares:
                self._fail(share, _try_again())
            return
        except Exception as defect:  # noqa: BLE001  its engines are ahead of the tables all the same
            for share in shares:
                self._fail(share, defect)
            return
        for share in changed:
            if share.shop_id in held:
                self._announcer.committed(share.work)
            else:
                self._lose(share)

    def _fail(self, share: _Share, failure: Exception) -> None:
        """Throw the engine away; whoever waits in it is looked after again shortly."""
        share.failure = failure
        share.rebuild = True
        self._owned.pop(share.shop_id, None)

    def _lose(self, share: _Share) -> None:
        """Another router owns the shop now, so nothing of this happened: it is for that one."""
        share.failure = NotOwnedError()
        self._leases.lost(share.shop_id)
        self._owned.pop(share.shop_id, None)

    def _schedule(self, share: _Share) -> None:
        owned = self._owned.get(share.shop_id)
        if owned is not None:
            self._set_deadline(share.shop_id, owned.engine.next_deadline())
        else:
            again = self._clock.now() + REBUILD_AFTER_MS if share.rebuild else None
            self._set_deadline(share.shop_id, again)

    def _set_deadline(self, shop_id: UUID, at: Instant | None) -> None:
        before = self._deadline_of.pop(shop_id, None)
        if before is not None:
            self._deadlines.remove((before, shop_id.int))
        if at is not None:
            self._deadline_of[shop_id] = at
            self._deadlines.add((at, shop_id.int))
            if before is None or at < before:
                self._deadline_moved()


def _nobody_asks(_shop_id: UUID, _agents: Sequence[Agent]) -> None:
    """Stand in until somebody wants to know."""


def _nobody_sleeps() -> None:
    """Stand in until somebody sleeps."""


def _by_shop(orders: Sequence[Order]) -> list[_Share]:
    shares: dict[UUID, _Share] = {}
    for place, order in enumerate(orders):
        share = shares.get(order.shop_id)
        if share is None:
            share = shares[order.shop_id] = _Share(order.shop_id, [], [], [], [], [], [], [])
        share.places.append(place)
        share.commands.append(order.command)
    return list(shares.values())


def _chunks(shares: Sequence[_Share]) -> Iterator[Sequence[_Share]]:
    for start in range(0, len(shares), MAX_SHOPS):
        yield shares[start : start + MAX_SHOPS]


def _try_again() -> RefusedError:
    return RefusedError(
        ErrorCode.TRY_AGAIN,
        "The outcome is unknown; the same request may be sent again.",
        retry_after_ms=RETRY_AFTER_MS,
    )
