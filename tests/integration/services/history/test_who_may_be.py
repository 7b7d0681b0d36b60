"""Who somebody may be who left an address and proved nothing: a name for the agent, and no card."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from shared.contracts import subjects
from shared.contracts.cards import CardAnswer, CardRequest
from shared.contracts.items import CustomerRef, IdentityKind
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import order, person
from tests.support.patience import WAIT_MS

if TYPE_CHECKING:
    from tests.support.history import RunningService, Stores

ADDRESS = "Anna@Mail.example"


async def asked(
    service: RunningService,
    value: str,
    *,
    kind: IdentityKind = IdentityKind.EMAIL,
    shop_id: UUID = SHOP,
) -> CardAnswer:
    typed = CustomerRef(kind=kind, value=value, verified=False)
    request = CardRequest(shop_id=shop_id, customer=typed).to_json()
    return CardAnswer.model_validate_json(
        await service.bus.request(subjects.CARD, request, timeout_ms=WAIT_MS)
    )


async def test_an_address_that_others_gave_names_them_and_opens_no_card(
    service: RunningService, stores: Stores
) -> None:
    """LESSONS 24 (ChatterMate GHSA-rfh4-6ghv-m2rr): what is typed proves nothing."""
    proven = person("anna", email=ADDRESS, email_verified=True)
    typed = person("bram", name="Bram", email=ADDRESS)
    bought = [order("A-1", customer=proven), order("A-2", customer=typed)]
    await stores.orders.ingest(SHOP, bought, None)
    answer = await asked(service, " anna@MAIL.example")
    assert answer.card is None
    assert sorted(str(one.name) for one in answer.may_be) == ["Anna Kos", "Bram"]
    assert {one.same for one in answer.may_be} == {(IdentityKind.EMAIL,)}


async def test_nobody_is_named_by_what_is_no_address_or_another_shops(
    service: RunningService, stores: Stores
) -> None:
    await stores.orders.ingest(SHOP, [order(customer=person("anna", email=ADDRESS))], None)
    answers = [
        await asked(service, ADDRESS, shop_id=OTHER_SHOP),
        await asked(service, "anna", kind=IdentityKind.SHOP_CUSTOMER),
        await asked(service, "nobody@mail.example"),
        await asked(service, "anna"),
    ]
    assert {answer.may_be for answer in answers} == {()}
