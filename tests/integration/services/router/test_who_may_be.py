"""Who a customer may be who has proven nothing reaches each console that may see it, whenever."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from shared.contracts import subjects
from shared.contracts.cards import CardsChanged, MayBe
from shared.contracts.items import CustomerRef, IdentityKind
from shared.contracts.routing import RouterSnapshot, SnapshotRequest
from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import EventType, ItemKind, Visibility
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.patience import WAIT_MS
from tests.support.played_history import PlayedHistory
from tests.support.router import Console, Rig

ROSA = (MayBe(customer_id=new_id(), name="Rosa", same=(IdentityKind.EMAIL,)),)
LEFT: dict[str, Any] = {
    "kind": ItemKind.ADDRESS,
    "visibility": Visibility.AGENTS,
    "text": "rosa@m.example",
}


@pytest.fixture
def history(history: PlayedHistory) -> PlayedHistory:
    """History that knows of nobody but whom a typed address may be of."""
    history.card, history.may_be = None, ROSA
    return history


async def snapshot_of(rig: Rig, anna: Console) -> RouterSnapshot:
    request = SnapshotRequest(shop_id=anna.shop_id, agent_id=anna.agent_id).to_json()
    raw = await rig.bus.request(subjects.AGENT_SNAPSHOT, request, timeout_ms=WAIT_MS)
    return RouterSnapshot.model_validate_json(raw)


def names(body: Any) -> list[str]:
    return [who["name"] for who in body["may_be"]]


async def a_stranger(rig: Rig, shop: UUID, conversation: UUID) -> None:
    await rig.message(shop, conversation)
    await rig.message(shop, conversation, 2, **LEFT)


async def test_a_console_that_is_loaded_anew_has_it_in_its_snapshot(
    rig: Rig, history: PlayedHistory
) -> None:
    shop, conversation = await rig.shop(), new_id()
    anna = await rig.console(shop)
    await a_stranger(rig, shop, conversation)
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    await anna.wait_for(EventType.MAY_BE_CHANGED)
    offered = await snapshot_of(rig, anna)
    await anna.accept(offer)
    served = await snapshot_of(rig, anna)
    assert [one.may_be for one in offered.offers] == [ROSA]
    assert [(one.conversation_id, one.may_be) for one in served.may_be] == [(conversation, ROSA)]
    assert (served.offers, served.cards) == ((), ())


async def test_an_address_that_is_left_after_the_accept_tells_who_serves(
    rig: Rig, history: PlayedHistory
) -> None:
    shop, conversation = await rig.shop(), new_id()
    anna, ben = await rig.console(shop), await rig.console(shop, name="Ben")
    await rig.message(shop, conversation)
    await rig.until(lambda: bool(anna.offers or ben.offers))
    owner, other = (anna, ben) if anna.offers else (ben, anna)
    await owner.accept(owner.offers[0])
    await rig.message(shop, conversation, 2, **LEFT)
    told = await owner.wait_for(EventType.MAY_BE_CHANGED)
    assert (decode(IdKind.CONVERSATION, told["conversation_id"]), names(told)) == (
        conversation,
        ["Rosa"],
    )
    assert other.of(EventType.MAY_BE_CHANGED) == []


async def test_history_that_takes_its_time_is_heard_by_those_who_may_see_it(
    rig: Rig, history: PlayedHistory, clock: VirtualClock
) -> None:
    """The third agent who is asked sees it once they have accepted, as with a card."""
    history.may_answer.clear()
    shop, conversation = await rig.shop(), new_id()
    team = [await rig.console(shop, name=f"Agent {n}") for n in range(3)]
    await a_stranger(rig, shop, conversation)
    await rig.until(lambda: _offered(team) == 2)
    clock.advance(3_000)
    rig.router.clockwork.moved()
    await rig.until(lambda: _offered(team) == 3)
    history.may_answer.set()
    await rig.until(lambda: len(_told(team)) == 2)
    await asyncio.sleep(0.1)
    (third,) = [agent for agent in team if agent not in _told(team)]
    await third.accept(third.offers[0])
    assert names(await third.wait_for(EventType.MAY_BE_CHANGED)) == ["Rosa"]


async def test_a_snapshot_that_did_not_wait_for_it_is_followed_by_it(
    rig: Rig, history: PlayedHistory
) -> None:
    history.may_answer.clear()
    shop = await rig.shop()
    anna = await rig.console(shop)
    await a_stranger(rig, shop, new_id())
    await anna.accept(await anna.wait_for(EventType.OFFER_CREATED))
    snapshot = await snapshot_of(rig, anna)
    assert (snapshot.may_be, anna.of(EventType.MAY_BE_CHANGED)) == ((), [])
    history.may_answer.set()
    assert names(await anna.wait_for(EventType.MAY_BE_CHANGED)) == ["Rosa"]


async def test_what_is_so_no_longer_is_taken_back(rig: Rig, history: PlayedHistory) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await a_stranger(rig, shop, new_id())
    await anna.accept(await anna.wait_for(EventType.OFFER_CREATED))
    await anna.wait_for(EventType.MAY_BE_CHANGED)
    history.may_be = ()
    typed = CustomerRef(kind=IdentityKind.EMAIL, value="rosa@m.example", verified=False)
    news = CardsChanged(shop_id=shop, customer_ids=(new_id(),), customers=(typed,))
    await rig.bus.publish(subjects.CARDS_CHANGED, news.to_json())
    await rig.until(lambda: names(anna.of(EventType.MAY_BE_CHANGED)[-1]) == [])


def _offered(team: list[Console]) -> int:
    return sum(bool(agent.offers) for agent in team)


def _told(team: list[Console]) -> list[Console]:
    return [agent for agent in team if agent.of(EventType.MAY_BE_CHANGED)]
