"""Whether a page is turned away at the handshake: only for certain, and by the site of now."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.gateway.domain.keys import site_key
from services.gateway.usecases.check_page import KEPT_MS, PAGES_MAX, PageCheck
from services.gateway.usecases.ports import NewSite, Site
from tests.support.clock import VirtualClock

SHOP, SITE_ID = UUID(int=0x51), UUID(int=0x61)
KEY, OLD_KEY = site_key(SHOP, SITE_ID, "0" * 16), site_key(SHOP, SITE_ID, "1" * 16)
FERN, EVIL = "https://fern.example", "https://evil.example"


class Sites:
    """A SiteFinder of one site."""

    def __init__(self) -> None:
        self.asked = 0
        self.site = Site(KEY, "secret", (FERN,), old_key=OLD_KEY)

    async def find(
        self, shop_id: UUID, site_id: UUID, session_id: UUID | None = None
    ) -> Site | None:
        self.asked += 1
        return self.site if (shop_id, site_id) == (SHOP, SITE_ID) else None

    async def create(self, new: NewSite) -> bool:
        raise NotImplementedError


class TestRefuses:
    @pytest.mark.parametrize("key", [KEY, OLD_KEY])
    async def test_a_page_that_is_not_of_the_site_is_turned_away(self, key: str) -> None:
        check = PageCheck(Sites(), VirtualClock())

        assert await check.refuses(key, EVIL)
        assert not await check.refuses(key, FERN)

    @pytest.mark.parametrize(
        "key", ["", "fk_x", site_key(SHOP, SITE_ID, "2" * 16), site_key(SHOP, SHOP, "0" * 16)]
    )
    async def test_a_page_of_an_unknown_site_is_let_in_to_be_told_why(self, key: str) -> None:
        assert not await PageCheck(Sites(), VirtualClock()).refuses(key, EVIL)

    async def test_a_yes_is_kept_for_a_minute_and_a_no_never(self) -> None:
        sites, clock = Sites(), VirtualClock()
        check = PageCheck(sites, clock)
        assert not await check.refuses(KEY, FERN)
        assert not await check.refuses(KEY, FERN)
        assert sites.asked == 1

        clock.advance(KEPT_MS)
        sites.site = Site(KEY, "secret", (EVIL,))
        assert await check.refuses(KEY, FERN)
        sites.site = Site(KEY, "secret", (FERN,))
        assert not await check.refuses(KEY, FERN)

    async def test_what_is_kept_is_bounded(self) -> None:
        sites = Sites()
        sites.site = Site(KEY, "secret", ("*",))
        check = PageCheck(sites, VirtualClock())
        for number in range(PAGES_MAX + 1):
            assert not await check.refuses(KEY, f"https://{number}.example")

        assert not await check.refuses(KEY, "https://0.example")
        assert sites.asked == PAGES_MAX + 2
