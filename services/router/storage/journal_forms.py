"""How a journal stands in its table: lines of JSON, compressed, and back.

It is written off the loop, while other commands are decided: each line is short work, so that no
other thread waits for long.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from services.router.domain.commands import Tick
from services.router.domain.journal import Admitted, Entry, Told
from services.router.domain.model import Agent, Assignment, Conversation, Offer, Rows
from services.router.domain.paces import AgentPace, TeamPace
from services.router.domain.policy import Policy
from services.router.domain.queues import RoutingQueue
from services.router.domain.standing import Standing
from services.router.usecases.command_forms import COMMANDS
from shared.kernel.clock import Instant

ROWS_A_LINE: Final = 50
"""Rows of a standing that are written in one go: a millisecond or two."""

LEVEL: Final = 3
"""Of compression: 6 made a tenth less of a standing, in a quarter more time."""

_ADMITTED: Final = "admitted"
_Row = TypeVar("_Row")

_ROWS: Final[Mapping[str, TypeAdapter[Any]]] = {
    "agents": TypeAdapter(tuple[Agent, ...]),
    "queues": TypeAdapter(tuple[RoutingQueue, ...]),
    "conversations": TypeAdapter(tuple[Conversation, ...]),
    "offers": TypeAdapter(tuple[Offer, ...]),
    "assignments": TypeAdapter(tuple[Assignment, ...]),
    "heard": TypeAdapter(tuple[tuple[UUID, int], ...]),
    "team_paces": TypeAdapter(tuple[TeamPace, ...]),
    "agent_paces": TypeAdapter(tuple[AgentPace, ...]),
}
_POLICY: Final = TypeAdapter(Policy)
_TOLD: Final[Mapping[str, TypeAdapter[Any]]] = {
    "tick": TypeAdapter(Tick),
    **{kind: TypeAdapter(shape) for kind, shape in COMMANDS.items()},
}
_KINDS: Final = {Tick: "tick", **{shape: kind for kind, shape in COMMANDS.items()}}
_LOOKED_UP: Final = TypeAdapter(Rows)


def standing_form(standing: Standing, at: Instant | None) -> bytes:
    """Return what stood, and since when nothing was left to be done."""
    return _pressed(_standing_lines(standing, at))


def read_standing(kept: bytes) -> tuple[Standing, Instant | None]:
    """Return what stood.

    Raises:
        ValueError: another release wrote it.
    """
    rows: dict[str, list[Any]] = {name: [] for name in _ROWS}
    policy, at = Policy(), None
    for name, body in _lines(kept):
        if name == "policy":
            policy = _POLICY.validate_json(body)
        elif name == "at":
            at = int(body) if body else None
        else:
            rows[name].extend(_ROWS[name].validate_json(body))
    heard = dict(rows.pop("heard"))
    found: dict[str, Any] = {name: tuple(some) for name, some in rows.items()}
    return Standing(policy=policy, heard=heard, **found), at


def entries_form(entries: Sequence[Entry]) -> bytes:
    """Return what an engine was told, in its order."""
    return _pressed(map(_entry_line, entries))


def read_entries(kept: bytes) -> list[Entry]:
    """Return what an engine was told.

    Raises:
        ValueError: another release wrote it.
    """
    return [_entry(head, body) for head, body in _lines(kept)]


def _standing_lines(standing: Standing, at: Instant | None) -> Iterator[bytes]:
    yield b"at\t%s" % (b"" if at is None else str(at).encode())
    yield b"policy\t" + _POLICY.dump_json(standing.policy)
    for name, form in _ROWS.items():
        rows = getattr(standing, name)
        for some in _slices(tuple(rows.items()) if name == "heard" else rows):
            yield name.encode() + b"\t" + form.dump_json(some)


def _slices(rows: tuple[_Row, ...]) -> Iterator[tuple[_Row, ...]]:
    for start in range(0, len(rows), ROWS_A_LINE):
        yield rows[start : start + ROWS_A_LINE]


def _entry_line(entry: Entry) -> bytes:
    if isinstance(entry, Admitted):
        return _ADMITTED.encode() + b"\t" + _LOOKED_UP.dump_json(entry.rows)
    kind = _KINDS[type(entry.command)]
    head = " ".join((kind, str(entry.at), *(one.hex for one in entry.decisions)))
    return head.encode() + b"\t" + _TOLD[kind].dump_json(entry.command)


def _entry(head: str, body: bytes) -> Entry:
    if head == _ADMITTED:
        return Admitted(_LOOKED_UP.validate_json(body))
    kind, at, *decisions = head.split(" ")
    form = _TOLD.get(kind)
    if form is None:
        raise ValueError("a command that this release does not know")
    return Told(form.validate_json(body), int(at), tuple(map(UUID, decisions)))


def _pressed(lines: Iterable[bytes]) -> bytes:
    press = zlib.compressobj(LEVEL)
    return b"".join([*(press.compress(line + b"\n") for line in lines), press.flush()])


def _lines(kept: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield each line's head and its JSON, in which neither tab nor newline stands as itself."""
    for line in zlib.decompress(kept).split(b"\n")[:-1]:
        head, _, body = line.partition(b"\t")
        yield head.decode(), body
