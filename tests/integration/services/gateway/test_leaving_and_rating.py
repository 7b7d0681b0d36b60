"""A customer ends a conversation over the socket, and rates it without beginning another."""

from __future__ import annotations

from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import EventType
from tests.support.gateway import ANNA, a_routing_event
from tests.support.running_gateway import ServedGateway


async def test_a_customer_who_leaves_has_the_router_end_it(served: ServedGateway) -> None:
    async with served.customer() as customer:
        place = (await customer.say("Hello?"))["conversation_id"]
        served.router.ends = False
        await customer.tell("leave")
        await customer.until(lambda: bool(customer.refusals))
        served.router.ends = True
        await customer.tell("leave")
        await served.router.until(lambda: len(served.router.left) == 2)

    assert set(served.router.left) == {decode(IdKind.CONVERSATION, place)}
    assert [refusal["code"] for refusal in customer.refusals] == ["try_again"]


async def test_a_customer_rates_what_has_ended_once_and_begins_nothing(
    served: ServedGateway,
) -> None:
    async with served.customer() as customer:
        place = (await customer.say("Hello?"))["conversation_id"]
        conversation_id = decode(IdKind.CONVERSATION, place)
        await served.router.tell(a_routing_event(conversation_id, 1))
        ended = a_routing_event(conversation_id, 2, EventType.CONVERSATION_ENDED, heard_version=2)
        await served.router.tell(ended)
        await customer.hears("The conversation ended.")
        rate = {"client_id": "r1", "conversation_id": place, "rating": 5, "comment": "Quick!"}
        await customer.tell("rate", **rate)
        await customer.tell("rate", **rate)
        await customer.tell("rate", **(rate | {"rating": 1}))
        await customer.until(lambda: bool(customer.refusals) and "r1" in customer.acks)
        other = "conv_00000000000000000000000001"
        await customer.tell("rate", **(rate | {"client_id": "r2", "conversation_id": other}))
        await customer.until(lambda: len(customer.refusals) == 2)

    served.router.readers.add((ANNA, conversation_id))
    page = await served.http.get(f"/v1/conversations/{place}/items", headers=served.headers())
    survey = page.json()["items"][-1]
    assert (survey["kind"], survey["rating"], survey["text"]) == ("survey", 5, "Quick!")
    assert customer.acks["r1"]["seq"] == survey["seq"] == page.json()["last_seq"]
    assert [one["code"] for one in customer.refusals] == ["client_id_conflict", "not_found"]
    assert customer.doubles == []
