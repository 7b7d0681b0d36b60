"""Agents over REST and the event stream of a real server."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest

from shared.contracts import subjects
from shared.contracts.stream import StreamEvent
from shared.contracts.subjects import live_agent
from shared.contracts.wire import TEXT_MAX
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import EventType, Presence, Scope
from tests.support.event_stream import stream
from tests.support.gateway import ANNA, OTHER_SHOP, OTHER_SITE, PIOTR, a_grant, a_routing_event
from tests.support.running_gateway import ServedGateway


def items_url(conversation_id: UUID) -> str:
    return f"/v1/conversations/{encode(IdKind.CONVERSATION, conversation_id)}/items"


async def answer(
    served: ServedGateway, conversation_id: UUID, key: str = "a1", **body: object
) -> httpx.Response:
    return await served.http.post(
        items_url(conversation_id),
        json={"text": "How can I help?", **body},
        headers={**served.headers(), "Idempotency-Key": key},
    )


class TestItems:
    async def test_an_agent_reads_a_conversation_page_by_page(self, served: ServedGateway) -> None:
        conversation_id = await served.stores.conversation()
        await served.router.tell(a_routing_event(conversation_id, 1))

        everything = await served.http.get(items_url(conversation_id), headers=served.headers())
        rest = await served.http.get(
            items_url(conversation_id), params={"after_seq": 1}, headers=served.headers()
        )

        assert [item["kind"] for item in everything.json()["items"]] == ["message", "joined"]
        assert [item["seq"] for item in rest.json()["items"]] == [2]
        assert (rest.json()["last_seq"], rest.json()["epoch"]) == (2, 1)

    async def test_an_agent_reads_only_what_was_offered_to_that_agent(
        self, served: ServedGateway
    ) -> None:
        """LESSONS 25: another's conversation looks like one that does not exist."""
        conversation_id = await served.stores.conversation()
        await served.router.tell(a_routing_event(conversation_id, 1))  # Anna serves it
        as_piotr = served.headers(agent_id=PIOTR)

        theirs = await served.http.get(items_url(conversation_id), headers=as_piotr)
        nobodys = await served.http.get(items_url(UUID(int=0xDEAD)), headers=as_piotr)
        assert (theirs.status_code, theirs.json()["code"]) == (404, "not_found")
        assert theirs.json()["detail"] == nobodys.json()["detail"]

        served.router.readers.add((PIOTR, conversation_id))
        offered = await served.http.get(items_url(conversation_id), headers=as_piotr)
        assert offered.status_code == 200

    async def test_who_serves_a_conversation_reads_it_without_the_router(
        self, served: ServedGateway
    ) -> None:
        conversation_id = await served.stores.conversation()
        await served.router.tell(a_routing_event(conversation_id, 1))
        await served.router.places[subjects.GRANT].close()

        mine = await served.http.get(items_url(conversation_id), headers=served.headers())
        other = await served.http.get(
            items_url(conversation_id), headers=served.headers(agent_id=PIOTR)
        )

        assert mine.status_code == 200
        assert (other.status_code, other.json()["code"]) == (503, "routing_unavailable")

    async def test_a_supervisor_reads_every_conversation_of_the_shop(
        self, served: ServedGateway
    ) -> None:
        scopes = (Scope.AGENT, Scope.SUPERVISOR)
        conversation_id = await served.stores.conversation()
        others = await served.stores.conversation(shop_id=OTHER_SHOP, site_id=OTHER_SITE)
        headers = served.headers(agent_id=PIOTR, scopes=scopes)

        assert (await served.http.get(items_url(conversation_id), headers=headers)).is_success
        assert (await served.http.get(items_url(others), headers=headers)).status_code == 404

    async def test_an_answer_on_a_grant_is_taken_before_any_event(
        self, served: ServedGateway
    ) -> None:
        """Accepted and answered within the same 10 ms: never a 403."""
        conversation_id = await served.stores.conversation()

        response = await answer(served, conversation_id, grant=served.grant(conversation_id))

        assert response.status_code == 201
        assert response.json()["author"] == {
            "kind": "agent",
            "id": encode(IdKind.AGENT, ANNA),
            "name": "Anna",
        }

    async def test_the_same_key_again_returns_the_same_item(self, served: ServedGateway) -> None:
        conversation_id = await served.stores.conversation()
        grant = served.grant(conversation_id)

        first = await answer(served, conversation_id, grant=grant)
        again = await answer(served, conversation_id, grant=grant)
        without_grant = await answer(served, conversation_id)
        other = await answer(served, conversation_id, text="Something else")

        assert first.json() == again.json() == without_grant.json()
        assert (other.status_code, other.json()["code"]) == (422, "client_id_conflict")

    @pytest.mark.parametrize("text", ["", " \n", "\u200b"])
    async def test_an_answer_that_shows_nothing_is_refused(
        self, served: ServedGateway, text: str
    ) -> None:
        conversation_id = await served.stores.conversation()

        response = await answer(
            served, conversation_id, text=text, grant=served.grant(conversation_id)
        )

        assert (response.status_code, response.json()["code"]) == (422, "invalid_request")

    async def test_an_agent_who_is_not_assigned_is_refused(self, served: ServedGateway) -> None:
        conversation_id = await served.stores.conversation()

        response = await answer(served, conversation_id)

        assert (response.status_code, response.json()["code"]) == (403, "not_assigned")

    async def test_an_agent_is_refused_only_on_the_routers_no(self, served: ServedGateway) -> None:
        """After an outage an agent may have neither the grant nor the gateway the event."""
        conversation_id = await served.stores.conversation()
        served.router.grants[conversation_id] = a_grant(conversation_id)

        response = await answer(served, conversation_id)
        await served.router.tell(a_routing_event(conversation_id, 1))
        again = await answer(served, conversation_id)

        assert (response.status_code, again.json()) == (201, response.json())

    async def test_a_router_that_does_not_answer_is_not_a_no(self, served: ServedGateway) -> None:
        conversation_id = await served.stores.conversation()
        await served.router.places[subjects.GRANT].close()

        response = await answer(served, conversation_id)

        assert (response.status_code, response.json()["code"]) == (503, "routing_unavailable")
        assert int(response.headers["Retry-After"]) >= 1

    async def test_somebody_elses_grant_opens_nothing(self, served: ServedGateway) -> None:
        conversation_id = await served.stores.conversation()
        other_id = await served.stores.conversation()

        for grant in (
            served.grant(conversation_id, agent_id=UUID(int=3)),
            served.grant(other_id),
            "nonsense",
        ):
            response = await answer(served, conversation_id, grant=grant)
            assert (response.status_code, response.json()["code"]) == (403, "not_assigned")

    async def test_a_grant_that_is_over_takes_nothing_from_whoever_is_assigned(
        self, served: ServedGateway
    ) -> None:
        """Sent again after an outage longer than the grant: the same message, not a refusal."""
        conversation_id = await served.stores.conversation()
        await served.router.tell(a_routing_event(conversation_id, 1))
        over = served.grant(conversation_id, lasts_ms=-1)

        first = await answer(served, conversation_id, grant=over)
        again = await answer(served, conversation_id, grant=over)

        assert (first.status_code, again.json()) == (201, first.json())

    async def test_a_grant_that_is_over_gives_nothing_to_whoever_is_not(
        self, served: ServedGateway
    ) -> None:
        conversation_id = await served.stores.conversation()

        response = await answer(
            served, conversation_id, grant=served.grant(conversation_id, lasts_ms=-1)
        )

        assert (response.status_code, response.json()["code"]) == (403, "not_assigned")

    async def test_an_ended_conversation_takes_nothing_more(self, served: ServedGateway) -> None:
        conversation_id = await served.stores.conversation()
        await served.router.tell(a_routing_event(conversation_id, 1))
        await served.router.tell(a_routing_event(conversation_id, 2, EventType.CONVERSATION_ENDED))

        response = await answer(served, conversation_id)

        assert (response.status_code, response.json()["code"]) == (409, "already_ended")

    async def test_another_shops_conversation_looks_like_none(self, served: ServedGateway) -> None:
        """LESSONS 25."""
        theirs = await served.stores.conversation(shop_id=OTHER_SHOP, site_id=OTHER_SITE)
        seen = []
        for conversation_id in (theirs, UUID(int=1)):
            read = await served.http.get(items_url(conversation_id), headers=served.headers())
            written = await answer(served, conversation_id)
            for response in (read, written):
                problem = response.json()
                problem.pop("request_id")
                seen.append((response.status_code, problem))

        assert seen[:2] == seen[2:]
        assert {status for status, _ in seen} == {404}

    async def test_an_id_that_is_none_looks_like_one_that_does_not_exist(
        self, served: ServedGateway
    ) -> None:
        response = await served.http.get(
            "/v1/conversations/nonsense/items", headers=served.headers()
        )

        assert (response.status_code, response.json()["code"]) == (404, "not_found")

    @pytest.mark.parametrize(
        "body",
        [
            {"text": ""},
            {"text": "x" * (TEXT_MAX + 1)},
            {"text": {"$ne": 1}},
            {"text": 5},
            {"text": "a\0b"},
            {"text": "x", "visibility": "agents"},
            {},
        ],
    )
    async def test_a_bad_body_is_refused(
        self, served: ServedGateway, body: dict[str, object]
    ) -> None:
        response = await served.http.post(
            items_url(UUID(int=1)),
            json=body,
            headers={**served.headers(), "Idempotency-Key": "a1"},
        )

        assert (response.status_code, response.json()["code"]) == (422, "invalid_request")

    async def test_a_message_without_a_key_is_refused(self, served: ServedGateway) -> None:
        response = await served.http.post(
            items_url(UUID(int=1)), json={"text": "x"}, headers=served.headers()
        )

        assert response.json()["code"] == "idempotency_key_required"

    async def test_nobody_gets_in_without_a_sign_in(self, served: ServedGateway) -> None:
        for path in (items_url(UUID(int=1)), "/v1/agent-events"):
            response = await served.http.get(path)
            assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


