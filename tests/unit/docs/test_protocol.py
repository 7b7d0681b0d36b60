"""docs/protocol tells of every frame, event and close code of the contracts, and of no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jsonschema_rs
import pytest
from pydantic import BaseModel

from docs.protocol import generate
from shared.contracts import frames
from shared.contracts.stream import STREAM_BODIES, StreamPong
from shared.kernel.vocabulary import EventType
from tests.support.checkout import CHECKOUT

PAGES = CHECKOUT / "docs" / "protocol"
SPECIFICATION = CHECKOUT / "web/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"
SECTION = re.compile(r"^##+ (`.+?)\n(.*?)^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
CLOSE_ROW = re.compile(r"^\| (\d{4}) \| `(\w+)` \| .+ \| (resume|renew|never) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Told:
    """One section of the page: a name (or several of one shape) and its example."""

    name: str
    example: str
    shape: type[BaseModel] | None


def _told(part: str, shapes: Mapping[str, type[BaseModel]]) -> Iterator[Told]:
    for heading, _, example in SECTION.findall(part):
        for name in re.findall(r"`([\w.]+)`", heading):
            yield Told(name, example, shapes.get(name))


_SOCKET = (PAGES / "customer-socket.md").read_text(encoding="utf-8")
_STREAM = (PAGES / "agent-stream.md").read_text(encoding="utf-8")
_SENT, _READ = _SOCKET.split("## What the server sends")
PARTS = {
    "sent": (_SENT, generate.FROM_CUSTOMER),
    "read": (_READ, generate.TO_CUSTOMER),
    "stream": (_STREAM, STREAM_BODIES),
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
    between_services = {EventType.PROMISE_CHANGED}
    assert set(EventType) - between_services <= set(STREAM_BODIES)


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


def test_the_page_tells_of_every_close_code_and_of_what_to_do_then() -> None:
    told = {(int(code), name): then for code, name, then in CLOSE_ROW.findall(_SOCKET)}

    assert told == {
        (code.value, code.name.lower()): then.value for code, then in frames.AFTERWARDS.items()
    }


def test_every_close_code_is_ours_and_says_what_to_do_then() -> None:
    assert set(frames.AFTERWARDS) == set(frames.CloseCode)
    assert {code for code in frames.CloseCode if not 4000 <= code <= 4099} == {
        1001,
        1002,
        1007,
        1009,
    }


@pytest.mark.parametrize(
    "path", [generate.ASYNCAPI, generate.README, generate.ROUTING], ids=lambda path: path.name
)
def test_what_is_drawn_from_the_code_is_drawn_from_this_code(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generate.written()[path], "run `make contracts`"


def test_the_asyncapi_document_is_one_by_its_own_specification() -> None:
    specification = json.loads(SPECIFICATION.read_text(encoding="utf-8"))

    jsonschema_rs.validator_for(specification).validate(generate.asyncapi())


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = generate.asyncapi()
    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))

    for reference in references:
        place = document
        for part in reference.split("/"):
            place = place[part]


@pytest.mark.parametrize("told", EVERYTHING)
def test_an_example_is_one_by_the_asyncapi_document(told: Told) -> None:
    document = generate.asyncapi()
    names = [f"chat.{told.name}", f"events.{told.name}"]
    messages = document["components"]["messages"]
    schemas = [messages[name]["payload"] for name in names if name in messages]
    example = json.loads(told.example)

    assert any(
        jsonschema_rs.is_valid({**schema, "components": document["components"]}, example)
        for schema in schemas
    )
