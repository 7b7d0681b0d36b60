"""Public keys from a shop's own address: fetched seldom, kept a while, held while it is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from services.gateway.clients.key_sets import BETWEEN_MS, FRESH_MS, PLACES_MAX, STALE_MS, KeySets
from services.gateway.domain.proofs import SiteKeys
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.tasks import LOOP_FAILURES, background
from shared.kit.web.guarded_fetch import FetchRefusedError
from tests.support.clock import VirtualClock

URL = "https://login.fern.example/jwks"
AT_URL = SiteKeys(jwks_url=URL)
OLD, NEW = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")


class Shop:
    """A server of key sets, and tokens under them."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.document: Any = {"keys": [self.public(OLD, "old")]}
        self.asked = 0
        self.is_away = False
        self.sets = KeySets(self.fetch, self.clock)

    @staticmethod
    def public(key: ECKey, kid: str) -> dict[str, Any]:
        return {**key.as_dict(private=False), "kid": kid}

    async def fetch(self, url: str) -> bytes:
        self.asked += 1
        if self.is_away:
            raise FetchRefusedError("away")
        return json.dumps(self.document).encode()

    def token(self, key: ECKey, kid: str, **more: Any) -> str:
        claims = {"sub": "rosa", "exp": self.clock.now() // 1000 + 600, **more}
        head = {"alg": "ES256", "kid": kid}
        return jws.serialize_compact(head, json.dumps(claims), key, ["ES256"])

    async def knows(self, key: ECKey, kid: str, keys: SiteKeys = AT_URL) -> bool:
        try:
            customer, proof = await self.sets.verify(self.token(key, kid), keys)
        except RefusedError as refusal:
            if refusal.code is not ErrorCode.BAD_CUSTOMER_TOKEN:
                raise
            return False
        assert proof in (self.sets.in_force(keys) or ())
        return (customer.value, customer.verified) == ("rosa", True)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    async with background(sets=shop.sets.run):
        yield shop


class TestAtAnAddress:
    async def test_a_set_is_fetched_once_and_kept(self, shop: Shop) -> None:
        assert shop.sets.in_force(AT_URL) is None, "not known here: held against nobody"
        assert [await shop.knows(OLD, "old") for _ in range(3)] == [True] * 3
        assert shop.asked == 1

    async def test_a_key_that_is_not_there_asks_anew_but_not_again_and_again(
        self, shop: Shop
    ) -> None:
        assert await shop.knows(OLD, "old")
        shop.document["keys"].append(shop.public(NEW, "new"))
        assert not await shop.knows(NEW, "new"), "too soon after the last time"
        shop.clock.advance(BETWEEN_MS)
        assert await shop.knows(NEW, "new")
        assert [await shop.knows(NEW, f"made up {n}") for n in range(5)] == [False] * 5
        assert shop.asked == 2

    async def test_a_key_taken_out_is_out_of_force_once_the_set_is_old(self, shop: Shop) -> None:
        assert await shop.knows(OLD, "old")
        shop.document = {"keys": [shop.public(NEW, "new")]}
        shop.clock.advance(FRESH_MS)
        before = shop.sets.in_force(AT_URL)
        await asyncio.sleep(0.01)

        assert before != shop.sets.in_force(AT_URL)
        assert not await shop.knows(OLD, "old")

    async def test_what_is_known_holds_while_the_server_is_away_but_not_for_ever(
        self, shop: Shop
    ) -> None:
        assert await shop.knows(OLD, "old")
        shop.is_away = True
        shop.clock.advance(FRESH_MS)
        assert await shop.knows(OLD, "old")
        shop.clock.advance(STALE_MS)
        with pytest.raises(RefusedError) as refused:
            await shop.sets.verify(shop.token(OLD, "old"), AT_URL)
        assert refused.value.code is ErrorCode.TRY_AGAIN

    async def test_an_address_without_a_set_is_asked_seldom_and_lets_nobody_in(
        self, shop: Shop
    ) -> None:
        shop.document = {"keys": "none"}
        for _ in range(3):
            with pytest.raises(RefusedError) as refused:
                await shop.sets.verify(shop.token(OLD, "old"), AT_URL)
            assert refused.value.retry_after_ms
        assert shop.asked == 1

    @pytest.mark.parametrize(
        "odd", [{"kty": "EC", "crv": []}, {"kty": "RSA", "key_ops": 7}, {"kty": {}}, [], 7]
    )
    async def test_a_key_that_is_none_stops_nobody_elses_fetch(
        self, shop: Shop, odd: object
    ) -> None:
        shop.document = {"keys": [odd]}
        failures = LOOP_FAILURES.labels(loop="sets")._value.get()
        with pytest.raises(RefusedError):
            await shop.sets.verify(shop.token(OLD, "old"), AT_URL)
        assert LOOP_FAILURES.labels(loop="sets")._value.get() == failures

    async def test_a_server_that_does_not_answer_keeps_nobody_waiting_long(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def hang(_url: str) -> bytes:
            await asyncio.Event().wait()
            raise AssertionError

        monkeypatch.setattr(shop.sets, "_fetch", hang)
        monkeypatch.setattr("services.gateway.clients.key_sets.WAIT_S", 0.01)
        with pytest.raises(RefusedError) as refused:
            await shop.sets.verify(shop.token(OLD, "old"), AT_URL)
        assert refused.value.code is ErrorCode.TRY_AGAIN

    async def test_addresses_known_are_bounded(self, shop: Shop) -> None:
        for number in range(PLACES_MAX + 1):
            await shop.knows(OLD, "old", SiteKeys(jwks_url=f"{URL}/{number}"))
        assert shop.sets.in_force(SiteKeys(jwks_url=f"{URL}/0")) is None
        assert shop.sets.in_force(SiteKeys(jwks_url=f"{URL}/{PLACES_MAX}"))


class TestGiven:
    async def test_a_set_in_the_sites_own_row_needs_no_network(self, shop: Shop) -> None:
        given = SiteKeys(jwks={"keys": [shop.public(NEW, "new")]})

        assert await shop.knows(NEW, "new", given)
        assert not await shop.knows(OLD, "old", given)
        assert shop.asked == 0

    async def test_a_site_without_keys_knows_nobody(self, shop: Shop) -> None:
        assert not await shop.knows(OLD, "old", SiteKeys())
        assert shop.sets.in_force(SiteKeys()) == ()
        assert not await shop.knows(OLD, "old", SiteKeys(jwks={"keys": []}))
