"""Everything that is kept of one customer: what a service is asked to tell of it, or to erase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from pydantic import Field, JsonValue

from shared.contracts.items import IdentityKind
from shared.contracts.wire import (
    Contract,
    ConversationId,
    CustomerId,
    ErasureId,
    Readable,
    ShopId,
    WireInstant,
)
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Service


class ErasureWait(StrEnum):
    """What an erasure waits for."""

    OPEN_CONVERSATION = "open_conversation"
    EVENTS_UNDER_WAY = "events_under_way"
    SERVICE_AWAY = "service_away"


class Address(Readable):
    """What a customer is known by, normalised."""

    kind: IdentityKind
    value: str


class PersonAsked(Readable):
    """A person: the proven addresses, and conversations that are theirs by other evidence.

    `given` are addresses that they typed somewhere: whatever else holds one loses it alone.
    """

    shop_id: ShopId
    proven: tuple[Address, ...]
    given: tuple[str, ...] = ()
    conversation_ids: tuple[ConversationId, ...] = ()


class EraseAnswer(Readable):
    """What a service has erased, or what it waits for before it does; how many rows of each kind.

    `conversation_ids` are all that are the person's.
    """

    waits_for: ErasureWait | None = None
    conversation_ids: tuple[ConversationId, ...] = ()
    erased: dict[str, int] = Field(default_factory=dict)


class ExportAsked(PersonAsked):
    """Asks a service for some of what it keeps of a person, from a place on."""

    place: str | None = None


class Record(Readable):
    """One thing that is kept of a customer: `kind` is the table's name."""

    service: Service
    kind: str
    data: dict[str, JsonValue]


class ExportAnswer(Readable):
    """Some records, and the place of what follows; null: that was all.

    `conversation_ids` are all that are the person's, where the service knows.
    """

    records: tuple[Record, ...]
    next_place: str | None
    conversation_ids: tuple[ConversationId, ...] = ()


class ExportPage(Contract):
    """Some of everything that is kept of a customer; `next_cursor` is null after the last."""

    records: tuple[Record, ...]
    next_cursor: str | None


class ServiceErasure(Contract):
    """When a service had erased what it kept."""

    service: Service
    erased_at: WireInstant


class Erasure(Contract):
    """The erasure of a person: done once `finished_at` is there, tried again until then.

    `waits_for` is what held it up at the last try; `erased` counts rows by service and kind.
    """

    id: ErasureId
    customer_ids: tuple[CustomerId, ...]
    requested_at: WireInstant
    requested_by: str
    services: tuple[ServiceErasure, ...]
    waits_for: ErasureWait | None
    tries: int
    next_try_at: WireInstant | None
    finished_at: WireInstant | None
    erased: dict[str, int]


SECRET_COLUMNS: Final = frozenset({"token_digest", "customer_proof", "digest", "words"})
"""Nothing of the customer's: what proves a session, digests, and the words of the search, which
stand in the texts already."""


EXPORTED: Final[Mapping[Service, tuple[str, ...]]] = MappingProxyType(
    {
        Service.HISTORY: (
            "customers",
            "identities",
            "mentions",
            "merges",
            "conversations",
            "contacts",
            "orders",
            "carts",
            "notes",
            "promises",
            "card_views",
        ),
        Service.GATEWAY: ("sessions", "conversations", "items", "files", "invitations"),
        Service.ROUTER: ("conversations", "offers"),
    }
)
"""The sections of each service's part of an export, in their order: its tables' names."""


def read_place(place: str | None, sections: Sequence[str]) -> tuple[str, int]:
    """Return the section of an export and how many of its rows were told.

    Raises:
        ValueError: there is no such place.
    """
    if place is None:
        return sections[0], 0
    section, _, offset = place.partition(":")
    if section not in sections or not offset.isascii():
        raise ValueError("no export goes on from there")
    return section, int(offset)


def next_place(section: str, told: int, *, more: bool, sections: Sequence[str]) -> str | None:
    """Return where an export goes on after so many rows of a section; None: that was all."""
    if more:
        return f"{section}:{told}"
    later = sections[sections.index(section) + 1 :]
    return f"{later[0]}:0" if later else None


def record_of(
    service: Service, kind: str, row: Mapping[str, Any], ids: Mapping[str, IdKind]
) -> Record:
    """Return a row as it is exported: ids as they are on the wire, nothing left out but secrets."""
    data = {name: value for name, value in row.items() if name not in SECRET_COLUMNS}
    for name, id_kind in ids.items():
        if isinstance(data.get(name), str):
            data[name] = encode(id_kind, UUID(data[name]))
    return Record(service=service, kind=kind, data=data)
