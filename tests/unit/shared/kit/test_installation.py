"""What an installation keeps makes it the same one at each start."""

from __future__ import annotations

from shared.kernel.vocabulary import Service
from shared.kit.installation import node_id


def test_a_node_is_the_same_at_each_start_and_no_other_installations_or_services() -> None:
    mine = node_id(b"secret", Service.ROUTER)
    assert node_id(b"secret", Service.ROUTER) == mine
    assert len({mine, node_id(b"other", Service.ROUTER), node_id(b"secret", Service.GATEWAY)}) == 3
