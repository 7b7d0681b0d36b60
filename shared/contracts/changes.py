"""The record of administration: who changed what, and when; and what makes a change happen once."""

from __future__ import annotations

from typing import Final

from pydantic import Field, JsonValue

from shared.contracts.claims import Principal
from shared.contracts.wire import ChangeId, ClientId, Contract, Readable, WireInstant
from shared.kernel.vocabulary import ActorKind

PAGE_MAX: Final = 100
PAGE_DEFAULT: Final = 50
CURSOR_MAX: Final = 64
"""Characters; ours have 32."""


class Actor(Contract):
    """Who changed something: an operator by user name, an agent or an API key by its id."""

    kind: ActorKind
    id: str | None = None
    name: str


class FieldChange(Contract):
    """What one field was and is. A secret's field says only that it changed."""

    before: JsonValue = None
    after: JsonValue = None


class Change(Contract):
    """One change: `action` is noun.past_participle, `target` the id of what was changed."""

    id: ChangeId
    changed_at: WireInstant
    actor: Actor
    action: str
    target: str
    fields: dict[str, FieldChange]


class ChangePage(Contract):
    """Changes, newest first; `next_cursor` is null after the oldest."""

    changes: tuple[Change, ...]
    next_cursor: str | None


class Once(Contract):
    """A caller's key for one effect and the digest of what it asked for by it."""

    key: ClientId
    request: str = Field(min_length=64, max_length=64)


class CallerCheck(Readable):
    """Asks the router whether a caller may still administer the shop of its token."""

    principal: Principal


class CallerAnswer(Readable):
    """Whether it may: the shop is there, the key not revoked, the agent active and an admin."""

    stands: bool
