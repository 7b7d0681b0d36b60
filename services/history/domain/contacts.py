"""What a contact is made of: the facts that the events of one conversation add up to."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from services.history.domain.identities import normalise
from shared.contracts.cards import WORDS_MAX, IngestContact
from shared.contracts.items import CustomerRef, IdentityKind, MessageCreated
from shared.contracts.routing import RoutingState
from shared.kernel.clock import Instant
from shared.kernel.ids import RANDOM_BITS, uuid7
from shared.kernel.vocabulary import AuthorKind, ItemKind, Visibility

NUMBER_MIN = 3
"""Characters: shorter ones are amounts, sizes and times of day."""
NUMBERS_MAX = 10
"""Numbers looked at in one message; a pasted table names nothing in particular."""
_NUMBERED = re.compile(r"[#A-Za-z0-9][A-Za-z0-9_/.-]{2,39}")
_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer who is known for certain, by a normalised identity."""

    kind: IdentityKind
    value: str
    name: str | None


@dataclass(frozen=True, slots=True)
class MessageFact:
    """An item was committed. Only messages that everyone may see count, and order numbers of those.

    `first_words` are the customer's own, None for anybody else's; so are an agent's `last_words`.
    """

    conversation_id: str
    channel: str
    started_at: Instant
    customer: KnownCustomer | None
    seq: int
    counts: bool
    first_words: str | None
    last_words: str | None
    rating: int | None
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoutingFact:
    """Where the routing of a conversation stands; `ended_at` and `end_reason` come together."""

    conversation_id: str
    channel: str
    started_at: Instant
    customer: KnownCustomer | None
    routing_version: int
    agent_name: str | None
    first_response_ms: int | None
    ended_at: Instant | None
    end_reason: str | None
    outcome: str | None = None


def message_fact(event: MessageCreated) -> MessageFact:
    """Return what an item's event says for history."""
    item, conversation = event.item, event.conversation
    counts = item.kind is ItemKind.MESSAGE and item.visibility is Visibility.EVERYONE
    author = item.author.kind if counts else None
    return MessageFact(
        conversation_id=str(conversation.id),
        channel=conversation.channel,
        started_at=conversation.started_at,
        customer=known_customer(conversation.customer),
        seq=item.seq,
        counts=counts,
        first_words=shorten(item.words) if author is AuthorKind.CUSTOMER else None,
        last_words=shorten(item.words) if author is AuthorKind.AGENT else None,
        rating=item.rating if item.kind is ItemKind.SURVEY else None,
        named=order_numbers(item.text) if counts else (),
    )


def routing_fact(state: RoutingState) -> RoutingFact:
    """Return what a routing event says for history."""
    over = state.ended_at is not None and state.end_reason is not None
    return RoutingFact(
        conversation_id=str(state.conversation_id),
        channel=state.channel,
        started_at=state.queued_at,
        customer=known_customer(state.customer),
        routing_version=state.version,
        agent_name=None if state.agent is None else state.agent.name,
        first_response_ms=state.first_response_ms,
        ended_at=state.ended_at if over else None,
        end_reason=state.end_reason if over else None,
        outcome=state.outcome if over else None,
    )


def known_customer(ref: CustomerRef | None) -> KnownCustomer | None:
    """Return the customer, unless the identity is not verified or is no identity at all.

    A typed address proves nothing (LESSONS 24): whoever typed it stays unknown.
    """
    if ref is None or not ref.verified:
        return None
    value = normalise(ref.kind, ref.value)
    return None if value is None else KnownCustomer(ref.kind, value, ref.name)


def order_numbers(text: str) -> tuple[str, ...]:
    """Return what may be numbers of orders in a text, in capitals, each once.

    Whether they are any is decided by the customer's own orders.
    """
    found = (word.strip("-_/.#").upper() for word in _NUMBERED.findall(text))
    likely = (word for word in found if len(word) >= NUMBER_MIN and _DIGIT.search(word))
    return tuple(dict.fromkeys(likely))[:NUMBERS_MAX]


def shorten(text: str) -> str:
    """Return the text on one line, at most WORDS_MAX code points, the cut marked."""
    line = " ".join(text.split())
    if len(line) <= WORDS_MAX:
        return line
    return line[: WORDS_MAX - 1].rstrip() + "…"


def past_conversation_id(contact: IngestContact) -> UUID:
    """Return the id its conversation would have had here; another reference has another."""
    name = f"{contact.platform}\n{contact.reference}"
    digest = hashlib.sha256(name.encode()).digest()
    return uuid7(contact.started_at, int.from_bytes(digest) % (1 << RANDOM_BITS))
