"""Write src/contracts.ts, the TypeScript of every wire shape the pages use; knows no page.

`python -m web.sdk.generate` writes the file; with `--check` it only says whether it is stale.
"""
# ruff: noqa: INP001  lives among the pages it serves, which are no Python package

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from shared.contracts import (
    answers,
    cards,
    conversations,
    decisions,
    files,
    frames,
    items,
    reports,
    routing,
    signs,
    sites,
    stream,
    wallboard,
    wire,
)
from shared.kernel.errors import ErrorCode
from shared.kernel.ids import IdKind

OUTPUT = Path(__file__).parent / "src" / "contracts.ts"

WE_SEND: tuple[type[BaseModel], ...] = (
    *get_args(get_args(frames.ClientFrame)[0]),
    files.NewFile,
    items.NewItem,
    items.NewNote,
    routing.NewFollowUp,
    routing.NewStatus,
    routing.SignIn,
    routing.Transfer,
    signs.SeenThrough,
    stream.StreamPong,
)
WE_READ: tuple[type[BaseModel], ...] = (
    *get_args(frames.ServerFrame),
    answers.AnswerPage,
    answers.FoundAnswers,
    cards.Card,
    conversations.ConversationPage,
    decisions.DecisionPage,
    files.FileLink,
    files.UploadPlace,
    items.ItemPage,
    reports.FirstResponseReport,
    routing.AgentSnapshot,
    routing.Colleagues,
    routing.FollowUps,
    routing.OfferEnded,
    routing.OfferTaken,
    routing.SignedIn,
    routing.WaitingConversations,
    signs.CustomerTyping,
    signs.Receipt,
    sites.Appearance,
    stream.StreamClosed,
    stream.StreamEvent,
    stream.StreamPing,
    wallboard.Wallboard,
)
NUMBERS: Mapping[str, int] = {
    "ATTACHMENTS_MAX": files.ATTACHMENTS_MAX,
    "CLIENT_ID_MAX": wire.CLIENT_ID_MAX,
    "FILE_MAX_BYTES": files.FILE_MAX_BYTES,
    "FRAME_MAX_BYTES": frames.FRAME_MAX_BYTES,
    "TEXT_MAX": wire.TEXT_MAX,
}
HEADER = """\
// Written by web/sdk/generate.py from shared/contracts; change those and run it again.
// tests/contract/test_web_contracts.py fails when this file is stale.

/** Any JSON value. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** ISO 8601, UTC, with milliseconds. */
export type Instant = string;
"""

Schema: TypeAlias = Mapping[str, Any]
Mode: TypeAlias = Literal["validation", "serialization"]


class _EmittedWhole(GenerateJsonSchema):
    """We always emit every field, so a reader may count on those with a default too."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)


def definitions() -> dict[str, Schema]:
    """Return the JSON schema of every shape by name."""
    wanted: list[tuple[type[BaseModel], Mode]] = [(model, "validation") for model in WE_SEND]
    wanted += [(model, "serialization") for model in WE_READ]
    _, document = models_json_schema(wanted, schema_generator=_EmittedWhole)
    found: dict[str, Schema] = document["$defs"]
    return dict(sorted(found.items()))


def _id_name(kind: IdKind) -> str:
    return "".join(part.capitalize() for part in kind.name.split("_")) + "Id"


ID_NAMES = {kind.value: _id_name(kind) for kind in IdKind}


def _string(schema: Schema) -> str:
    if schema.get("format") == "date-time":
        return "Instant"
    prefix = str(schema.get("pattern", "")).removeprefix("^").partition("_[")[0]
    return ID_NAMES.get(prefix, "string")


def _array(schema: Schema) -> str:
    inner = typescript(schema["items"])
    return f"readonly ({inner})[]" if "|" in inner else f"readonly {inner}[]"


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def typescript(schema: Schema) -> str:
    """Return the TypeScript type of one JSON schema.

    Raises:
        ValueError: a construct this small generator does not know.
    """
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return "Json" if name == "JsonValue" else name
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return " | ".join(_literal(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(typescript(option) for option in schema["anyOf"])
    return _plain(schema)


def _plain(schema: Schema) -> str:
    match schema.get("type"):
        case "string":
            return _string(schema)
        case "array":
            return _array(schema)
        case "integer" | "number":
            return "number"
        case "boolean" | "null" as name:
            return str(name)
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return f"{{ readonly [key: string]: {typescript(schema['additionalProperties'])} }}"
        case other:
            raise ValueError(f"no TypeScript for {other!r}: extend web/sdk/generate.py")


def _comment(schema: Schema) -> Iterator[str]:
    if text := str(schema.get("description", "")).strip():
        yield f"/** {' '.join(text.split())} */"


def _declaration(name: str, schema: Schema) -> Iterator[str]:
    yield ""
    yield from _comment(schema)
    if schema.get("type") != "object":
        yield f"export type {name} = {typescript(schema)};"
        return
    yield f"export interface {name} {{"
    required = frozenset(schema.get("required", ()))
    for field, inner in schema["properties"].items():
        # Pydantic leaves a discriminator optional in what we send, but a frame without it is none.
        mark = "" if field in required or "const" in inner else "?"
        yield f"  readonly {field}{mark}: {typescript(inner)};"
    yield "}"


def _unions() -> Iterator[str]:
    sent = (model.__name__ for model in get_args(get_args(frames.ClientFrame)[0]))
    read = (model.__name__ for model in get_args(frames.ServerFrame))
    yield ""
    yield f"export type ClientFrame = {' | '.join(sent)};"
    yield f"export type ServerFrame = {' | '.join(read)};"
    yield f"export type Afterwards = {typescript({'enum': list(frames.Afterwards)})};"


def _constants() -> Iterator[str]:
    yield ""
    for name, value in NUMBERS.items():
        yield f"export const {name} = {value};"
    yield "export const CloseCode = {"
    for code in frames.CloseCode:
        yield f"  {code.name}: {code.value},"
    yield "} as const;"
    yield "/** What to do after a close; after any other code the network was lost: resume. */"
    yield "export const AFTERWARDS: ReadonlyMap<number, Afterwards> = new Map<number, Afterwards>(["
    for code, afterwards in frames.AFTERWARDS.items():
        yield f'  [CloseCode.{code.name}, "{afterwards}"],'
    yield "]);"


def render() -> str:
    """Return the whole of contracts.ts."""
    shapes = definitions()
    shapes.pop("JsonValue", None)
    shapes.setdefault("ErrorCode", {"enum": [code.value for code in ErrorCode]})
    lines = [HEADER]
    lines += [f"export type {name} = `{prefix}_${{string}}`;" for prefix, name in ID_NAMES.items()]
    for name, schema in shapes.items():
        lines += _declaration(name, schema)
    return "\n".join([*lines, *_unions(), *_constants(), ""])


def main() -> int:
    """Write the file, or with --check compare it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the file is stale")
    if not parser.parse_args().check:
        OUTPUT.write_text(render(), encoding="utf-8")
        return 0
    if OUTPUT.read_text(encoding="utf-8") == render():
        return 0
    sys.stderr.write("web/sdk/src/contracts.ts is stale: run make contracts\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
