"""The store of a chat in memory: sites, sessions and items, as PostgreSQL keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.gateway.domain.effects import Append
from services.gateway.domain.keys import site_key
from services.gateway.usecases.ports import (
    AppendResult,
    NewSite,
    OpenedSession,
    SessionWish,
    Site,
    StoredPage,
    Verdict,
)
from shared.contracts.items import Item
from shared.kernel.vocabulary import AuthorKind
from tests.support.items import an_item

SHOP, SITE_ID = UUID(int=0x51), UUID(int=0x61)
KEY = site_key(SHOP, SITE_ID, "0" * 16)
PAGE = 3
"""Items in one page of the model's store: small, so that reading in pages is tried."""


@dataclass
class ModelSession:
    """A session of the store, and its conversations, oldest first."""

    token: str
    epoch: int = 1
    connection_no: int = 0
    conversations: list[UUID] = field(default_factory=list)
    open: bool = False
    """Whether the last conversation goes on."""


class ModelStore:
    """Sites, sessions and items, as PostgreSQL keeps them."""

    def __init__(self) -> None:
        self.sessions: dict[UUID, ModelSession] = {}
        self.items: dict[UUID, list[Item]] = {}
        self._made = 0x1000

    def new_id(self) -> UUID:
        self._made += 1
        return UUID(int=self._made)

    def append(self, session_id: UUID, effect: Append) -> AppendResult:
        """Commit a message, or find the one it repeats."""
        known = self._known(session_id, effect.client_id)
        fresh = known is None
        if known is None:
            session = self.sessions[session_id]
            if not session.open:
                session.conversations.append(self.new_id())
                self.items[session.conversations[-1]] = []
                session.open = True
            known = self.add(
                session.conversations[-1],
                author=AuthorKind.CUSTOMER,
                client_id=effect.client_id,
                text=effect.text,
            )
        current = self.sessions[session_id].conversations[-1:]
        return AppendResult(
            Verdict.NEW if fresh else Verdict.KNOWN,
            conversation_id=known.conversation_id,
            item_id=known.id,
            seq=known.seq,
            created_at=known.created_at,
            current=self.sessions[session_id].open and [known.conversation_id] == current,
        )

    def add(self, conversation_id: UUID, **fields: Any) -> Item:
        items = self.items[conversation_id]
        items.append(an_item(len(items) + 1, conversation_id=conversation_id, **fields))
        return items[-1]

    def restore(self, session_id: UUID, lost: int) -> None:
        """Go back to a backup: the end of the last conversation is gone, the epoch is another."""
        session = self.sessions[session_id]
        session.epoch += 1
        if session.conversations:
            items = self.items[session.conversations[-1]]
            del items[max(1, len(items) - lost) :]

    def _known(self, session_id: UUID, client_id: str) -> Item | None:
        places = self.sessions[session_id].conversations
        items = (item for place in places for item in self.items[place])
        mine = AuthorKind.CUSTOMER
        return next((i for i in items if i.client_id == client_id and i.author.kind is mine), None)

    # SiteFinder, SessionStore and ItemStore.

    async def find(self, shop_id: UUID, site_id: UUID, session_id: UUID | None = None) -> Site:
        return Site(KEY, "secret", ("*",))

    async def create(self, new: NewSite) -> bool:
        raise NotImplementedError

    async def open(self, wish: SessionWish) -> OpenedSession | None:
        session_id = wish.session_id
        is_new = session_id is None
        if session_id is None:
            session_id = wish.new_session_id
            self.sessions[session_id] = ModelSession("")
        session = self.sessions.get(session_id)
        if session is None:
            return None
        session.connection_no += 1
        last = session.conversations[-1] if session.conversations else None
        reach = len(self.items[last]) if last else 0
        return OpenedSession(session_id, is_new, session.epoch, session.connection_no, last, reach)

    async def page(
        self, shop_id: UUID, conversation_id: UUID, after_seq: int, limit: int
    ) -> StoredPage | None:
        items = self.items[conversation_id]
        some = tuple(items[after_seq : after_seq + PAGE])
        return StoredPage(some, some[-1].seq if some else after_seq, len(items), 1)

    async def left_over(
        self, shop_id: UUID, session_id: UUID, named_id: UUID, after_seq: int, latest_id: UUID
    ) -> tuple[Item, ...]:
        places = self.sessions[session_id].conversations
        places = places[places.index(named_id) : places.index(latest_id)]
        return tuple(
            item
            for place in places
            for item in self.items[place][after_seq if place == named_id else 0 :]
        )

    async def reach_in_session(
        self, shop_id: UUID, session_id: UUID, conversation_id: UUID
    ) -> int | None:
        theirs = conversation_id in self.sessions[session_id].conversations
        return len(self.items[conversation_id]) if theirs else None

    async def serves(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> bool:
        raise NotImplementedError

    async def of_agent(self, shop_id: UUID, agent_id: UUID) -> tuple[Item, ...]:
        raise NotImplementedError

    async def reach(
        self, shop_ids: Sequence[UUID], conversation_ids: Sequence[UUID]
    ) -> dict[UUID, int]:
        raise NotImplementedError
