"""A snapshot and the events after it are a fresh snapshot, for every type of event (Zulip's rule).

Gateways, router and their tables are real. The reducer below is the documented one: whoever keeps a
console's state as it does needs no other snapshot while nothing is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from shared.contracts import subjects
from shared.contracts.cards import Card, CardAnswer, CardRequest, CardsChanged, MayBe
from shared.contracts.items import IdentityKind
from shared.kernel.vocabulary import EventType, Scope
from shared.kit.auth.customer_tokens import sign_customer_token
from shared.kit.new_ids import new_id
from tests.contract.test_lost_publishes import Desk, a_desk
from tests.support.agent_client import AgentClient
from tests.support.chat_client import ChatClient
from tests.support.gateway import SHOP
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase

LATE_S = 0.3
"""History answers after the 50 ms an offer waits for its card."""
CARD = Card.model_validate_json("""{
    "customer": {"id": "cust_01k7st0000e008000000000009", "name": "Rosa", "email": null,
        "phone": null, "city": null, "region": null, "locale": null, "since": null,
        "order_count": 0, "contact_count": 0, "spent_minor": 0, "currency": null},
    "orders": [], "contacts": []}""")

SOMEBODY = (MayBe(customer_id=new_id(), name="Rosa", same=(IdentityKind.EMAIL,)),)

State = dict[str, Any]


def state_of(snapshot: Mapping[str, Any]) -> State:
    """Return a snapshot by what it is about."""
    return {
        "agent": snapshot["agent"],
        "offers": {one["id"]: one for one in snapshot["offers"]},
        "conversations": {one["conversation_id"]: one for one in snapshot["conversations"]},
        "cards": {one["conversation_id"]: one for one in snapshot["cards"]},
        "may_be": {one["conversation_id"]: one for one in snapshot["may_be"]},
        "items": {(one["conversation_id"], one["seq"]): one for one in snapshot["items"]},
        "receipts": {one["conversation_id"]: one for one in snapshot["receipts"]},
    }


def apply(state: State, event: str, body: Any) -> None:  # noqa: C901  one arm an event
    """Take one event."""
    match EventType(event):
        case EventType.MESSAGE_CREATED:
            state["items"][body["conversation_id"], body["seq"]] = body
        case EventType.MESSAGE_DELIVERED | EventType.MESSAGE_READ:
            state["receipts"][body["conversation_id"]] = body
        case EventType.CUSTOMER_TYPING:
            pass  # it is over by itself
        case EventType.OFFER_CREATED:
            state["offers"][body["id"]] = body
        case EventType.OFFER_ENDED:
            state["offers"].pop(body["offer_id"], None)
        case EventType.CARD_READY | EventType.CARD_CHANGED:
            take_card(state, body)
        case EventType.MAY_BE_CHANGED:
            take_who_may_be(state, body)
        case EventType.AGENT_UPDATED:
            if body["agent_version"] > state["agent"]["agent_version"]:
                state["agent"] = body
        case _:
            take_routing(state, body)


def take_card(state: State, body: Any) -> None:
    state["cards"][body["conversation_id"]] = body
    for offer in state["offers"].values():
        if offer["conversation_id"] == body["conversation_id"]:
            offer |= {"card_status": "ready", "card": body["card"]}


def take_who_may_be(state: State, body: Any) -> None:
    state["may_be"][body["conversation_id"]] = body
    for offer in state["offers"].values():
        if offer["conversation_id"] == body["conversation_id"]:
            offer |= {"card_status": "unknown_customer", "may_be": body["may_be"]}


def take_routing(state: State, body: Any) -> None:
    if body["status"] == "assigned":
        state["conversations"][body["conversation_id"]] = body
    else:
        state["conversations"].pop(body["conversation_id"], None)


def shown(state: State) -> State:
    """Return what a console shows of it: of conversations that are over it keeps nothing."""
    mine = set(state["conversations"])
    of_mine = {
        kind: {key: one for key, one in state[kind].items() if one["conversation_id"] in mine}
        for kind in ("cards", "may_be", "items", "receipts")
    }
    return state | of_mine


class LateCards:
    """History that takes its time, and tells of another order each time it is asked to."""

    def __init__(self) -> None:
        self.card = CARD

    async def answer(self, question: bytes) -> bytes:
        self.asked = CardRequest.model_validate_json(question)
        await asyncio.sleep(LATE_S)
        if not self.asked.customer.verified:
            return CardAnswer(card=None, may_be=SOMEBODY).to_json()
        return CardAnswer(card=self.card).to_json()

    def change(self) -> CardsChanged:
        """Make it another card, and return the news of it."""
        customer = self.card.customer
        more = customer.model_copy(update={"order_count": customer.order_count + 1})
        self.card = self.card.model_copy(update={"customer": more})
        return CardsChanged(
            shop_id=self.asked.shop_id,
            customer_ids=(customer.id,),
            customers=(self.asked.customer,),
        )


@dataclass
class Scene:
    """An agent's first stream, followed by the rules, and a customer."""

    desk: Desk
    customer: ChatClient
    cards: LateCards
    conversation_id: str = ""
    read: int = 0
    state: State = field(default_factory=dict)
    happened: set[str] = field(default_factory=set)

    @property
    def agent(self) -> AgentClient:
        return self.desk.agent

    async def follow(self) -> None:
        """Take every event that has come, and read the items that are missing before them."""
        for event in self.agent.events[self.read :]:
            self.happened.add(event.type)
            if event.type == "snapshot":
                self.state = state_of(event.body)
            else:
                apply(self.state, event.type, event.body)
        self.read = len(self.agent.events)
        for place, told in self.state["conversations"].items():
            if told["work"] is not None:
                continue  # nobody writes in it
            page = await self.agent.get(f"/v1/conversations/{place}/items")
            self.state["items"] |= {(place, item["seq"]): item for item in page["items"]}

    async def holds_what_a_fresh_snapshot_says(self) -> None:
        """Compare with a second stream's snapshot, once all that is on its way has come."""
        async with asyncio.timeout(WAIT_S):
            while True:
                fresh = state_of(await a_snapshot(self.agent))
                await self.follow()
                if shown(self.state) == fresh:
                    return
                await asyncio.sleep(0.05)

    async def signs(self, what: str, **fields: Any) -> None:
        await self.customer.tell(what, **fields)

    async def routing(self, path: str) -> None:
        await self.desk.routing("POST", f"routing/{path}")