class TestStream:
    async def test_a_stream_begins_with_everything(self, served: ServedGateway) -> None:
        conversation_id = await served.stores.conversation()
        await served.router.tell(a_routing_event(conversation_id, 1))

        async with stream(served) as events:
            name, snapshot = await events.next()

        assert name == "snapshot"
        assert snapshot["agent"]["name"] == "Anna"
        assert [item["kind"] for item in snapshot["items"]] == ["message", "joined"]

    async def test_a_customers_message_comes_down_the_stream(self, served: ServedGateway) -> None:
        async with served.customer() as customer, stream(served) as events:
            await events.next()
            ack = await customer.say("Hello?")
            conversation_id = decode(IdKind.CONVERSATION, ack["conversation_id"])
            await served.router.tell(a_routing_event(conversation_id, 1))
            joined = await events.next()
            await customer.say("Still there?")
            message = await events.next()

        assert (joined[0], joined[1]["kind"]) == ("message.created", "joined")
        assert (message[0], message[1]["text"]) == ("message.created", "Still there?")

    async def test_what_the_router_publishes_is_passed_on(self, served: ServedGateway) -> None:
        async with stream(served) as one, stream(served) as two:
            await one.next()
            await two.next()
            event = StreamEvent(type=EventType.AGENT_UPDATED, body={"load": 1})
            await served.router.bus.publish(live_agent(ANNA), event.to_json())

            assert await one.next() == await two.next() == ("agent.updated", {"load": 1})

    async def test_the_router_learns_of_the_first_and_the_last_stream(
        self, served: ServedGateway
    ) -> None:
        """LESSONS 3: "gone" is known in seconds."""
        async with stream(served) as one:
            await one.next()
            async with stream(served) as two:
                await two.next()
            await served.router.until(
                lambda: any(len(beat.agents) == 1 for beat in served.router.beats)
            )
            assert [change.presence for change in served.router.presence] == [Presence.CONNECTED]
        await served.router.until(lambda: len(served.router.presence) == 2)

        assert served.router.presence[-1].presence is Presence.DISCONNECTED
        await served.router.until(lambda: served.router.beats[-1].agents == ())
