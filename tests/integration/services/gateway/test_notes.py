"""Notes among agents: on the record for colleagues, and nowhere on the customer's wire.

LESSONS 31 (Zulip CVE-2022-31017): what a client may not see is not on its wire, by raw bytes.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import httpx

from shared.contracts import subjects
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import EventType, Scope
from tests.support.chat_client import raw_chat
from tests.support.event_stream import stream
from tests.support.gateway import ANNA, OTHER_SHOP, OTHER_SITE, PIOTR, a_routing_event
from tests.support.running_gateway import ServedGateway

SECRET, KEY = "He is always angry at first", "note-from-zelda"
HIDDEN = (SECRET, KEY, "note", encode(IdKind.AGENT, PIOTR))
"""Nothing of it: its words, its name, its kind, nor who wrote it."""


def notes_url(conversation_id: UUID) -> str:
    return f"/v1/conversations/{encode(IdKind.CONVERSATION, conversation_id)}/notes"


async def note(
    served: ServedGateway, conversation_id: UUID, text: str = SECRET, key: str = KEY, **who: Any
) -> httpx.Response:
    headers = {**served.headers(**who), "Idempotency-Key": key}
    return await served.http.post(notes_url(conversation_id), json={"text": text}, headers=headers)


async def kinds(served: ServedGateway, conversation_id: UUID, **who: Any) -> list[str]:
    path = notes_url(conversation_id).replace("/notes", "/items")
    page = (await served.http.get(path, headers=served.headers(**who))).json()
    return [item["kind"] for item in page["items"]]


class Wire:
    """A customer's socket, and every byte that came down it."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.bytes = ""

    async def until(self, kind: str, text: str = "") -> dict[str, Any]:
        while True:
            raw = await self.socket.recv()
            self.bytes += raw
            frame: dict[str, Any] = json.loads(raw)
            if frame["type"] == kind and text in raw:
                return frame

    async def hello(self, served: ServedGateway, **more: Any) -> dict[str, Any]:
        hello = {"type": "hello", "site_key": served.stores.site.key, **more}
        await self.socket.send(json.dumps(hello))
        return await self.until("welcome")

    def shows_nothing(self) -> None:
        assert self.bytes
        assert [word for word in HIDDEN if word in self.bytes] == []


async def test_a_note_is_nowhere_on_the_customers_wire_live_resumed_welcomed_or_over_rest(
    served: ServedGateway,
) -> None:
    served.router.readers.add((PIOTR, UUID(int=0)))
    async with raw_chat(served.chat_url, origin="https://fern.example") as socket:
        wire = Wire(socket)
        welcome = await wire.hello(served)
        await socket.send(json.dumps({"type": "send", "client_id": "m1", "text": "Hello?"}))
        ack = await wire.until("accepted")
        conversation_id = decode(IdKind.CONVERSATION, ack["conversation_id"])
        await served.router.tell(a_routing_event(conversation_id, 1))
        served.router.readers.add((PIOTR, conversation_id))

        written = await note(served, conversation_id, agent_id=PIOTR)
        assert written.status_code == 201, written.text
        headers = {**served.headers(), "Idempotency-Key": "a1"}
        answer = {"text": "How can I help?"}
        path = notes_url(conversation_id).replace("/notes", "/items")
        await served.http.post(path, json=answer, headers=headers)
        told = await wire.until("message.created", "How can I help?")
        assert told["item"]["seq"] == written.json()["seq"] + 1
        wire.shows_nothing()

    token = welcome["session_token"]
    place = {"conversation_id": ack["conversation_id"], "epoch": 1}
    for last_seq in (0, written.json()["seq"] - 1, written.json()["seq"]):
        async with raw_chat(served.chat_url, origin="https://fern.example") as socket:
            resumed = Wire(socket)
            welcome = await resumed.hello(served, session_token=token, last_seq=last_seq, **place)
            assert welcome["last_seq"] == told["item"]["seq"]
            assert [one["seq"] for one in welcome["items"]][-1] == told["item"]["seq"]
            resumed.shows_nothing()
    head = {"Authorization": f"Bearer {token}", "Origin": "https://fern.example"}
    over_rest = await served.http.get("/v1/chat/items", headers=head)
    assert over_rest.json()["items"][-1]["text"] == "How can I help?"
    assert [word for word in HIDDEN if word in over_rest.text] == []


async def test_a_note_is_not_in_what_is_published_for_the_customers_node(
    served: ServedGateway,
) -> None:
    conversation_id = await served.stores.conversation()
    await served.router.tell(a_routing_event(conversation_id, 1))
    heard: list[bytes] = []
    await served.router.bus.subscribe(subjects.live_conversation(conversation_id), heard.append)

    await note(served, conversation_id)
    await served.router.until(lambda: len(heard) == 1)

    assert SECRET.encode() not in heard[0]
    assert KEY.encode() not in heard[0]


async def test_the_agent_who_serves_sees_a_colleagues_note_at_once_and_it_stays_on_record(
    served: ServedGateway,
) -> None:
    conversation_id = await served.stores.conversation()
    await served.router.tell(a_routing_event(conversation_id, 1))
    async with stream(served) as events:
        await events.next()
        supervisor: dict[str, Any] = {"agent_id": PIOTR, "scopes": (Scope.AGENT, Scope.SUPERVISOR)}
        await note(served, conversation_id, **supervisor)

        name, item = await events.next()

    assert (name, item["text"], item["visibility"]) == ("message.created", SECRET, "agents")
    assert await kinds(served, conversation_id) == ["message", "joined", "note"]


async def test_the_same_key_is_the_same_note_and_another_text_under_it_is_a_conflict(
    served: ServedGateway,
) -> None:
    conversation_id = await served.stores.conversation()
    await served.router.tell(a_routing_event(conversation_id, 1))

    first, again = await note(served, conversation_id), await note(served, conversation_id)
    other = await note(served, conversation_id, "Something else")

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "client_id_conflict")


async def test_who_may_not_read_a_conversation_leaves_no_note_in_it(served: ServedGateway) -> None:
    """LESSONS 25: another's conversation looks like one that does not exist."""
    mine = await served.stores.conversation()
    others = await served.stores.conversation(shop_id=OTHER_SHOP, site_id=OTHER_SITE)

    answers = [await note(served, one, agent_id=PIOTR) for one in (mine, others, UUID(int=9))]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["detail"] for answer in answers}) == 1


async def test_a_note_after_the_end_is_kept_and_opens_nothing(served: ServedGateway) -> None:
    conversation_id = await served.stores.conversation()
    await served.router.tell(a_routing_event(conversation_id, 1))
    await served.router.tell(a_routing_event(conversation_id, 2, EventType.CONVERSATION_ENDED))
    served.router.readers.add((ANNA, conversation_id))

    assert (await note(served, conversation_id)).status_code == 201
    assert (await kinds(served, conversation_id))[-2:] == ["ended", "note"]
