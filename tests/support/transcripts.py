"""The transcripts of docs/protocol/transcripts: their lines, and what stands for a value not known.

docs/protocol/transcripts/README.md says what a line may hold; web/sdk/tests/transcripts.ts reads
the same files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.checkout import CHECKOUT

FOLDER = CHECKOUT / "docs" / "protocol" / "transcripts"
ABOUT = {"situation", "proves", "lessons", "given", "client"}
GIVEN = {
    *("session", "site_key", "origin", "customer_token", "cart", "invitations"),
    *("sends_burst", "sends_per_s"),
}
VERBS: Mapping[str, frozenset[str]] = {
    "page": frozenset(
        {
            *("connects", "writes", "types", "looks", "rates", "leaves", "leaves_address", "sees"),
            *("visits", "reports_payment_failed", "accepts_invitation", "dismisses_invitation"),
        }
    ),
    "client": frozenset({"connects", "sends", "sends_text", "gives_up", "stops_reading"}),
    "server": frozenset({"sends", "closes"}),
    "network": frozenset({"opens", "breaks", "falls_silent", "loses_what_waits"}),
    "time": frozenset({"passes_ms"}),
    "agent": frozenset({"joins", "writes", "types", "received", "read", "notes", "ends"}),
    "router": frozenset({"lines_up", "closes_for_ms", "opens", "has_somebody_free"}),
    "node": frozenset({"stops", "is_restored"}),
    "other window": frozenset({"sends"}),
}
DETAILS = {"client_id", "lost", "in", "times", "epoch"}
PLACEHOLDER = re.compile(r"<([a-z_]+)(?::(\w+))?>")
LONG = {"letters": "x", "smiles": "\N{GRINNING FACE}"}
"""One or four bytes each; the number in the placeholder says how many."""
PREFIXES = {kind: f"{kind}_" for kind in ("conv", "item", "sess", "agent", "invt")} | {
    "token": "fs_"
}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True)
class Line:
    """One line: who does what; `details` is what else the line holds."""

    number: int
    who: str
    verb: str
    what: Any
    details: Mapping[str, Any]

    def __str__(self) -> str:
        return f"line {self.number}: {self.who} {self.verb} {self.what!r}"


@dataclass(frozen=True)
class Transcript:
    """One situation. `own_client` says that a good client sends these frames by itself."""

    name: str
    about: Mapping[str, Any]
    lines: tuple[Line, ...]

    @property
    def given(self) -> Mapping[str, Any]:
        given: Mapping[str, Any] = self.about.get("given", {})
        return given

    @property
    def own_client(self) -> bool:
        return self.about.get("client") != "broken"


def read_transcript(path: Path) -> Transcript:
    """Read a file.

    Raises:
        ValueError: a line that no player knows.
    """
    first, *rest = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    unknown = (first.keys() - ABOUT) | (first.get("given", {}).keys() - GIVEN)
    if unknown or not first.keys() >= {"situation", "proves"}:
        raise ValueError(f"{path.name}: the first line has {sorted(first)}, given {unknown}")
    lines = tuple(_read_line(path.name, number, line) for number, line in enumerate(rest, 2))
    return Transcript(path.stem, first, lines)


def _read_line(name: str, number: int, line: dict[str, Any]) -> Line:
    who = line.pop("who", None)
    verbs = line.keys() & VERBS.get(who, frozenset())
    details = line.keys() - verbs
    if len(verbs) != 1 or details - DETAILS:
        raise ValueError(f"{name}:{number}: {who!r} does {sorted(line)}, which nobody can play")
    (verb,) = verbs
    return Line(number, who, verb, line.pop(verb), line)


def all_transcripts() -> Iterator[Transcript]:
    """Return every transcript, by name."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        yield read_transcript(path)


@dataclass
class Values:
    """What the placeholders of one playing stand for; the first sight of one decides."""

    known: dict[str, Any] = field(default_factory=dict)

    def fill(self, told: Any) -> Any:
        """Return a line's value with every placeholder replaced by what it stands for."""
        if isinstance(told, dict):
            return {key: self.fill(value) for key, value in told.items()}
        if isinstance(told, list):
            return [self.fill(value) for value in told]
        if not isinstance(told, str):
            return told
        whole = PLACEHOLDER.fullmatch(told)
        if whole is None:
            return PLACEHOLDER.sub(lambda found: str(self._stands_for(found)), told)
        return self._stands_for(whole)

    def _stands_for(self, found: re.Match[str]) -> Any:
        kind, name = found.groups()
        whole = found.group()
        return LONG[kind] * int(name) if kind in LONG else self.known.get(whole, whole)

    def differs(self, told: Any, heard: Any, place: str = "") -> str | None:
        """Say where what was heard is not what the transcript tells; fields not told may be any."""
        if isinstance(told, dict) and isinstance(heard, dict):
            parts = [(f"{place}.{key}", value, heard.get(key)) for key, value in told.items()]
            return self._first_of(parts)
        if isinstance(told, list) and isinstance(heard, list) and len(told) == len(heard):
            pairs = zip(told, heard, strict=True)
            return self._first_of([(f"{place}[{n}]", *pair) for n, pair in enumerate(pairs)])
        if isinstance(told, str) and (found := PLACEHOLDER.fullmatch(told)):
            return self._placeholder_differs(found, heard, place)
        return None if told == heard else f"{place} is {heard!r} where {told!r} is told"

    def _first_of(self, parts: list[tuple[str, Any, Any]]) -> str | None:
        found = (self.differs(told, heard, place) for place, told, heard in parts)
        return next((one for one in found if one is not None), None)

    def _placeholder_differs(self, found: re.Match[str], heard: Any, place: str) -> str | None:
        kind, whole = found.group(1), found.group()
        if kind == "any":
            return None
        if kind in LONG:
            told = self._stands_for(found)
            return None if told == heard else f"{place} is not {whole}"
        if whole not in self.known and _is_a(kind, heard):
            self.known[whole] = heard
        known = self.known.get(whole)
        return None if known == heard else f"{place} is {heard!r} where {whole} is {known!r}"


def _is_a(kind: str, heard: Any) -> bool:
    if kind == "ms":
        return isinstance(heard, int) and heard >= 0
    if kind == "at":
        return isinstance(heard, str) and INSTANT.fullmatch(heard) is not None
    return isinstance(heard, str) and heard.startswith(PREFIXES[kind])
