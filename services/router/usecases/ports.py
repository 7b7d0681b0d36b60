"""What the use cases of the router need from the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pydantic import JsonValue

from services.router.domain.commands import ItemTold
from services.router.domain.effects import DecisionRecord, Effects
from services.router.domain.model import Agent, Assignment, Conversation, Offer, Rows
from services.router.domain.policy import Policy
from shared.contracts.cards import CardAnswer
from shared.contracts.claims import Grant, Principal
from shared.contracts.events import Envelope
from shared.contracts.items import CustomerRef
from shared.contracts.stream import StreamEvent
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import EventType, Scope


class CommitFailedError(Exception):
    """A commit failed, or nobody knows whether it did; what it was made from must be rebuilt."""


class CardUnavailableError(Exception):
    """History gave no answer in time."""


@dataclass(frozen=True, slots=True)
class OwnedShop:
    """What the engine of a shop is built from: its figures and its rows."""

    policy: Policy
    rows: Rows


@dataclass(frozen=True, slots=True)
class HeardItem:
    """An item of the gateway that took effect, to be posted to webhooks.

    Attributes:
        place: how many conversation events of the same work stand before it.
        heard_at: when it took effect.
    """

    told: ItemTold
    conversation_id: UUID
    internal: bool
    place: int
    heard_at: Instant


@dataclass(frozen=True, slots=True)
class WorkTold:
    """An event about other work than a conversation: posted to webhooks, told no other service.

    Attributes:
        place: how many conversation events of the same commit stand before it.
    """

    event_id: UUID
    type: EventType
    subject: str
    occurred_at: Instant
    body: JsonValue
    place: int


@dataclass(frozen=True, slots=True)
class ShopWork:
    """What a group of commands did in one shop, and the events it makes true."""

    shop_id: UUID
    token: int
    effects: tuple[Effects, ...]
    events: tuple[Envelope, ...]
    heard_items: tuple[HeardItem, ...] = ()
    work_told: tuple[WorkTold, ...] = ()


class RoutingStore(Protocol):
    """The tables as the decide lane needs them."""

    async def take(self, shop_id: UUID) -> int | None:
        """Take a shop's lease and return its new token; None: there is no such shop.

        Raises:
            NotOwnedError: another router's lease lives.
            CommitFailedError: the tables cannot be reached.
        """
        ...

    async def read(self, shop_id: UUID) -> OwnedShop:
        """Return what a shop's engine is built from.

        Raises:
            CommitFailedError: the tables cannot be reached.
        """
        ...

    async def recall(
        self,
        shop_id: UUID,
        conversations: Sequence[UUID],
        agents: Sequence[UUID],
        named: Sequence[UUID],
    ) -> Rows:
        """Return rows that an engine does not hold, with how far each stream was heard.

        `conversations` are nearly always new ones; `named` are what somebody knows of.

        Raises:
            CommitFailedError: the tables cannot be reached.
        """
        ...

    async def commit(self, work: Sequence[ShopWork]) -> frozenset[UUID]:
        """Commit the work of at most 8 shops at once; return those whose lease still was ours.

        Raises:
            CommitFailedError: nothing is known of the outcome.
        """
        ...


class Announcer(Protocol):
    """Takes what is committed and tells others of it; never waits and never fails."""

    def committed(self, work: ShopWork) -> None:
        """Tell what this work did."""
        ...


@dataclass(frozen=True, slots=True)
class PastOffer:
    """An offer as the tables hold it, with what became of it."""

    offer: Offer
    conversation: Conversation
    assignment: Assignment | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an agent stands: its version, its pending offers, what it serves in which version."""

    agent_id: UUID
    version: int
    offers: tuple[UUID, ...]
    conversations: Mapping[UUID, int]


