"""A gateway's stores on a test's own database, with two shops and a site each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.gateway.storage.appends import PostgresAppends
from services.gateway.storage.hellos import PostgresHellos
from services.gateway.storage.items import PostgresItems
from services.gateway.storage.routing import PostgresRouting
from services.gateway.storage.sessions import PostgresSites
from services.gateway.usecases.create_site import create_site
from services.gateway.usecases.greet_together import SiteWish
from services.gateway.usecases.ports import (
    Announcement,
    AppendRow,
    OpenedSession,
    SessionWish,
    Site,
)
from shared.contracts.claims import Grant
from shared.contracts.events import Envelope
from shared.contracts.items import CustomerRef
from shared.contracts.routing import AgentRef, RoutingLine, RoutingTold
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import ConversationStatus, EventType, Service
from shared.kit.database import Database, open_database
from shared.kit.new_ids import new_id
from tests.support.clock import START
from tests.support.postgres import TestDatabase

SHOP, OTHER_SHOP = UUID(int=0x51), UUID(int=0x52)
SITE, OTHER_SITE = UUID(int=0x61), UUID(int=0x62)
ANNA, PIOTR = UUID(int=0xA1), UUID(int=0xA2)
ASSIGNMENT = UUID(int=0xB1)


class Heard:
    """An Outlet that remembers."""

    def __init__(self) -> None:
        self.announcements: list[Announcement] = []

    def announce(self, announcements: Sequence[Announcement]) -> None:
        self.announcements += announcements


@dataclass(frozen=True)
class Stores:
    """Everything the gateway keeps, and the sites made for a test."""

    database: Database
    appends: PostgresAppends
    items: PostgresItems
    routing: PostgresRouting
    hellos: PostgresHellos
    sites: PostgresSites
    site: Site
    other_site: Site

    async def session(
        self,
        *,
        shop_id: UUID = SHOP,
        site_id: UUID = SITE,
        customer: CustomerRef | None = None,
    ) -> UUID:
        """Begin a session and return its id."""
        opened = await self.open(a_wish(shop_id=shop_id, site_id=site_id, customer=customer))
        assert opened is not None
        return opened.session_id

    async def open(self, wish: SessionWish) -> OpenedSession | None:
        (opened,) = await self.hellos.open_all([wish])
        return opened

    async def find(self, shop_id: UUID, site_id: UUID) -> Site | None:
        (site,) = await self.hellos.find_all([SiteWish(shop_id, site_id, None)])
        return site

    async def conversation(self, *, shop_id: UUID = SHOP, site_id: UUID = SITE) -> UUID:
        """Begin a conversation with one customer's message and return its id."""
        session_id = await self.session(shop_id=shop_id, site_id=site_id)
        (result,) = await self.appends.append([a_message(session_id, shop_id=shop_id)])
        assert result.conversation_id is not None
        return result.conversation_id


@asynccontextmanager
async def open_stores(test_database: TestDatabase) -> AsyncIterator[Stores]:
    async with open_database(test_database.service_url(Service.GATEWAY)) as database:
        sites = PostgresSites(database)
        yield Stores(
            database=database,
            appends=PostgresAppends(database),
            items=PostgresItems(database),
            routing=PostgresRouting(database),
            hellos=PostgresHellos(database),
            sites=sites,
            site=await create_site(
                sites, shop_id=SHOP, site_id=SITE, name="Fern", origins=["https://fern.example"]
            ),
            other_site=await create_site(
                sites, shop_id=OTHER_SHOP, site_id=OTHER_SITE, name="Kettle", origins=["*"]
            ),
        )


@asynccontextmanager
async def looking_inside(test_database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    """Connect as the superuser, who sees all rows of all shops."""
    async with test_database.server.admin(test_database.name) as admin:
        yield admin


def a_wish(
    *,
    shop_id: UUID = SHOP,
    site_id: UUID = SITE,
    session_id: UUID | None = None,
    digest: bytes | None = None,
    customer: CustomerRef | None = None,
) -> SessionWish:
    return SessionWish(
        shop_id=shop_id,
        site_id=site_id,
        session_id=session_id,
        digest=digest,
        new_digest=b"digest",
        new_session_id=new_id(),
        customer=customer,
    )


def a_message(
    session_id: UUID, client_id: str = "m1", text: str = "Hello?", *, shop_id: UUID = SHOP
) -> AppendRow:
    """Return a customer's message."""
    return AppendRow(
        shop_id=shop_id,
        sender_id=session_id,
        client_id=client_id,
        text=text,
        received_at=START,
        session_id=session_id,
    )


def an_answer(
    conversation_id: UUID,
    client_id: str = "a1",
    text: str = "How can I help?",
    *,
    agent_id: UUID = ANNA,
    shop_id: UUID = SHOP,
    grant: Grant | None = None,
) -> AppendRow:
    """Return an agent's message."""
    return AppendRow(
        shop_id=shop_id,
        sender_id=agent_id,
        client_id=client_id,
        text=text,
        received_at=START,
        conversation_id=conversation_id,
        author_name="Anna",
        grant=grant,
    )


def a_grant(conversation_id: UUID, *, agent_id: UUID = ANNA, version: int = 1) -> Grant:
    return Grant(
        shop_id=SHOP,
        conversation_id=conversation_id,
        agent_id=agent_id,
        agent_name="Anna",
        assignment_id=ASSIGNMENT,
        assignment_version=version,
        expires_at=START + 60_000,
    )


def a_routing_event(
    conversation_id: UUID,
    version: int,
    type_: EventType = EventType.CONVERSATION_ASSIGNED,
    *,
    agent_id: UUID | None = ANNA,
    assignment_version: int = 1,
    routing_version: int | None = None,
    heard_version: int | None = None,
    shop_id: UUID = SHOP,
    lines: tuple[RoutingLine, ...] = (),
) -> Envelope:
    """Return one of the router's events about a conversation."""
    state = RoutingTold(
        conversation_id=conversation_id,
        version=routing_version or version,
        status=_STATUS_OF[type_],
        respond_by=START + 10_000,
        queued_at=START,
        agent=AgentRef(id=agent_id, name="Anna") if agent_id else None,
        assignment_id=ASSIGNMENT if agent_id else None,
        assignment_version=assignment_version,
        heard_version=heard_version,
        lines=lines,
    )
    return Envelope(
        event_id=new_id(),
        type=type_,
        emitter=Service.ROUTER,
        receiver=Service.GATEWAY,
        shop_id=shop_id,
        stream=encode(IdKind.CONVERSATION, conversation_id),
        version=version,
        occurred_at=START,
        body=state.model_dump(mode="json"),
    )


_STATUS_OF = {
    EventType.CONVERSATION_QUEUED: ConversationStatus.QUEUED,
    EventType.CONVERSATION_OFFERED: ConversationStatus.OFFERED,
    EventType.CONVERSATION_ASSIGNED: ConversationStatus.ASSIGNED,
    EventType.CONVERSATION_RESPONDED: ConversationStatus.ASSIGNED,
    EventType.SLA_MISSED: ConversationStatus.OFFERED,
    EventType.CONVERSATION_ENDED: ConversationStatus.ENDED,
}
