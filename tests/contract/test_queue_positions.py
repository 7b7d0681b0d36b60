"""A customer who waits is told their place, from the router's line to the customer's socket."""

from __future__ import annotations

from tests.contract.test_lost_publishes import a_desk
from tests.support.postgres import TestDatabase


async def test_a_customer_who_waits_is_told_their_place_and_moves_up(
    database: TestDatabase,
) -> None:
    """LESSONS 11 (chatwoot #10059, #8047): the customer sees the position, and it is updated."""
    async with a_desk(database) as desk:
        await desk.routing("PUT", "agents/me/status", {"status": "away"})
        async with desk.other.customer() as first, desk.node.customer() as second:
            await first.say("Hello?")
            await first.until(lambda: places(first.signs) == [1])
            await second.say("Hello?")
            await second.until(lambda: places(second.signs) == [2])
            await first.tell("leave")
            await second.until(lambda: places(second.signs) == [2, 1])

    assert second.signs[-1]["wait_ms"] is None


def places(signs: list[dict[str, object]]) -> list[object]:
    return [sign["position"] for sign in signs if sign["type"] == "queue.position"]
