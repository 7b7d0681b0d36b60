"""A token that was revoked is refused, though it has not expired; who cannot know lets nobody in.

LESSONS 26 (Mattermost CVE-2026-9162, Chatwoot CVE-2021-3740): signed out is signed out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from shared.contracts.claims import Principal
from shared.contracts.revocations import Revocation, RevocationPage
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Scope, SignInEnd
from shared.kit.auth.callers import Callers
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.revocations import NEWS_MAX_MS, OVERLAP_MS, Revocations
from shared.kit.auth.tokens import sign_principal
from shared.kit.new_ids import new_id
from shared.kit.tasks import background
from tests.support.clock import VirtualClock
from tests.support.revocations import a_revocation

SHOP, OTHER_SHOP = new_id(), new_id()
PAGE = 2


@dataclass
class Router:
    """What a node asks; answers a page at a time, or not at all."""

    clock: VirtualClock
    revocations: list[Revocation] = field(default_factory=list)
    away: bool = False
    asked: list[Instant] = field(default_factory=list)

    async def ask(self, since: Instant) -> RevocationPage:
        self.asked.append(since)
        if self.away:
            raise RefusedError(ErrorCode.TRY_AGAIN, "away")
        found = sorted(
            (one for one in self.revocations if one.revoked_at >= since),
            key=lambda one: one.revoked_at,
        )
        page = tuple(found[:PAGE])
        return RevocationPage(revocations=page, as_of=self.clock.now(), more=len(found) > PAGE)

    def end(self, caller: Principal, subject: UUID | None, epoch: int = 0) -> None:
        self.revocations.append(a_revocation(caller, subject, now=self.clock.now(), epoch=epoch))


@pytest.fixture
def router(clock: VirtualClock) -> Router:
    return Router(clock)


@pytest.fixture
async def revocations(router: Router, clock: VirtualClock) -> Revocations:
    known = Revocations(router.ask, clock)
    await known.look()
    return known


def an_agent(clock: VirtualClock, *, epoch: int = 0) -> Principal:
    return Principal(
        shop_id=SHOP,
        scopes=(Scope.AGENT,),
        agent_id=new_id(),
        sign_in_id=new_id(),
        token_epoch=epoch,
        expires_at=clock.now() + 3_600_000,
    )


def a_program(clock: VirtualClock) -> Principal:
    return Principal(
        shop_id=SHOP,
        scopes=(Scope.CUSTOMERS_READ,),
        api_key_id=new_id(),
        expires_at=clock.now() + 900_000,
    )


class TestWhoIsRefused:
    async def test_an_agent_who_signed_out_is_refused_and_the_same_agents_other_sign_in_is_not(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        here = an_agent(clock)
        there = here.model_copy(update={"sign_in_id": new_id()})
        router.end(here, here.sign_in_id)
        await revocations.look()

        assert revocations.end_of(here) is SignInEnd.SIGNED_OUT
        assert revocations.end_of(there) is None

    async def test_an_agent_signed_out_everywhere_is_refused_until_the_next_sign_in(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        before = an_agent(clock, epoch=3)
        router.end(before, before.agent_id, epoch=4)
        await revocations.look()

        assert revocations.end_of(before) is SignInEnd.SIGNED_OUT
        assert revocations.end_of(before.model_copy(update={"token_epoch": 4})) is None

    async def test_a_program_whose_key_was_revoked_is_refused(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        caller = a_program(clock)
        router.end(caller, caller.api_key_id)
        await revocations.look()

        assert revocations.end_of(caller) is SignInEnd.SIGNED_OUT
        assert revocations.end_of(a_program(clock)) is None

    async def test_a_revocation_of_one_shop_reaches_nobody_of_another(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        caller = an_agent(clock)
        router.end(caller, caller.sign_in_id)
        await revocations.look()

        assert revocations.end_of(caller.model_copy(update={"shop_id": OTHER_SHOP})) is None

    async def test_a_token_that_was_revoked_reads_like_one_that_is_none_of_ours(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        keys, caller = Keyring.ephemeral(), an_agent(clock)
        callers, token = Callers(keys, revocations, clock), sign_principal(keys, caller)
        assert callers.read(token) == caller

        router.end(caller, caller.sign_in_id)
        await revocations.look()

        with pytest.raises(RefusedError) as revoked:
            callers.read(token)
        with pytest.raises(RefusedError) as foreign:
            callers.read(sign_principal(Keyring.ephemeral(), caller))
        assert str(revoked.value) == str(foreign.value)
        assert revoked.value.code is ErrorCode.NOT_SIGNED_IN


class TestLooking:
    async def test_a_node_reads_on_until_it_has_every_page(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        callers = [an_agent(clock) for _ in range(5)]
        for caller in callers:
            clock.advance(1)
            router.end(caller, caller.sign_in_id)
        await revocations.look()

        assert {revocations.end_of(one) for one in callers} == {SignInEnd.SIGNED_OUT}

    async def test_a_revocation_committed_late_is_found_by_its_earlier_date(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        caller = an_agent(clock)
        late = a_revocation(caller, caller.sign_in_id, now=clock.now())
        clock.advance(OVERLAP_MS - 1)
        await revocations.look()
        router.revocations.append(late)
        await revocations.look()

        assert revocations.end_of(caller) is SignInEnd.SIGNED_OUT

    async def test_a_node_asks_only_for_what_is_new(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        clock.advance(10 * OVERLAP_MS)
        await revocations.look()
        await revocations.look()

        assert router.asked[-1] == clock.now() - OVERLAP_MS

    async def test_what_has_expired_anyway_is_forgotten(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        caller = an_agent(clock)
        router.end(caller, caller.sign_in_id)
        await revocations.look()
        clock.advance(25 * 3_600_000)
        await revocations.look()

        assert revocations.end_of(caller) is None

    async def test_streams_are_told_of_news_and_of_nothing_else(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        told: list[None] = []
        revocations.on_news(lambda: told.append(None))
        await revocations.look()
        assert not told

        caller = an_agent(clock)
        router.end(caller, caller.sign_in_id)
        await revocations.look()
        await revocations.look()

        assert len(told) == 1


class TestNobodyTells:
    async def test_a_node_that_was_never_told_lets_nobody_in(
        self, router: Router, clock: VirtualClock
    ) -> None:
        with pytest.raises(RefusedError, match="try_again"):
            Revocations(router.ask, clock).end_of(an_agent(clock))

    async def test_a_node_without_news_lets_people_in_for_five_seconds_and_then_nobody(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        router.away = True
        with pytest.raises(RefusedError):
            await revocations.look()
        clock.advance(NEWS_MAX_MS)
        assert revocations.end_of(an_agent(clock)) is None

        clock.advance(1)
        with pytest.raises(RefusedError, match="try_again"):
            revocations.end_of(an_agent(clock))

    async def test_a_node_that_hears_again_lets_people_in_again(
        self, router: Router, revocations: Revocations, clock: VirtualClock
    ) -> None:
        router.away = True
        with pytest.raises(RefusedError):
            await revocations.look()
        clock.advance(NEWS_MAX_MS + 1)
        router.away = False
        await revocations.look()

        assert revocations.end_of(an_agent(clock)) is None

    async def test_a_node_complains_once_and_not_of_a_router_that_starts_with_it(
        self, router: Router, clock: VirtualClock
    ) -> None:
        router.away = True
        waiting = Revocations(router.ask, clock)
        with capture_logs() as logs:
            async with background(look=waiting.run):
                await _asked(router, 2)
                assert logs == []
                clock.advance(NEWS_MAX_MS + 1)
                await _asked(router, 5)

        assert [line["event"] for line in logs] == ["revocations.unknown"]


async def _asked(router: Router, times: int) -> None:
    """Wait until a node has asked so often: each tenth of a second while it was never told."""
    async with asyncio.timeout(5):
        while len(router.asked) < times:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
