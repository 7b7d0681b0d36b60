"""Two customers of one shop: nothing of one is on the wire of the other, whatever is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from services.gateway.usecases.ports import AppendRow
from shared.contracts.events import Envelope
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import ItemKind, Visibility
from shared.kit.new_ids import new_id
from tests.support.chat_client import raw_chat
from tests.support.gateway import ANNA, SHOP, a_routing_event
from tests.support.made_bodies import frames
from tests.support.running_gateway import ServedGateway

SECRET = "Her mother's name is Quillfeather."
QUIET_S = 0.25
"""Once the server has read all that was sent: a statement or two take some milliseconds."""
ADDRESS = "rosa@mail.example"


async def hello(served: ServedGateway, socket: ClientConnection, **fields: Any) -> Any:
    frame = {"type": "hello", "site_key": served.stores.site.key, **fields}
    await socket.send(json.dumps(frame))
    return json.loads(await socket.recv())


async def heard(socket: ClientConnection) -> list[str]:
    """Return what comes until it is quiet, once everything that was sent has been read."""
    words: list[str] = []
    await (await socket.ping())
    try:
        while True:
            async with asyncio.timeout(QUIET_S):
                words.append(str(await socket.recv()))
    except TimeoutError:
        return words


def naming(live: str) -> Iterator[dict[str, Any]]:
    """Yield every frame that names something, naming this."""
    for frame in frames():
        named = {name: value for name, value in frame.items() if name.endswith("_id")}
        named.pop("client_id", None)
        for name in named:
            yield frame | {name: live}


async def rosas(served: ServedGateway, token: str | None = None) -> dict[IdKind, str]:
    """Have a customer write, and be answered beside her back; return what is hers."""
    async with served.customer(session_token=token) as rosa:
        said = await rosa.say(f"I am {ADDRESS}")
        conversation_id = decode(IdKind.CONVERSATION, said["conversation_id"])
        await served.router.tell(a_routing_event(conversation_id, 1))
        note = AppendRow(
            shop_id=SHOP,
            sender_id=ANNA,
            client_id="note",
            text=SECRET,
            received_at=served.clock.now(),
            conversation_id=conversation_id,
            author_name="Anna",
            kind=ItemKind.NOTE,
            visibility=Visibility.AGENTS,
        )
        await served.stores.appends.append([note])
        return {
            IdKind.CONVERSATION: said["conversation_id"],
            IdKind.SESSION: rosa.welcomes[0]["session_id"],
            IdKind.ITEM: said["item_id"],
        }


async def test_anothers_ids_look_like_ids_that_do_not_exist_on_every_frame(
    served: ServedGateway,
) -> None:
    """LESSONS 25: Chatwoot CVE-2026-115725, Rocket.Chat loadHistory.

    Each kind of id on a connection of its own: so many frames that cannot be read end one.
    """
    live = await rosas(served)
    for kind, hers in live.items():
        answers: list[list[str]] = []
        for named in (hers, encode(kind, new_id())):
            async with raw_chat(served.chat_url) as eve:
                await hello(served, eve)
                for frame in naming(named):
                    await eve.send(json.dumps(frame))
                answers.append(await heard(eve))
        assert answers[0] == answers[1]
        assert not any(one in word for word in answers[0] for one in live.values())


async def test_a_typed_address_opens_nobodys_conversation(served: ServedGateway) -> None:
    """LESSONS 24: ChatterMate GHSA-rfh4-6ghv-m2rr. Not in a message, not anywhere in a hello."""
    live = await rosas(served)
    async with raw_chat(served.chat_url) as eve:
        refused = await hello(served, eve, customer_token=ADDRESS)
    async with raw_chat(served.chat_url) as eve:
        welcome = await hello(
            served, eve, page_url=ADDRESS, conversation_id=live[IdKind.CONVERSATION], last_seq=0
        )
        await eve.send(json.dumps({"type": "send", "client_id": "e1", "text": f"I am {ADDRESS}"}))
        accepted = json.loads(await eve.recv())
        words = await heard(eve)

    assert refused["code"] == "bad_customer_token"
    assert (welcome["items"], welcome["conversation_id"]) == ([], None)
    assert accepted["conversation_id"] != live[IdKind.CONVERSATION]
    assert not any(one in word for word in words for one in live.values())
    mine = accepted["conversation_id"]
    await served.router.until(lambda: any(map(partial(tells_of, mine), served.router.events)))
    for event in filter(partial(tells_of, mine), served.router.events):
        assert '"customer": null' in json.dumps(event.body)


def tells_of(conversation_id: str, event: Envelope) -> bool:
    return conversation_id in json.dumps(event.body)


@pytest.mark.parametrize("last_seq", [0, 1])
async def test_what_customers_may_not_see_is_in_no_byte_of_theirs(
    served: ServedGateway, last_seq: int
) -> None:
    """LESSONS 31: Zulip CVE-2022-31017. A note stands in the conversation, on no wire of it."""
    opened = await served.http.post("/v1/chat/sessions", json={"site_key": served.stores.site.key})
    token = opened.json()["session_token"]
    live = await rosas(served, token)
    head = {"Authorization": f"Bearer {token}"}
    params: dict[str, str | int] = {
        "conversation_id": live[IdKind.CONVERSATION],
        "after_seq": last_seq,
    }
    raw = (await served.http.get("/v1/chat/items", params=params, headers=head)).content
    raw += (
        await served.http.post(
            "/v1/chat/sessions",
            json={"site_key": served.stores.site.key, "session_token": token},
        )
    ).content
    async with raw_chat(served.chat_url) as rosa:
        raw += json.dumps(
            await hello(served, rosa, session_token=token, last_seq=last_seq)
        ).encode()
        await rosa.send(json.dumps({"type": "send", "client_id": "r2", "text": "Well?"}))
        raw += "".join(await heard(rosa)).encode()

    assert b"joined" in raw
    assert b"Quillfeather" not in raw
    assert b'"agents"' not in raw
    assert b'"note"' not in raw
