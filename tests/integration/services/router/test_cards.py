"""The context card comes with the offer, or after it; never too late, never too much."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shared.contracts import subjects
from shared.contracts.cards import (
    CardFacts,
    CardsChanged,
    MayBe,
)
from shared.contracts.items import CustomerRef, IdentityKind
from shared.contracts.routing import RouterSnapshot, SnapshotRequest
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import EventType, ItemKind, Service, Visibility
from shared.kit.bus.interface import BusError
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.patience import WAIT_MS
from tests.support.played_history import PlayedHistory
from tests.support.router import Rig

MARIA = CustomerRef(
    kind=IdentityKind.SHOP_CUSTOMER, value="c-17", verified=True, name="Maria Silva"
)


async def test_the_card_is_inside_the_offer(rig: Rig, history: PlayedHistory) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id(), customer=MARIA)
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    assert offer["card_status"] == "ready"
    assert offer["card"]["customer"]["email"] == "maria@example.com"
    assert offer["customer_name"] == "Maria Silva"
    assert [one.customer for one in history.asked] == [MARIA]


async def test_an_offer_does_not_wait_for_a_slow_card_which_comes_after(
    rig: Rig, history: PlayedHistory
) -> None:
    history.may_answer.clear()
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id(), customer=MARIA)
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    assert (offer["card_status"], offer["card"]) == ("pending", None)
    assert offer["customer_name"] == "Maria Silva"  # the shop's own word, not the card's
    history.may_answer.set()
    ready = await anna.wait_for(EventType.CARD_READY)
    assert ready["conversation_id"] == offer["conversation_id"]
    assert ready["card"]["customer"]["order_count"] == 3


async def test_a_card_that_comes_after_the_accept_reaches_the_agent(
    rig: Rig, history: PlayedHistory
) -> None:
    history.may_answer.clear()
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id(), customer=MARIA)
    await anna.accept(await anna.wait_for(EventType.OFFER_CREATED))
    history.may_answer.set()
    await anna.wait_for(EventType.CARD_READY)


@pytest.mark.parametrize("customer", [None, MARIA.model_copy(update={"verified": False})])
async def test_who_is_not_verified_opens_nothing(
    rig: Rig, history: PlayedHistory, customer: CustomerRef | None
) -> None:
    """LESSONS 24 (ChatterMate GHSA-rfh4-6ghv-m2rr): what is typed proves nothing."""
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id(), customer=customer)
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    assert (offer["card_status"], offer["customer_name"]) == ("unknown_customer", None)
    assert history.asked == []


async def test_a_customer_history_does_not_know_is_told_as_such(
    rig: Rig, history: PlayedHistory
) -> None:
    history.card = None
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id(), customer=MARIA)
    assert (await anna.wait_for(EventType.OFFER_CREATED))["card_status"] == "unknown_customer"


async def test_whose_parcel_is_late_is_offered_before_who_came_a_little_sooner(
    rig: Rig, history: PlayedHistory, clock: VirtualClock
) -> None:
    assert history.card is not None
    history.card = history.card.model_copy(update={"facts": CardFacts(late_parcel=True)})
    shop = await rig.shop()
    await rig.message(shop, new_id())
    clock.advance(1_000)
    await rig.message(shop, new_id(), customer=MARIA)

    async def is_ahead() -> bool:
        query = "SELECT count(*) FROM router.conversations WHERE head_start_ms > 0"
        async with rig.database.server.admin(rig.database.name) as inside:
            return bool(await inside.fetchval(query))

    await rig.until_async(is_ahead)
    anna = await rig.console(shop, capacity=1)
    assert (await anna.wait_for(EventType.OFFER_CREATED))["customer_name"] == "Maria Silva"


async def test_from_the_third_agent_on_the_card_has_no_way_to_reach_the_customer(
    rig: Rig, history: PlayedHistory, clock: VirtualClock
) -> None:
    """DESIGN section 5; whoever then accepts gets the whole card."""
    shop = await rig.shop()
    team = [await rig.console(shop, name=f"Agent {n}") for n in range(3)]
    await rig.message(shop, new_id(), customer=MARIA)
    await rig.until(lambda: _offered(team) == 2)
    clock.advance(3_000)
    rig.router.clockwork.moved()
    await rig.until(lambda: _offered(team) == 3)
    cards: list[dict[str, Any]] = [
        agent.of(EventType.OFFER_CREATED)[0]["card"]["customer"] for agent in team
    ]
    hidden = [card for card in cards if card["email"] is None]
    assert len(hidden) == 1
    assert [hidden[0][name] for name in ("phone", "city", "region")] == [None, None, None]
    assert hidden[0]["order_count"] == 3
    third = team[cards.index(hidden[0])]
    await third.accept(third.of(EventType.OFFER_CREATED)[0])
    whole = await third.wait_for(EventType.CARD_READY)
    assert whole["card"]["customer"]["email"] == "maria@example.com"


def _offered(team: list[Any]) -> int:
    return sum(bool(agent.of(EventType.OFFER_CREATED)) for agent in team)


async def test_a_snapshot_holds_everything_of_an_agent(rig: Rig, history: PlayedHistory) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id(), customer=MARIA)
    await anna.accept(await anna.wait_for(EventType.OFFER_CREATED))
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED, 2)
    request = SnapshotRequest(shop_id=shop, agent_id=anna.agent_id).to_json()
    raw = await rig.bus.request(subjects.AGENT_SNAPSHOT, request, timeout_ms=WAIT_MS)
    snapshot = RouterSnapshot.model_validate_json(raw)
    assert snapshot.agent.load == 2
    assert [one.model_dump(mode="json") for one in snapshot.offers] == [offer]
    assert [one.agent.id for one in snapshot.conversations if one.agent] == [anna.agent_id]
    assert [one.card for one in snapshot.cards] == [history.card]


async def test_a_snapshot_of_nobody_is_not_answered(rig: Rig) -> None:
    shop = await rig.shop()
    request = SnapshotRequest(shop_id=shop, agent_id=new_id()).to_json()
    with pytest.raises(BusError):
        await rig.bus.request(subjects.AGENT_SNAPSHOT, request, timeout_ms=1_000)


async def test_a_card_that_changes_meanwhile_is_shown_anew_to_the_third_without_addresses(
    rig: Rig, history: PlayedHistory, clock: VirtualClock
) -> None:
    shop = await rig.shop()
    team = [await rig.console(shop, name=f"Agent {n}") for n in range(3)]
    await rig.message(shop, new_id(), customer=MARIA)
    await rig.until(lambda: _offered(team) == 2)
    clock.advance(3_000)
    rig.router.clockwork.moved()
    await rig.until(lambda: _offered(team) == 3)
    before = history.card
    assert before is not None
    await changes(rig, shop, history, order_count=4)
    told = [(await agent.wait_for(EventType.CARD_CHANGED))["card"]["customer"] for agent in team]
    assert [one["order_count"] for one in told] == [4, 4, 4]
    assert [one["email"] for one in told].count(None) == 1
    third = team[[one["email"] for one in told].index(None)]
    await third.accept(third.of(EventType.OFFER_CREATED)[0])
    of_others = CardsChanged(
        shop_id=new_id(), customer_ids=(before.customer.id,), customers=(MARIA,)
    )
    await rig.bus.publish(subjects.CARDS_CHANGED, of_others.to_json())
    await changes(rig, shop, history, order_count=3)
    whole = (await third.wait_for(EventType.CARD_CHANGED, 2))["card"]["customer"]
    assert (whole["order_count"], whole["email"]) == (3, "maria@example.com")
    assert sum(len(agent.of(EventType.CARD_CHANGED)) for agent in team) == 4


async def test_a_card_that_changes_is_shown_to_who_took_the_conversation_by_hand_alone(
    rig: Rig, history: PlayedHistory
) -> None:
    shop, conversation = await rig.shop(), new_id()
    anna, ben = [await rig.console(shop, name=name) for name in ("Anna", "Ben")]
    await rig.message(shop, conversation, customer=MARIA)
    place = f"/v1/routing/conversations/{encode(IdKind.CONVERSATION, conversation)}"
    await rig.until(lambda: _offered([anna, ben]) > 0)
    (await anna.call("POST", f"{place}/take")).raise_for_status()
    await changes(rig, shop, history, order_count=4)
    assert (await anna.wait_for(EventType.CARD_CHANGED))["card"]["customer"]["order_count"] == 4

    to_ben = {"to_agent": encode(IdKind.AGENT, ben.agent_id)}
    (await anna.call("POST", f"{place}/transfer", to_ben)).raise_for_status()
    await changes(rig, shop, history, order_count=5)
    assert (await ben.wait_for(EventType.CARD_CHANGED))["card"]["customer"]["order_count"] == 5
    (await ben.call("POST", f"{place}/transfer", {"to_line": True})).raise_for_status()
    await anna.wait_for(EventType.OFFER_CREATED)
    await changes(rig, shop, history, order_count=6)
    assert (await anna.wait_for(EventType.CARD_CHANGED, 2))["card"]["customer"]["order_count"] == 6
    assert [len(one.of(EventType.CARD_CHANGED)) for one in (anna, ben)] == [2, 1]


async def changes(rig: Rig, shop: UUID, history: PlayedHistory, *, order_count: int) -> None:
    """Have history say that Maria has ordered so often."""
    assert history.card is not None
    customer = history.card.customer.model_copy(update={"order_count": order_count})
    history.card = history.card.model_copy(update={"customer": customer})
    of_maria = CardsChanged(shop_id=shop, customer_ids=(customer.id,), customers=(MARIA,))
    await rig.bus.publish(subjects.CARDS_CHANGED, of_maria.to_json())


async def test_an_address_that_was_left_says_who_it_may_be_to_the_first_agents_alone(
    rig: Rig, history: PlayedHistory
) -> None:
    """LESSONS 24: it opens nothing, and whatever else is told of the conversation is without it."""
    history.card = None
    history.may_be = (MayBe(customer_id=new_id(), name="Rosa", same=(IdentityKind.EMAIL,)),)
    shop, conversation = await rig.shop(), new_id()
    address = {"kind": ItemKind.ADDRESS, "visibility": Visibility.AGENTS, "text": "rosa@m.example"}
    await rig.message(shop, conversation)
    await rig.message(shop, conversation, 2, **address)
    agents = [await rig.console(shop, name=f"Agent {number}") for number in range(3)]
    offers = []
    for agent in agents:
        offers.append(await agent.wait_for(EventType.OFFER_CREATED))
        await agent.decline(offers[-1])
    assert [one["card_status"] for one in offers] == ["unknown_customer"] * 3
    assert [one["customer_name"] for one in offers] == [None] * 3
    assert [[who["name"] for who in one["may_be"]] for one in offers] == [["Rosa"], ["Rosa"], []]
    asked = {(one.customer.value, one.customer.verified) for one in history.asked}
    assert asked == {("rosa@m.example", False)}
    events = [*rig.events[Service.GATEWAY], *rig.events[Service.HISTORY]]
    assert "rosa@m.example" not in str(events)
