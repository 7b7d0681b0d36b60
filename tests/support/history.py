"""History for its tests: its stores on one database, and the whole service at work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import httpx
from fastapi import FastAPI

from services.history.app import RunningHistory
from services.history.domain.cards import StoredCard
from services.history.storage.cards import SqlCardStore
from services.history.storage.contacts import SqlContactStore
from services.history.storage.orders import SqlOrderStore
from shared.contracts import subjects
from shared.contracts.cards import Card, CardAnswer, CardRequest
from shared.contracts.claims import Principal
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.bus.in_process import InProcessBus
from shared.kit.database import Database
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.patience import WAIT_MS, WAIT_S

SHOP, OTHER_SHOP = new_id(), new_id()
URL = "http://history.test"


@dataclass(frozen=True)
class Stores:
    """History's stores, all on one database."""

    db: Database
    cards: SqlCardStore
    orders: SqlOrderStore
    contacts: SqlContactStore

    async def card_of(self, shop_ref: str = "anna") -> StoredCard:
        """Return what is kept of a customer of the first shop, whom the shop itself names."""
        card = await self.cards.card_of_identity(SHOP, IdentityKind.SHOP_CUSTOMER, shop_ref)
        assert card is not None
        return card


@dataclass(frozen=True)
class RunningService:
    """History at work on an in-process bus, its endpoints in an app."""

    history: RunningHistory
    app: FastAPI
    bus: InProcessBus
    clock: VirtualClock
    keys: Keyring

    def token(self, *scopes: Scope, shop_id: UUID = SHOP) -> str:
        principal = Principal(
            shop_id=shop_id, scopes=scopes, expires_at=self.clock.now() + 3_600_000
        )
        return sign_principal(self.keys, principal)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not true():  # noqa: ASYNC110  it watches what tells nobody
                await asyncio.sleep(0.01)

    def transport(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(app=self.app)

    def client(self, *scopes: Scope, shop_id: UUID = SHOP) -> httpx.AsyncClient:
        token = self.token(*scopes, shop_id=shop_id)
        return httpx.AsyncClient(
            transport=self.transport(),
            base_url=URL,
            headers={"authorization": f"Bearer {token}"},
        )

    async def card(self, request: CardRequest) -> Card | None:
        raw = await self.bus.request(subjects.CARD, request.to_json(), timeout_ms=WAIT_MS)
        answer = CardAnswer.model_validate_json(raw)
        assert answer.to_json() == raw  # the very bytes that the contract would have written
        return answer.card

    async def card_of(
        self, shop_ref: str, shop_id: UUID = SHOP, *, verified: bool = True
    ) -> Card | None:
        """Ask for the card of a customer whom the shop itself names."""
        ref = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value=shop_ref, verified=verified)
        return await self.card(CardRequest(shop_id=shop_id, customer=ref))
