"""Hellos that come together are answered together, and each for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.gateway.usecases.greet_together import FindSites, OpenSessions, SiteWish
from services.gateway.usecases.ports import (
    OpenedSession,
    RefusedGroupError,
    SessionWish,
    Site,
    UnknownOutcomeError,
)
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.new_ids import new_id

SHOP, SITE = new_id(), new_id()
KNOWN = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="4711", verified=True)


@dataclass
class Store:
    """A HelloStore that counts its calls; some wishes it refuses."""

    calls: list[int] = field(default_factory=list)
    away: bool = False
    refused: set[UUID] = field(default_factory=set)
    unknown: set[UUID] = field(default_factory=set)

    async def find_all(self, wishes: Sequence[SiteWish]) -> Sequence[Site | None]:
        self._call(len(wishes))
        return [None if w.site_id in self.unknown else Site(str(w.site_id), "", ()) for w in wishes]

    async def open_all(self, wishes: Sequence[SessionWish]) -> Sequence[OpenedSession | None]:
        self._call(len(wishes))
        if any(wish.new_session_id in self.refused for wish in wishes):
            raise RefusedGroupError
        return [None if wish.new_session_id in self.unknown else opened(wish) for wish in wishes]

    def _call(self, size: int) -> None:
        self.calls.append(size)
        if self.away:
            raise UnknownOutcomeError


def a_wish(session_id: UUID | None = None, customer: CustomerRef | None = None) -> SessionWish:
    return SessionWish(SHOP, SITE, session_id, b"old", b"new", new_id(), customer)


def opened(wish: SessionWish) -> OpenedSession:
    session_id = wish.session_id or wish.new_session_id
    return OpenedSession(session_id, wish.session_id is None, 1, 1, None, 0)


def told_to_try_again(answer: object) -> bool:
    return isinstance(answer, RefusedError) and answer.code is ErrorCode.TRY_AGAIN


async def test_hellos_of_one_site_ask_for_it_once() -> None:
    store, other = Store(), new_id()
    store.unknown = {other}
    wishes = [SiteWish(SHOP, SITE, None), SiteWish(SHOP, other, None), SiteWish(SHOP, SITE, None)]
    first, none, second = await FindSites(store)(wishes)
    assert store.calls == [2]
    assert none is None
    assert first == second == Site(str(SITE), "", ())


async def test_hellos_are_told_to_come_back_when_no_site_can_be_found() -> None:
    answers = await FindSites(Store(away=True))([SiteWish(SHOP, SITE, None)] * 2)
    assert [*map(told_to_try_again, answers)] == [True, True]


async def test_sessions_begin_and_go_on_in_one_call_and_each_gets_its_own() -> None:
    store, wishes = Store(), [a_wish(), a_wish(new_id()), a_wish(customer=KNOWN)]
    store.unknown = {wishes[1].new_session_id}
    answers = await OpenSessions(store)(wishes)
    assert answers == [opened(wishes[0]), None, opened(wishes[2])]
    assert store.calls == [3]


async def test_a_known_customer_who_comes_back_goes_alone() -> None:
    store, wishes = Store(), [a_wish(new_id(), KNOWN), a_wish(), a_wish(new_id(), KNOWN)]
    assert await OpenSessions(store)(wishes) == [*map(opened, wishes)]
    assert store.calls == [1, 1, 1]


async def test_a_refused_group_is_tried_one_by_one_and_spoils_no_other() -> None:
    store, wishes = Store(), [a_wish(), a_wish(), a_wish()]
    store.refused = {wishes[1].new_session_id}
    first, bad, last = await OpenSessions(store)(wishes)
    assert (first, last) == (opened(wishes[0]), opened(wishes[2]))
    assert told_to_try_again(bad)
    assert store.calls == [3, 1, 1, 1]


async def test_nothing_is_tried_again_when_nobody_knows_what_became_of_it() -> None:
    store = Store(away=True)
    answers = await OpenSessions(store)([a_wish(), a_wish()])
    assert [*map(told_to_try_again, answers)] == [True, True]
    assert store.calls == [2]
