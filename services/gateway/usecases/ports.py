"""What the gateway's use cases need of the world; implemented in storage/, clients/ and app.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeAlias
from uuid import UUID

from services.gateway.domain.standing import Standing
from shared.contracts.claims import Grant
from shared.contracts.events import Envelope
from shared.contracts.items import Content, CustomerRef, Item
from shared.contracts.routing import RouterSnapshot
from shared.contracts.signs import Receipt
from shared.contracts.standings import AgentStanding
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import ItemKind, Presence, Visibility

Body: TypeAlias = Mapping[str, Any]
"""The JSON body of a `message.created` event, as the database made it."""


class UnknownOutcomeError(Exception):
    """The database did not answer: a commit may or may not have happened."""


class RefusedGroupError(Exception):
    """The database rolled a whole group back; its rows may be tried alone."""


class SpentFileError(RefusedGroupError):
    """A file of one of its rows was given to another item in the same instant."""


class Verdict(StrEnum):
    """What the database says of one row of a group."""

    NEW = "new"
    KNOWN = "known"
    CLIENT_ID_CONFLICT = "client_id_conflict"
    NOT_FOUND = "not_found"
    NOT_ASSIGNED = "not_assigned"
    ALREADY_ENDED = "already_ended"
    TRY_AGAIN = "try_again"


@dataclass(frozen=True, slots=True)
class AppendRow:
    """One item to commit.

    A customer's message names its session, and whichever conversation is open there takes it; a
    customer's survey names both, and takes effect in a conversation that has ended too. An agent's
    item names the conversation. Whoever submits a note has judged that its writer may.
    """

    shop_id: UUID
    sender_id: UUID
    client_id: str
    text: str
    received_at: Instant
    session_id: UUID | None = None
    conversation_id: UUID | None = None
    author_name: str | None = None
    grant: Grant | None = None
    kind: ItemKind = ItemKind.MESSAGE
    visibility: Visibility = Visibility.EVERYONE
    content: Content | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """One committed item and its event, for everybody who is to learn of it.

    `body` is the JSON of a MessageCreated as the tables keep it, `item` the wire form of its item.
    """

    shop_id: UUID
    conversation_id: UUID
    stream: str
    version: int
    event_id: UUID
    occurred_at: Instant
    body: str
    item: Body
    agent_id: UUID | None


@dataclass(frozen=True, slots=True)
class AppendResult:
    """Where one row of a group stands after its commit; `announcement` only when it is new.

    `text` is what was kept in place of the row's, when that held a card number.
    """

    verdict: Verdict
    conversation_id: UUID | None = None
    item_id: UUID | None = None
    seq: int = 0
    created_at: Instant = 0
    current: bool = False
    announcement: Announcement | None = None
    text: str | None = None


class AppendStore(Protocol):
    """Commits messages."""

    async def append(self, rows: Sequence[AppendRow]) -> Sequence[AppendResult]:
        """Commit rows of at most MAX_SHOPS shops, all in one transaction; answer each in order.

        Raises:
            RefusedGroupError: nothing was committed.
            UnknownOutcomeError: nobody knows.
        """
        ...


class Outlet(Protocol):
    """Tells everybody else what was committed."""

    def announce(self, announcements: Sequence[Announcement]) -> None:
        """Send the events to their receivers and to who listens live; never waits, never fails."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """A page of a shop that customers write from, as a hello meets it.

    The old key and secret are in force still; `under_way`: a closed site's talk goes on.
    """

    key: str
    customer_secret: str
    origins: tuple[str, ...]
    old_key: str | None = None
    old_secret: str | None = None
    closed: bool = False
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site to be made."""

    id: UUID
    shop_id: UUID
    name: str
    site: Site


@dataclass(frozen=True, slots=True)
class Turn:
    """A site's `key` or `customer_secret` to be replaced; the old one is good for a while yet."""

    field: Literal["key", "customer_secret"]
    fresh: str
    keep_old_ms: Millis


class SiteFinder(Protocol):
    """Knows sites."""

    async def find(
        self, shop_id: UUID, site_id: UUID, session_id: UUID | None = None
    ) -> Site | None:
        """Return a site of this shop, as the customer of this session meets it."""
        ...


class SiteStore(SiteFinder, Protocol):
    """Keeps sites."""

    async def create(self, new: NewSite) -> bool:
        """Add a site; false when there is one of this id."""
        ...