class Records(Protocol):
    """What REST reads: always the tables, never an engine."""

    async def agent(self, shop_id: UUID, agent_id: UUID) -> Agent | None:
        """Return an agent."""
        ...

    async def offer(self, shop_id: UUID, offer_id: UUID) -> PastOffer | None:
        """Return an offer in whatever state."""
        ...

    async def pending_offers(
        self, shop_id: UUID, agent_id: UUID
    ) -> Sequence[tuple[Offer, Conversation]]:
        """Return an agent's pending offers, oldest first."""
        ...

    async def served_by(self, shop_id: UUID, agent_id: UUID) -> Sequence[Conversation]:
        """Return the conversations an agent serves now, oldest assignment first."""
        ...

    async def standings(self, shop_of: Mapping[UUID, UUID]) -> Sequence[Standing]:
        """Return where these agents stand; the shop of each is given, and none of another shop."""
        ...

    async def conversation(
        self, shop_id: UUID, conversation_id: UUID, seen_by: UUID | None
    ) -> Conversation | None:
        """Return a conversation; for an agent only one that was offered to that agent once."""
        ...

    async def promised(
        self, shop_id: UUID, agent_id: UUID | None, now: Instant, limit: int
    ) -> tuple[Sequence[Conversation], int]:
        """Return the most urgent follow-ups, and how many are overdue.

        For an agent: those that this agent has, or promised while nobody has them.
        """
        ...

    async def follow_up(self, shop_id: UUID, conversation_id: UUID) -> Conversation | None:
        """Return what was promised when a conversation was closed: the last open one, if any."""
        ...

    async def colleagues(self, shop_id: UUID, agent_id: UUID) -> Sequence[Agent]:
        """Return the active agents of a shop but one, by name."""
        ...

    async def waiting(self, shop_id: UUID, limit: int) -> Sequence[Conversation]:
        """Return the conversations that nobody has taken, the most urgent first."""
        ...

    async def decisions(self, shop_id: UUID, conversation_id: UUID) -> Sequence[DecisionRecord]:
        """Return the decisions about a conversation, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """What sign-in compares with, and whom it lets in as what."""

    agent: Agent
    password_hash: str
    scopes: tuple[Scope, ...]
    token_epoch: int = 0


@dataclass(frozen=True, slots=True)
class KeptKey:
    """An API key as it is kept."""

    name: str
    digest: bytes
    scopes: tuple[Scope, ...]


class Accounts(Protocol):
    """Shops, agents and keys."""

    async def credentials(self, shop_id: UUID, email: str) -> Credentials | None:
        """Return the agent with this normalised address."""
        ...

    async def password_hash(self, shop_id: UUID, agent_id: UUID) -> str | None:
        """Return the hash of an active agent's password."""
        ...

    async def api_key(self, shop_id: UUID, key_id: UUID) -> KeptKey | None:
        """Return a key that is not revoked."""
        ...

    async def add_shop(
        self, shop_id: UUID, name: str, queue_id: UUID, first_response_target_ms: Millis
    ) -> None:
        """Keep a shop with its default queue; one that is there already is left as it is."""
        ...

    async def add_agent(
        self, shop_id: UUID, agent: Agent, password_hash: str, scopes: Sequence[Scope]
    ) -> None:
        """Keep an agent; one that is there already is left as it is."""
        ...

    async def keep_password(self, shop_id: UUID, agent_id: UUID, password_hash: str) -> None:
        """Replace an agent's password hash and end its sign-ins."""
        ...

    async def add_api_key(self, shop_id: UUID, key_id: UUID, key: KeptKey) -> None:
        """Keep a key."""
        ...


class Passwords(Protocol):
    """Hashes and compares passwords, slowly."""

    async def hash(self, password: str) -> str:
        """Return the hash to keep."""
        ...

    async def verify(self, password: str, stored: str | None) -> bool:
        """Say whether it fits; None takes as long and never fits."""
        ...


class ApiKeys(Protocol):
    """Makes and reads the texts of API keys."""

    def new(self, shop_id: UUID, key_id: UUID) -> tuple[str, bytes]:
        """Return the text to show once and the digest to keep."""
        ...

    def parse(self, text: str) -> tuple[UUID, UUID]:
        """Return the shop and the key a text names.

        Raises:
            RefusedError: NOT_SIGNED_IN, it is none of ours.
        """
        ...

    def proves(self, text: str, kept_digest: bytes) -> bool:
        """Say whether the text is the one whose digest was kept."""
        ...


class Signer(Protocol):
    """Signs what others verify."""

    def principal(self, principal: Principal) -> str:
        """Return a bearer token."""
        ...

    def grant(self, grant: Grant) -> str:
        """Return a grant."""
        ...


class CardSource(Protocol):
    """History, as the router asks it."""

    async def fetch(self, shop_id: UUID, customer: CustomerRef, wait_ms: Millis) -> CardAnswer:
        """Return a verified customer's card, or who one may be that is not.

        Raises:
            CardUnavailableError: no answer within wait_ms.
        """
        ...


class LiveStreams(Protocol):
    """The agents' event streams; a lost event is nobody's error."""

    async def publish(self, agent_id: UUID, event: StreamEvent) -> None:
        """Send to whoever holds a stream of this agent."""
        ...
