"""The router over its own database: offered, accepted, answered, closed, told to everybody."""

from __future__ import annotations

import asyncio
from functools import partial
from uuid import UUID

from shared.contracts import subjects
from shared.contracts.claims import Grant, GrantAnswer, GrantRequest
from shared.contracts.routing import RoutingState
from shared.kernel import ids
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import AuthorKind, EventType, Presence, Scope, Service
from shared.kit.auth.tokens import read_grant
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.patience import WAIT_MS
from tests.support.router import Console, Rig

NOTHING = GrantAnswer(grant=None, may_read=False)
ASKED_ONCE = GrantAnswer(grant=None, may_read=True)


async def standing(rig: Rig, agent: Console, conversation_id: UUID) -> GrantAnswer:
    """Ask as the gateway does what an agent may do with a conversation."""
    asked = GrantRequest(
        shop_id=agent.shop_id, agent_id=agent.agent_id, conversation_id=conversation_id
    )
    answer = await rig.bus.request(subjects.GRANT, asked.to_json(), timeout_ms=WAIT_MS)
    return GrantAnswer.model_validate_json(answer)


async def test_a_conversation_goes_from_the_first_message_to_its_end(
    rig: Rig, clock: VirtualClock
) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    conversation = new_id()
    wire_id = ids.encode(IdKind.CONVERSATION, conversation)

    assert await rig.message(shop, conversation) == 1
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    assert offer["conversation_id"] == wire_id
    assert offer["preview"] == "Where is my parcel?"
    assert offer["card_status"] == "unknown_customer"

    clock.advance(1_500)
    taken = (await anna.accept(offer)).json()
    assert taken["state"]["status"] == "assigned"
    assert taken["state"]["queue_wait_ms"] == 1_500
    grant = read_grant(rig.keys, taken["grant"], clock.now())
    assert isinstance(grant, Grant)
    assert (grant.conversation_id, grant.agent_id) == (conversation, anna.agent_id)
    assert grant.assignment_version == 1

    clock.advance(2_000)
    await rig.message(shop, conversation, 2, author=AuthorKind.AGENT)
    responded = await anna.wait_for(EventType.CONVERSATION_RESPONDED)
    assert responded["first_response_ms"] == 3_500

    mine = (await anna.call("GET", "/v1/routing/assignments")).json()
    assert [one["conversation_id"] for one in mine] == [wire_id]
    ended = (await anna.close(wire_id)).json()
    assert ended["status"] == "ended"
    assert (await anna.close(wire_id)).json() == ended
    assert (await anna.call("GET", "/v1/agents/me")).json()["load"] == 0


async def test_every_state_is_told_to_gateway_and_history_without_a_gap(rig: Rig) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    conversation = new_id()
    await rig.message(shop, conversation)
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    await anna.accept(offer)
    await rig.message(shop, conversation, 2, author=AuthorKind.AGENT)
    await anna.close(offer["conversation_id"])
    for receiver in (Service.GATEWAY, Service.HISTORY):
        events = await rig.told(receiver, 5)
        assert [event.version for event in events] == [1, 2, 3, 4, 5]
        assert [event.type for event in events] == [
            EventType.CONVERSATION_QUEUED,
            EventType.CONVERSATION_OFFERED,
            EventType.CONVERSATION_ASSIGNED,
            EventType.CONVERSATION_RESPONDED,
            EventType.CONVERSATION_ENDED,
        ]
        states = [RoutingState.model_validate(event.body, strict=False) for event in events]
        assert [state.version for state in states] == [1, 2, 3, 4, 5]


