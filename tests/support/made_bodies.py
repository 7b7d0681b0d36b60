"""Good bodies made from the OpenAPI document, so that a new action of customers needs no line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

from shared.contracts.frames import ClientFrame, Hello
from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id

CUSTOMERS = "/v1/chat/"
OPEN_SESSION = "/v1/chat/sessions"
_ID = re.compile(r"\^([a-z]+)_")


def is_customers(path: str) -> bool:
    """Tell whether an endpoint is for customers, who show a session token."""
    return path.startswith(CUSTOMERS)


def customers_bodies(document: dict[str, Any], site_key: str) -> dict[str, dict[str, Any]]:
    """Return a body for each action of customers that takes one, with what it must have."""
    bodies = dict(_required(document))
    bodies[OPEN_SESSION] = {"site_key": site_key, "locale": "en-GB"}
    return bodies


def frames() -> Iterator[dict[str, Any]]:
    """Yield a good frame of every type that a customer may send, the hello left out."""
    for frame in get_args(get_args(ClientFrame)[0]):
        if frame is not Hello:
            schema = frame.model_json_schema()
            made = {name: _value(told, schema) for name, told in schema["properties"].items()}
            yield {name: value for name, value in made.items() if value is not None}


def _required(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        told = methods.get("post", {})
        if is_customers(path) and "requestBody" in told:
            schema = told["requestBody"]["content"]["application/json"]["schema"]
            yield path, _value(schema, document)


def _value(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    if "$ref" in schema:
        place: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        return _value(place, document)
    for choices in ("allOf", "anyOf", "oneOf"):
        if choices in schema:
            return _value(schema[choices][0], document)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema["type"] == "object":
        names = schema.get("required", ())
        return {name: _value(schema["properties"][name], document) for name in names}
    if schema["type"] == "array":
        return [_value(schema["items"], document)] * schema.get("minItems", 0)
    return _plain(schema)


def _plain(schema: dict[str, Any]) -> Any:
    if schema["type"] in {"integer", "number"}:
        return schema.get("minimum", 1)
    if schema["type"] == "null":
        return None
    return True if schema["type"] == "boolean" else _text(schema)


_PATTERNS = {"^[A-Z]{3}$": "EUR"}
_FORMATS = {"date-time": "2026-11-02T10:00:00.000Z", "email": "ben@mail.example"}


def _text(schema: dict[str, Any]) -> str:
    named = _ID.match(schema.get("pattern", ""))
    if named is not None:
        return encode(IdKind(named[1]), new_id())
    if schema.get("pattern") in _PATTERNS:
        return _PATTERNS[schema["pattern"]]
    shortest = "x" * max(1, int(schema.get("minLength", 1)))
    return _FORMATS.get(str(schema.get("format")), shortest)