async def a_snapshot(agent: AgentClient) -> Mapping[str, Any]:
    second = AgentClient(agent.http, agent.token, {})
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(second.read_stream())
        snapshot = (await second.wait_for("snapshot")).body
        reading.cancel()
    return snapshot


async def offers_a_conversation(scene: Scene) -> None:
    ack = await scene.customer.say("Where is my order?")
    scene.conversation_id = ack["conversation_id"]
    await scene.agent.wait_for("offer.created")


async def brings_the_card(scene: Scene) -> None:
    await scene.agent.wait_for("card.ready")


async def accepts(scene: Scene) -> None:
    (offer,) = scene.state["offers"]
    await scene.routing(f"offers/{offer}/accept")
    await scene.agent.wait_for("message.created", lambda item: item["kind"] == "joined")


async def orders_more_meanwhile(scene: Scene) -> None:
    news = scene.cards.change()
    await scene.desk.bus.publish(subjects.CARDS_CHANGED, news.to_json())
    await scene.agent.wait_for("card.changed")


async def answers(scene: Scene) -> None:
    await scene.agent.say(scene.conversation_id, "It comes tomorrow.")
    await scene.agent.wait_for("conversation.responded")


async def is_told_of_the_way(scene: Scene) -> None:
    await scene.signs("received", conversation_id=scene.conversation_id, through_seq=2)
    await scene.agent.wait_for("message.delivered")


async def is_told_of_the_reader(scene: Scene) -> None:
    await scene.signs("read", conversation_id=scene.conversation_id, through_seq=3)
    await scene.agent.wait_for("message.read")


async def sees_the_customer_type(scene: Scene) -> None:
    await scene.signs("typing")
    await scene.agent.wait_for("customer.typing")


async def loses_the_customer(scene: Scene) -> None:
    await scene.signs("leave")
    await scene.agent.wait_for("conversation.ended")


async def serves_somebody_who_leaves_an_address(scene: Scene) -> None:
    async with scene.desk.other.customer() as stranger:
        place = (await stranger.say("Where is it?"))["conversation_id"]
        offer = await scene.agent.wait_for("offer.created", partial(_is_in, place))
        await scene.routing(f"offers/{offer.body['id']}/accept")
        await stranger.tell("leave_address", client_id="a1", address="rosa@mail.example")
        await scene.agent.wait_for("may_be.changed")


def _is_in(place: str, told: Any) -> bool:
    return bool(told["conversation_id"] == place)


async def is_given_anothers_work(scene: Scene) -> None:
    rig = scene.desk.rig
    head = {"Authorization": f"Bearer {rig.token(SHOP, None, Scope.ROUTING_WRITE)}"}
    for number in range(2):
        answer = await rig.http.post(
            "/v1/routing-requests",
            json={"external_id": f"call-{number}", "title": "Call Rui back"},
            headers=head | {"Idempotency-Key": f"call-{number}"},
        )
        assert answer.is_success, answer.text
    for number in range(2):
        offer = await scene.agent.wait_for("offer.created", partial(_is_of, f"call-{number}"))
        await scene.routing(f"offers/{offer.body['id']}/accept")


