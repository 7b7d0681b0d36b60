"""docs/protocol.md tells of every frame, event and close code of the contracts, and of no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

import pytest
from pydantic import BaseModel

from shared.contracts import frames
from shared.contracts.items import Item
from shared.contracts.routing import (
    AgentSnapshot,
    AgentState,
    CardReady,
    Offer,
    OfferEnded,
    RoutingState,
)
from shared.contracts.stream import StreamPing, StreamPong
from shared.kernel.vocabulary import EventType
from tests.support.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs" / "protocol.md").read_text(encoding="utf-8")
ADVICE = (CHECKOUT / "web" / "sdk" / "src" / "chat" / "advice.ts").read_text(encoding="utf-8")
SECTION = re.compile(r"^#### (.+?)\n(.*?)^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
CLOSE_ROW = re.compile(r"^\| (\d{4}) \| `(\w+)` \| .+ \| (resume|renew|never) \|$", re.MULTILINE)
ADVISED = re.compile(r'\[CloseCode\.(\w+), "(\w+)"\]')
BODIES: Mapping[str, type[BaseModel]] = {
    "snapshot": AgentSnapshot,
    "ping": StreamPing,
    EventType.MESSAGE_CREATED: Item,
    EventType.OFFER_CREATED: Offer,
    EventType.OFFER_ENDED: OfferEnded,
    EventType.CARD_READY: CardReady,
    EventType.AGENT_UPDATED: AgentState,
    **{event: RoutingState for event in EventType if event.startswith("conversation.")},
}
"""What an agent's stream carries under each name."""


@dataclass(frozen=True)
class Told:
    """One section of the page: a name (or several of one shape) and its example."""

    name: str
    example: str
    shape: type[BaseModel] | None


def _of_socket(sent: bool) -> Mapping[str, type[BaseModel]]:
    union = get_args(frames.ClientFrame)[0] if sent else frames.ServerFrame
    return {get_args(one.model_fields["type"].annotation)[0]: one for one in get_args(union)}


def _told(part: str, shapes: Mapping[str, type[BaseModel]]) -> Iterator[Told]:
    for heading, _, example in SECTION.findall(part):
        for name in re.findall(r"`([\w.]+)`", heading):
            yield Told(name, example, shapes.get(name))


_SOCKET, _STREAM = PAGE.split("## The agent's event stream")
_SENT, _READ = _SOCKET.split("### What the server sends")
PARTS = {
    "sent": (_SENT, _of_socket(sent=True)),
    "read": (_READ, _of_socket(sent=False)),
    "stream": (_STREAM, BODIES),
}
EVERYTHING = [
    pytest.param(told, id=f"{part}-{told.name}")
    for part, (text, shapes) in PARTS.items()
    for told in _told(text, shapes)
]


@pytest.mark.parametrize("part", PARTS)
def test_the_page_tells_of_what_the_contracts_hold_and_of_nothing_else(part: str) -> None:
    text, shapes = PARTS[part]

    assert sorted(told.name for told in _told(text, shapes)) == sorted(shapes)


def test_every_event_has_its_body() -> None:
    assert set(EventType) <= set(BODIES)


@pytest.mark.parametrize("told", EVERYTHING)
def test_an_example_is_one_that_the_contract_reads_and_writes(told: Told) -> None:
    assert told.shape is not None
    read = told.shape.model_validate_json(told.example)

    assert read.model_dump(mode="json") == json.loads(told.example)


def test_a_ping_is_answered_with_its_own_body() -> None:
    (ping,) = [one.values[0] for one in EVERYTHING if one.id == "stream-ping"]
    assert isinstance(ping, Told)

    pong = StreamPong.model_validate_json(ping.example)

    assert pong.model_dump() == json.loads(ping.example)


def test_the_page_tells_of_every_close_code_and_of_what_the_sdk_then_does() -> None:
    told = {(int(code), name): then for code, name, then in CLOSE_ROW.findall(PAGE)}
    advised = dict(ADVISED.findall(ADVICE))

    assert told == {
        (code.value, code.name.lower()): advised.get(code.name, "resume")
        for code in frames.CloseCode
    }
