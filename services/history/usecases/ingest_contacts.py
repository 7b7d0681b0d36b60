"""Takes contacts that another system recorded before."""

from __future__ import annotations

from uuid import UUID

from services.history.usecases.ports import ContactStore
from shared.contracts.cards import ContactBatch
from shared.contracts.orders import Ingested


async def ingest_contacts(store: ContactStore, shop_id: UUID, batch: ContactBatch) -> Ingested:
    """Take a batch, all of it or nothing; taking it again changes nothing."""
    return await store.ingest(shop_id, batch.contacts)