def _is_of(external_id: str, offer: Any) -> bool:
    return bool(offer["work"]) and offer["work"]["external_id"] == external_id


async def gives_one_back(scene: Scene) -> None:
    work = [one for one in scene.state["conversations"].values() if one["work"]]
    await scene.desk.routing("POST", f"routing-requests/{work[0]['work']['id']}/requeue")
    await scene.agent.wait_for("routing_request.requeued")


async def completes_the_other(scene: Scene) -> None:
    (work,) = [one for one in scene.state["conversations"].values() if one["work"]]
    await scene.desk.routing("POST", f"routing-requests/{work['work']['id']}/complete")
    await scene.agent.wait_for("routing_request.completed")


async def nothing(_scene: Scene) -> None:
    """Happened already, on the way to another."""


STEPS: Mapping[EventType, Callable[[Scene], Awaitable[None]]] = {
    EventType.AGENT_UPDATED: nothing,
    EventType.OFFER_CREATED: offers_a_conversation,
    EventType.CONVERSATION_QUEUED: nothing,
    EventType.CONVERSATION_OFFERED: nothing,
    EventType.CARD_READY: brings_the_card,
    EventType.CONVERSATION_ASSIGNED: accepts,
    EventType.OFFER_ENDED: nothing,
    EventType.MESSAGE_CREATED: nothing,
    EventType.CARD_CHANGED: orders_more_meanwhile,
    EventType.CONVERSATION_RESPONDED: answers,
    EventType.MESSAGE_DELIVERED: is_told_of_the_way,
    EventType.MESSAGE_READ: is_told_of_the_reader,
    EventType.CUSTOMER_TYPING: sees_the_customer_type,
    EventType.SLA_AT_RISK: nothing,
    EventType.SLA_MISSED: nothing,
    EventType.CONVERSATION_TAKEN: nothing,
    EventType.CONVERSATION_WRAPPED_UP: nothing,
    EventType.CONVERSATION_ENDED: loses_the_customer,
    EventType.MAY_BE_CHANGED: serves_somebody_who_leaves_an_address,
    EventType.ROUTING_REQUEST_QUEUED: nothing,
    EventType.ROUTING_REQUEST_OFFERED: nothing,
    EventType.ROUTING_REQUEST_ASSIGNED: is_given_anothers_work,
    EventType.ROUTING_REQUEST_TAKEN: nothing,
    EventType.ROUTING_REQUEST_MISSED: nothing,
    EventType.ROUTING_REQUEST_REQUEUED: gives_one_back,
    EventType.ROUTING_REQUEST_COMPLETED: completes_the_other,
    EventType.ROUTING_REQUEST_CANCELLED: nothing,
    EventType.PROMISE_CHANGED: nothing,
    **{event: nothing for event in EventType if event.startswith("follow_up.")},
}
"""What brings an event of each type about, in this order. A new type wants its step here."""
TOLD_TO_NOBODY_HERE = {
    EventType.CONVERSATION_QUEUED,
    EventType.CONVERSATION_OFFERED,
    EventType.SLA_AT_RISK,
    EventType.SLA_MISSED,
    EventType.CONVERSATION_TAKEN,
    EventType.CONVERSATION_WRAPPED_UP,
    EventType.ROUTING_REQUEST_QUEUED,
    EventType.ROUTING_REQUEST_OFFERED,
    EventType.ROUTING_REQUEST_TAKEN,
    EventType.ROUTING_REQUEST_MISSED,
    EventType.ROUTING_REQUEST_CANCELLED,
    EventType.PROMISE_CHANGED,
    *(event for event in EventType if event.startswith("follow_up.")),
}
"""Of these the stream of an agent who answers says nothing; they are for others."""


@pytest.fixture
async def scene(database: TestDatabase) -> AsyncIterator[Scene]:
    async with a_desk(database) as desk:
        cards = LateCards()
        await desk.bus.serve(subjects.CARD, cards.answer)
        site = desk.other.stores.site
        token = sign_customer_token(
            site.customer_secret.encode(),
            subject="rosa",
            name="Rosa",
            expires_at=desk.other.clock.now() + 60_000,
        )
        async with desk.other.customer(customer_token=token) as customer:
            yield Scene(desk, customer, cards)


async def test_a_snapshot_and_the_events_after_it_are_a_fresh_snapshot(scene: Scene) -> None:
    """LESSONS, conventions: snapshot + events == fresh snapshot, for every event type."""
    assert set(STEPS) == set(EventType)
    for event, happens in STEPS.items():
        await happens(scene)
        await scene.holds_what_a_fresh_snapshot_says()
        assert event.value in scene.happened or event in TOLD_TO_NOBODY_HERE
