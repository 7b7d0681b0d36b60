"""Write what pages take from the code: asyncapi.json, and the state diagrams.

`python -m docs.protocol.generate` writes both; with `--check` it only says what is stale.
"""
# ruff: noqa: INP001  lives among the pages it serves, which are no Python package

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.gateway.domain.phases import TRANSITIONS, Phase
from services.router.domain import transitions
from shared.contracts import frames
from shared.contracts.stream import STREAM_BODIES

FOLDER = Path(__file__).parent
ASYNCAPI = FOLDER / "asyncapi.json"
README = FOLDER / "README.md"
ROUTING = FOLDER.parent / "routing.md"
DIAGRAM = re.compile(r"(?<=^```mermaid\n).*?(?=^```)", re.MULTILINE | re.DOTALL)
SCHEMAS = "#/components/schemas/{model}"

Document: TypeAlias = dict[str, Any]
Mode: TypeAlias = Literal["validation", "serialization"]

INFO = {
    "title": "Firstreply: the customer's socket and the agent's event stream",
    "version": "1",
    "description": "Written by docs/protocol/generate.py from shared/contracts; the pages beside "
    "it say what the shapes alone do not. Skip fields and frame types that you do not know.",
    "license": {"name": "Apache-2.0"},
}
ABOUT_CHAT = (
    "The customer's chat: WebSocket text frames of JSON. The first frame is a hello; after it, "
    "items come in the order of seq, each once."
)
ABOUT_EVENTS = (
    "The agent's events as server-sent events: a snapshot first, then what changes. A ping is "
    "answered with POST /v1/agent-events/pong and the same body."
)


def of_socket(union: object) -> Mapping[str, type[BaseModel]]:
    """Return the frames of one direction by their `type`."""
    return {get_args(one.model_fields["type"].annotation)[0]: one for one in get_args(union)}


FROM_CUSTOMER = of_socket(get_args(frames.ClientFrame)[0])
TO_CUSTOMER = of_socket(frames.ServerFrame)


def _message(name: str, shape: type[BaseModel], schema: Mapping[str, str]) -> Document:
    words = " ".join((shape.__doc__ or "").split("\n\n")[0].split())
    return {"name": name, "title": name, "summary": words, "payload": schema}


def _pointers(kind: str, names: Iterable[str]) -> list[Document]:
    return [{"$ref": f"#/channels/{kind}/messages/{name}"} for name in names]


def _channel(address: str, about: str, kind: str, names: Iterable[str]) -> Document:
    messages = {name: {"$ref": f"#/components/messages/{kind}.{name}"} for name in names}
    return {"address": address, "description": about, "messages": messages}


def _operation(action: str, summary: str, kind: str, names: Iterable[str]) -> Document:
    channel = {"$ref": f"#/channels/{kind}"}
    messages = _pointers(kind, names)
    return {"action": action, "summary": summary, "channel": channel, "messages": messages}


def _close_codes() -> list[Document]:
    return [
        {"code": code.value, "name": code.name.lower(), "then": frames.AFTERWARDS[code].value}
        for code in frames.CloseCode
    ]


def _components() -> Document:
    read: list[tuple[type[BaseModel], Mode]] = [
        (one, "validation") for one in FROM_CUSTOMER.values()
    ]
    told = [*TO_CUSTOMER.values(), *dict.fromkeys(STREAM_BODIES.values())]
    read += [(one, "serialization") for one in told]
    places, document = models_json_schema(read, ref_template=SCHEMAS)
    sides: list[tuple[str, Mapping[str, type[BaseModel]], Mode]] = [
        ("chat", FROM_CUSTOMER, "validation"),
        ("chat", TO_CUSTOMER, "serialization"),
        ("events", STREAM_BODIES, "serialization"),
    ]
    messages = {
        f"{kind}.{name}": _message(name, shape, places[shape, mode])
        for kind, shapes, mode in sides
        for name, shape in shapes.items()
    }
    bearer = {"type": "http", "scheme": "bearer", "description": "The agent's sign-in."}
    schemas = dict(sorted(document["$defs"].items()))
    return {"messages": messages, "schemas": schemas, "securitySchemes": {"agent": bearer}}


def asyncapi() -> Document:
    """Return the AsyncAPI 3.0 document of what travels on the socket and on the stream."""
    host = "your-server.example"
    chat = _channel("/v1/chat", ABOUT_CHAT, "chat", [*FROM_CUSTOMER, *TO_CUSTOMER])
    chat["servers"] = [{"$ref": "#/servers/socket"}]
    chat["x-close-codes"] = _close_codes()
    chat["x-frame-max-bytes"] = frames.FRAME_MAX_BYTES
    events = _channel("/v1/agent-events", ABOUT_EVENTS, "events", STREAM_BODIES)
    events["servers"] = [{"$ref": "#/servers/stream"}]
    security = [{"$ref": "#/components/securitySchemes/agent"}]
    return {
        "asyncapi": "3.0.0",
        "info": INFO,
        "defaultContentType": "application/json",
        "servers": {
            "socket": {"host": host, "protocol": "wss"},
            "stream": {"host": host, "protocol": "https", "security": security},
        },
        "channels": {"chat": chat, "events": events},
        "operations": {
            "hearCustomer": _operation(
                "receive", "What a customer's client sends.", "chat", FROM_CUSTOMER
            ),
            "tellCustomer": _operation("send", "What a customer is told.", "chat", TO_CUSTOMER),
            "tellAgent": _operation("send", "What an agent is told.", "events", STREAM_BODIES),
        },
        "components": _components(),
    }


def diagram() -> str:
    """Return the session's transition table as a Mermaid state diagram."""
    arrows: dict[tuple[Phase, Phase], list[str]] = {}
    for (phase, what), following in TRANSITIONS.items():
        for after in following:
            arrows.setdefault((phase, after), []).append(what.value)
    lines = ["stateDiagram-v2", "    [*] --> greeting: the socket is open"]
    for (phase, after), labels in arrows.items():
        lines.append(f"    {phase} --> {after}: {'<br/>'.join(labels)}")
    return "\n".join([*lines, "    closed --> [*]", ""])


def states(table: Mapping[Any, Iterable[Any]]) -> str:
    """Return one of routing's transition tables as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    for before, following in table.items():
        start = "[*]" if before is None else before.value
        lines += [f"    {start} --> {after}" for after in sorted(one.value for one in following)]
    reached = {after for following in table.values() for after in following}
    finals = sorted(one.value for one in reached if one not in table)
    return "\n".join([*lines, *(f"    {final} --> [*]" for final in finals), ""])


def written() -> dict[Path, str]:
    """Return what each file should hold."""
    page = README.read_text(encoding="utf-8")
    tables = iter((transitions.CONVERSATION, transitions.OFFER, transitions.ASSIGNMENT))
    routing = ROUTING.read_text(encoding="utf-8")
    return {
        ASYNCAPI: json.dumps(asyncapi(), indent=1, ensure_ascii=False) + "\n",
        README: DIAGRAM.sub(lambda _: diagram(), page),
        ROUTING: DIAGRAM.sub(lambda _: states(next(tables)), routing),
    }


def main() -> int:
    """Write the files, or with --check compare them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say what is stale")
    check = parser.parse_args().check
    stale = [
        path
        for path, text in written().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if check:
            sys.stderr.write(f"{path} is stale: run make contracts\n")
        else:
            path.write_text(written()[path], encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
