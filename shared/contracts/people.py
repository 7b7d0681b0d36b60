"""Who a customer is: addresses, and merges of customers who are one person, with what shows it."""

from __future__ import annotations

from pydantic import Field

from shared.contracts.cards import MayBe
from shared.contracts.items import IdentityKind
from shared.contracts.wire import Contract, CustomerId, MergeId, WireInstant
from shared.kernel.vocabulary import MergeEvidence

CUSTOMER_NOTE_MAX = 1_000
"""Code points of a note or a promise: what can be read before answering."""


class Identity(Contract):
    """An address, normalised, of one of a person's customers; verified, or merely given."""

    kind: IdentityKind
    value: str
    verified: bool
    customer_id: CustomerId


class NewMerge(Contract):
    """Asks to make two customers one person; `order_reference` is what whoever writes has told."""

    other_id: CustomerId
    order_reference: str | None = Field(default=None, min_length=1, max_length=200)


class Merge(Contract):
    """Two customers are one person, and what shows it; `merged_by` is none when nobody was asked.

    `kind` and `value` are the address that both have; `order_reference` stands with
    `order_and_phone`.
    """

    id: MergeId
    customer_id: CustomerId
    other_id: CustomerId
    evidence: MergeEvidence
    kind: IdentityKind
    value: str
    order_reference: str | None = None
    merged_at: WireInstant
    merged_by: str | None = None
    undone_at: WireInstant | None = None
    undone_by: str | None = None


class Person(Contract):
    """All customers who are one person, the oldest first; merges undone are told with the rest."""

    customer_ids: tuple[CustomerId, ...]
    identities: tuple[Identity, ...]
    merges: tuple[Merge, ...]
    may_be: tuple[MayBe, ...]


class NewCustomerNote(Contract):
    """What an agent notes on a customer."""

    text: str = Field(min_length=1, max_length=CUSTOMER_NOTE_MAX)
