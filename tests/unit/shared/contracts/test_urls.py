"""The first segment after /v1 decides which service answers."""

from __future__ import annotations

import pytest

from shared.contracts.urls import owner_of
from shared.kernel.vocabulary import Service


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/v1/shops", Service.ROUTER),
        ("/v1/shops/shop_1/changes", Service.ROUTER),
        ("/v1/api-keys/key_1/revoke", Service.ROUTER),
        ("/v1/agents", Service.ROUTER),
        ("/v1/queues", Service.ROUTER),
        ("/v1/sites/changes", Service.GATEWAY),
        ("/v1/orders", Service.HISTORY),
        ("/v1/nothing", None),
        ("/v2/shops", None),
        ("/v1", None),
        ("v1/shops", None),
    ],
)
def test_a_path_is_its_owners(path: str, owner: Service | None) -> None:
    assert owner_of(path) is owner
