"""Every action of a customer, once: a frame of the socket is a REST action of the same name.

The catalogue is made of the frames themselves, so a new frame is a REST action the day it lands. A
frame's `client_id` is the Idempotency-Key there; its other fields are the body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, get_args

from pydantic import create_model

from shared.contracts.frames import ClientFrame, Hello
from shared.contracts.wire import Contract

_PATHS: Mapping[str, str] = MappingProxyType({"send": "messages"})
"""Where a plural noun reads better than the frame's own name."""
_NOT_IN_THE_BODY = frozenset({"type", "client_id"})


@dataclass(frozen=True, slots=True)
class Action:
    """One frame as REST has it.

    Attributes:
        name: the frame's type.
        frame: its contract.
        path: below /v1/chat.
        body: the fields that are sent as JSON; None: there are none.
        is_acknowledged: it has a client_id, and is answered once it is committed.
    """

    name: str
    frame: type[Contract]
    path: str
    body: type[Contract] | None
    is_acknowledged: bool

    def of(self, body: Contract | None, client_id: str | None) -> Contract:
        """Return the frame of one request."""
        fields = {name: getattr(body, name) for name in type(body).model_fields} if body else {}
        named = {"client_id": client_id} if self.is_acknowledged else {}
        return self.frame.model_validate({"type": self.name, **named, **fields})


def actions() -> Iterator[Action]:
    """Yield an action for every frame but the hello, which opens a session."""
    for frame in get_args(get_args(ClientFrame)[0]):
        if frame is not Hello:
            yield _action(frame)


def _action(frame: type[Contract]) -> Action:
    (name,) = get_args(frame.model_fields["type"].annotation)
    fields: dict[str, Any] = {
        field: (info.annotation, info)
        for field, info in frame.model_fields.items()
        if field not in _NOT_IN_THE_BODY
    }
    doc = (frame.__doc__ or "").strip()
    return Action(
        name=name,
        frame=frame,
        path="/" + _PATHS.get(name, name.replace(".", "/").replace("_", "-")),
        body=create_model(f"{frame.__name__}Body", __base__=Contract, __doc__=doc, **fields)
        if fields
        else None,
        is_acknowledged="client_id" in frame.model_fields,
    )