@dataclass(frozen=True, slots=True)
class SessionWish:
    """The session a hello asks for: the one a token proves, or else a new one."""

    shop_id: UUID
    site_id: UUID
    session_id: UUID | None
    digest: bytes | None
    new_digest: bytes
    new_session_id: UUID
    customer: CustomerRef | None
    proof: bytes | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that goes on or begins; `connection_no` grows with each of its connections."""

    session_id: UUID
    is_new: bool
    epoch: int
    connection_no: int
    conversation_id: UUID | None
    last_seq: int


class SessionStore(Protocol):
    """Keeps sessions."""

    async def open(self, wish: SessionWish) -> OpenedSession | None:
        """Go on with the session, or begin one; None when the token proves none."""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """Items in order, for whoever may see them all; `through_seq` is the last one read."""

    items: tuple[Item, ...]
    through_seq: int
    last_seq: int
    epoch: int


class ItemStore(Protocol):
    """Reads conversations."""

    async def page(
        self, shop_id: UUID, conversation_id: UUID, after_seq: int, limit: int
    ) -> StoredPage | None:
        """Return the items after a seq; None when the shop has no such conversation."""
        ...

    async def left_over(
        self, shop_id: UUID, session_id: UUID, named_id: UUID, after_seq: int, latest_id: UUID
    ) -> tuple[Item, ...]:
        """Return the session's items after one of a named conversation, up to the latest one."""
        ...

    async def reach_in_session(
        self, shop_id: UUID, session_id: UUID, conversation_id: UUID
    ) -> int | None:
        """Return the last seq of a conversation; None when the session has no such one."""
        ...

    async def serves(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> bool:
        """Return whether a conversation is the agent's, as far as it is known here."""
        ...

    async def of_agent(self, shop_id: UUID, agent_id: UUID) -> tuple[Item, ...]:
        """Return the items of the open conversations an agent serves."""
        ...

    async def reach(
        self, shop_ids: Sequence[UUID], conversation_ids: Sequence[UUID]
    ) -> Mapping[UUID, int]:
        """Return the last seq of each conversation, of at most MAX_SHOPS shops."""
        ...


class ReceiptStore(Protocol):
    """Tells how far customers received and read."""

    async def of_agent(self, shop_id: UUID, agent_id: UUID) -> tuple[Receipt, ...]:
        """Return the receipts of the customers whose open conversations an agent serves."""
        ...


Positions: TypeAlias = Mapping[tuple[UUID, str], int]
"""The last version committed of each (shop_id, stream)."""


class RoutingStore(Protocol):
    """Keeps the copy of what the router decided."""

    async def take(self, events: Sequence[Envelope]) -> tuple[Positions, Sequence[Announcement]]:
        """Commit the events' effects and inbox positions together; return the lines they added."""
        ...


class RouterClient(Protocol):
    """Asks and tells the router."""

    async def snapshot(self, shop_id: UUID, agent_id: UUID) -> RouterSnapshot:
        """Return the router's part of an agent's snapshot.

        Raises:
            RefusedError: ROUTING_UNAVAILABLE.
        """
        ...

    async def grant(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> Grant | None:
        """Return the grant of the agent who serves a conversation; None: it is not that agent's.

        Raises:
            RefusedError: ROUTING_UNAVAILABLE; TAKEN, a colleague has it now.
        """
        ...

    async def may_read(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> bool:
        """Return whether a conversation was ever the agent's, or offered to the agent.

        Raises:
            RefusedError: ROUTING_UNAVAILABLE.
        """
        ...

    async def presence(self, shop_id: UUID, agent_id: UUID, presence: Presence) -> None:
        """Say that an agent's first stream opened or the last one closed."""
        ...

    async def beat(self, agents: Sequence[tuple[UUID, UUID]]) -> None:
        """Say who has a stream on this node, as (shop_id, agent_id)."""
        ...


class AgentReach(Protocol):
    """Tells how far the conversations reach that agents serve."""

    async def reach_of_agents(
        self, shop_of: Mapping[UUID, UUID]
    ) -> Sequence[tuple[UUID, UUID, int]]:
        """Return (agent, conversation, last seq) of the open conversations that agents serve.

        The shop of each agent is given; few questions are asked, however many agents there are.
        """
        ...


class RouterStandings(Protocol):
    """Asks the router where agents stand."""

    async def standings(self, agents: Sequence[tuple[UUID, UUID]]) -> Sequence[AgentStanding]:
        """Return what the consoles of these agents, as (shop_id, agent_id), should know by now.

        Raises:
            RefusedError: ROUTING_UNAVAILABLE.
        """
        ...


class WatchedStream(Protocol):
    """An agent's stream that lost publishes are found out for."""

    @property
    def shop_id(self) -> UUID:
        """The agent's shop."""
        ...

    @property
    def agent_id(self) -> UUID:
        """Whose console it feeds."""
        ...

    @property
    def standing(self) -> Standing | None:
        """What its console was told; None while more is on its way to it, or a snapshot."""
        ...

    def heal(self) -> None:
        """Start afresh: something was lost."""
        ...


SubmitAppend: TypeAlias = Callable[[AppendRow], Awaitable[AppendResult]]
"""Puts a message in the lane and waits for its commit; raises RefusedError."""
