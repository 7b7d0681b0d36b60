"""The routing API: what nobody can mean is refused, and the shop goes on."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.kernel.vocabulary import Scope
from tests.support.admin import Admin
from tests.support.router import Rig

PATH = "/v1/routing-requests"
CALL = {"external_id": "call-1", "title": "Call Rui back"}


@pytest.fixture
def service(rig: Rig, shop: UUID) -> Admin:
    """A program with an API key that may have work routed, and nothing else."""
    return Admin(rig.http, rig.token(shop, None, Scope.ROUTING_WRITE))


@pytest.mark.parametrize("name", ["respond_by", "not_before"])
@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-14:00"]
)
async def test_an_instant_far_away_is_refused_and_the_shop_goes_on(
    rig: Rig, shop: UUID, service: Admin, name: str, at: str
) -> None:
    """It was taken once, and then nobody could read the shop's work again."""
    refused = await service.call("POST", PATH, CALL | {name: at})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert refused.json()["detail"] == f"{name} must lie between 1970 and 2200."
    anna = await rig.console(shop)
    await service.make(PATH, CALL)
    assert (await anna.call("GET", "/v1/routing/waiting")).status_code == 200


@pytest.mark.parametrize("title", ["\u200b", "\u2028", "a\u2028b", "a\x85b", " "])
async def test_a_title_shows_something_on_one_line(service: Admin, title: str) -> None:
    refused = await service.call("POST", PATH, CALL | {"title": title})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