async def test_two_agents_who_accept_at_once_leave_one_owner(rig: Rig, clock: VirtualClock) -> None:
    """LESSONS 7: two at the same instant never pick by a stale read."""
    shop = await rig.shop()
    anna, bert = await rig.console(shop), await rig.console(shop, name="Bert")
    conversation = new_id()
    await rig.message(shop, conversation)
    await rig.until(lambda: bool(anna.events and bert.events and _offered(anna, bert)))
    clock.advance(2_500)
    rig.router.clockwork.moved()
    team = [anna, bert]
    offers = [await agent.wait_for(EventType.OFFER_CREATED) for agent in team]
    answers = await asyncio.gather(
        *(agent.accept(offer) for agent, offer in zip(team, offers, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = [answer.status_code for answer in answers].index(200)
    assert answers[1 - won].json()["code"] == "taken"
    again = await team[won].accept(offers[won])
    assert again.json()["assignment"] == answers[won].json()["assignment"]
    ended = await team[1 - won].wait_for(EventType.OFFER_ENDED)
    assert ended["status"] == "rescinded"


async def test_an_offer_that_is_gone_says_so(rig: Rig, clock: VirtualClock) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    clock.advance(30_000)
    rig.router.clockwork.moved()
    await anna.wait_for(EventType.OFFER_ENDED)
    answer = await anna.accept(offer)
    assert (answer.status_code, answer.json()["code"]) == (409, "offer_gone")
    path = f"/v1/routing/offers/{offer['id']}/seen"
    assert (await anna.call("POST", path)).json()["code"] == "offer_gone"


async def test_declining_twice_is_declining_once(rig: Rig) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    assert (await anna.decline(offer)).status_code == 204
    assert (await anna.decline(offer)).status_code == 204


async def test_pending_offers_are_read_with_their_cards(rig: Rig) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    path = f"/v1/routing/offers/{offer['id']}/seen"
    assert (await anna.call("POST", path)).status_code == 204
    assert (await anna.call("GET", "/v1/routing/offers")).json() == [offer]


async def test_ten_at_once_with_ten_idle_agents_are_offered_at_that_instant(
    rig: Rig, clock: VirtualClock
) -> None:
    """LESSONS 2: within 100 ms on a clock that only moves when told; here it never moves."""
    shop = await rig.shop()
    team = [await rig.console(shop, name=f"Agent {n}") for n in range(10)]
    began = clock.now()
    await asyncio.gather(*(rig.message(shop, new_id()) for _ in range(10)))
    offers = [await agent.wait_for(EventType.OFFER_CREATED) for agent in team]
    assert len({offer["conversation_id"] for offer in offers}) == 10
    assert clock.now() == began


async def test_decisions_are_explained_in_order(rig: Rig) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.console(shop, name="Bert", status="away")
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    path = f"/v1/routing/conversations/{offer['conversation_id']}/decisions"
    (decision,) = (await anna.call("GET", path)).json()["decisions"]
    assert decision["trigger"] == "conversation_started"
    assert decision["policy"] == "likeliest_in_time/7"
    assert [one["chosen"] for one in decision["candidates"]] == [True]
    assert decision["excluded"] == [{"reason": "not_available", "agents": 1}]


class TestWhoMaySee:
    async def test_another_shops_ids_look_like_ids_that_do_not_exist(self, rig: Rig) -> None:
        """LESSONS 25 (Chatwoot CVE-2026-115725; Rocket.Chat loadHistory)."""
        shop, other = await rig.shop(), await rig.shop()
        anna, eve = await rig.console(shop), await rig.console(other)
        await rig.message(shop, new_id())
        offer = await anna.wait_for(EventType.OFFER_CREATED)
        nothing = ids.encode(IdKind.OFFER, new_id())
        for offer_id in (offer["id"], nothing):
            for act in ("accept", "decline", "seen"):
                answer = await eve.call("POST", f"/v1/routing/offers/{offer_id}/{act}")
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        nowhere = ids.encode(IdKind.CONVERSATION, new_id())
        for conversation in (offer["conversation_id"], nowhere):
            path = f"/v1/routing/conversations/{conversation}"
            for method, tail in (("GET", ""), ("GET", "/decisions"), ("POST", "/close")):
                answer = await eve.call(method, path + tail)
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_a_colleagues_offer_is_not_mine(self, rig: Rig) -> None:
        shop = await rig.shop()
        anna = await rig.console(shop)
        await rig.message(shop, new_id())
        offer = await anna.wait_for(EventType.OFFER_CREATED)
        bert = await rig.console(shop, name="Bert", status="away")
        assert (await bert.accept(offer)).status_code == 404
        path = f"/v1/routing/conversations/{offer['conversation_id']}"
        assert (await bert.call("GET", path)).status_code == 404

    async def test_only_who_serves_it_closes_a_conversation(self, rig: Rig) -> None:
        shop = await rig.shop()
        anna = await rig.console(shop)
        await rig.message(shop, new_id())
        offer = await anna.wait_for(EventType.OFFER_CREATED)
        answer = await anna.close(offer["conversation_id"])
        assert (answer.status_code, answer.json()["code"]) == (403, "not_assigned")

    async def test_only_who_serves_it_writes_and_only_who_was_asked_reads(self, rig: Rig) -> None:
        """The gateway asks when it knows of no assignment: it refuses on this word only."""
        shop = await rig.shop()
        anna, bert = await rig.console(shop), await rig.console(shop, status="away")
        conversation = new_id()
        await rig.message(shop, conversation)
        offer = await anna.wait_for(EventType.OFFER_CREATED)
        assert await standing(rig, anna, conversation) == ASKED_ONCE
        taken = (await anna.accept(offer)).json()
        expected = read_grant(rig.keys, taken["grant"], rig.clock.now())
        assert await standing(rig, anna, conversation) == GrantAnswer(grant=expected, may_read=True)
        assert await standing(rig, bert, conversation) == NOTHING
        assert await standing(rig, anna, new_id()) == NOTHING
        await anna.close(offer["conversation_id"])
        assert await standing(rig, anna, conversation) == ASKED_ONCE

    async def test_a_supervisor_sees_and_closes_everything(self, rig: Rig) -> None:
        shop = await rig.shop()
        chief = await rig.console(shop, status="away")
        chief.token = rig.token(shop, chief.agent_id, Scope.SUPERVISOR)
        conversation = new_id()
        await rig.message(shop, conversation)
        wire_id = ids.encode(IdKind.CONVERSATION, conversation)
        answer = await chief.call("GET", f"/v1/routing/conversations/{wire_id}")
        assert answer.json()["status"] == "queued"
        assert (await chief.close(wire_id)).json()["status"] == "ended"

    async def test_a_program_is_no_agent(self, rig: Rig) -> None:
        shop = await rig.shop()
        token = rig.token(shop, None, Scope.AGENT)
        headers = {"Authorization": f"Bearer {token}"}
        path = f"/v1/routing/conversations/{ids.encode(IdKind.CONVERSATION, new_id())}"
        for method, where in (("GET", "/v1/agents/me"), ("GET", path)):
            answer = await rig.http.request(method, where, headers=headers)
            assert answer.status_code == 403

    async def test_an_agent_who_is_no_more_is_not_found(self, rig: Rig) -> None:
        shop = await rig.shop()
        token = rig.token(shop, new_id())
        headers = {"Authorization": f"Bearer {token}"}
        body = {"status": "away"}
        gone = await rig.http.put("/v1/agents/me/status", json=body, headers=headers)
        assert gone.status_code == 404
        assert (await rig.http.get("/v1/agents/me", headers=headers)).status_code == 404


class TestPresence:
    async def test_who_leaves_loses_the_offer_to_a_colleague(self, rig: Rig) -> None:
        """LESSONS 3: gone is known at once."""
        shop = await rig.shop()
        anna, bert = await rig.console(shop), await rig.console(shop, status="away")
        await rig.message(shop, new_id())
        await anna.wait_for(EventType.OFFER_CREATED)
        await bert.call("PUT", "/v1/agents/me/status", {"status": "available"})
        await rig.presence(shop, anna.agent_id, Presence.DISCONNECTED)
        await bert.wait_for(EventType.OFFER_CREATED)
        assert (await anna.wait_for(EventType.OFFER_ENDED))["status"] == "rescinded"

    async def test_the_agents_of_a_silent_node_are_disconnected_while_another_is_heard(
        self, rig: Rig, clock: VirtualClock
    ) -> None:
        shop, another = await rig.shop(), new_id()
        anna = await rig.console(shop)
        updates = partial(anna.of, EventType.AGENT_UPDATED)
        await rig.until(lambda: _presences(updates())[-1:] == ["connected"])

        async def is_gone() -> bool:
            await rig.beat(node=another)
            clock.advance(500)
            return _presences(updates())[-1] == "disconnected"

        await rig.until_async(is_gone)

    async def test_a_beat_alone_connects_an_agent(self, rig: Rig) -> None:
        shop = await rig.shop()
        anna = await rig.console(shop)
        await rig.presence(shop, anna.agent_id, Presence.DISCONNECTED)
        await rig.until(lambda: "disconnected" in _presences(anna.of(EventType.AGENT_UPDATED)))
        await rig.beat(anna, node=new_id())
        await rig.message(shop, new_id())
        await anna.wait_for(EventType.OFFER_CREATED)


def _offered(*team: Console) -> bool:
    return any(agent.of(EventType.OFFER_CREATED) for agent in team)


def _presences(states: list[dict[str, str]]) -> list[str]:
    return [state["presence"] for state in states]
