"""Earlier contacts: a person's, described, and found by words of six languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.contracts.contacts import Contact, ContactPage, Found
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope
from shared.kit.new_ids import new_id
from tests.integration.services.history.test_people import card_of, ref, wire
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import contact, line, order, person

if TYPE_CHECKING:
    import httpx

    from tests.support.history import RunningService, Stores

SAID = {
    "nl": "De waterkoker lekt aan de onderkant.",
    "pl": "Gdzie jest moja paczka z czajnikiem? Książka też.",
    "bg": "Къде остана пратката ми, чайника?",
    "ro": "Unde este coletul meu, ceainicul s-a spart.",
    "pt": "Onde está a minha encomenda, a chaleira avariou.",
    "en": "The kettles are leaking badly.",
}


async def found(client: httpx.AsyncClient, words: str) -> list[str]:
    answer = await client.get("/v1/contacts/search", params={"q": words})
    return [hit.title for hit in Found.model_validate_json(answer.raise_for_status().content).hits]


async def fill(stores: Stores) -> None:
    await stores.contacts.ingest(
        SHOP, [contact(language, first_words=words) for language, words in SAID.items()]
    )


class TestSearch:
    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("nl", "waterkokers"),
            ("nl", "WATERK"),
            ("pl", "ksiazka"),
            ("pl", "paczki czajnik"),
            ("bg", "пратка"),
            ("bg", "чайник"),
            ("ro", "ceainice"),
            ("pt", "esta encomendas"),
            ("en", "leak kettle"),
        ],
    )
    async def test_word_is_found_in_another_form_begun_or_without_its_marks(
        self, service: RunningService, stores: Stores, language: str, words: str
    ) -> None:
        await fill(stores)
        async with service.client(Scope.AGENT) as client:
            assert await found(client, words) == [SAID[language]]

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", "kettles leakign"),
            ("en", "ketles leakign"),
            ("en", "badly kettlse leaking"),
            ("pl", "czajnikami paczka"),
            ("pl", "paczki czajniki"),
            ("nl", "waterkoker waterkoekr"),
        ],
    )
    async def test_words_written_wrong_or_in_a_form_unknown_are_found_by_what_is_alike(
        self, service: RunningService, stores: Stores, language: str, words: str
    ) -> None:
        await fill(stores)
        async with service.client(Scope.AGENT) as client:
            assert await found(client, words) == [SAID[language]]

    async def test_word_in_a_form_that_others_wrote_is_alike_beside_one_that_is_there(
        self, service: RunningService, stores: Stores
    ) -> None:
        await fill(stores)
        await stores.contacts.ingest(
            SHOP, [contact("paczki", first_words="Dwie paczki."), contact("t", first_words="też")]
        )
        async with service.client(Scope.AGENT) as client:
            assert await found(client, "paczki czajnikiem") == [SAID["pl"]]
            assert await found(client, "paczki waterkoker") == [], "there, but nowhere together"

    async def test_every_word_must_be_there_and_nothing_else_is_found(
        self, service: RunningService, stores: Stores
    ) -> None:
        await fill(stores)
        async with service.client(Scope.AGENT) as client:
            assert await found(client, "leaking coletul") == []
            assert await found(client, "~contact & !") == []
            assert await found(client, "?!") == []

    async def test_order_is_found_by_number_note_and_product(
        self, service: RunningService, stores: Stores
    ) -> None:
        bought = order("5001", number="#NL-77", note="Zerbrochen", lines=(line(title="Țesătură"),))
        await stores.orders.ingest(SHOP, [bought, order("5002")], None)
        async with service.client(Scope.AGENT) as client:
            for words in ("5001", "nl-77", "zerbrochen", "tesatura"):
                assert await found(client, words) == ["#NL-77"]
            gone = bought.model_copy(update={"note": None, "number": "#NL-78"})
            await stores.orders.ingest(SHOP, [gone], None)
            assert await found(client, "zerbrochen") == []
            assert await found(client, "nl-78") == ["#NL-78"]

    async def test_other_shop_finds_nothing(self, service: RunningService, stores: Stores) -> None:
        """LESSONS 25 (Chatwoot CVE-2026-115725; Rocket.Chat loadHistory)."""
        await fill(stores)
        async with service.client(Scope.AGENT, shop_id=OTHER_SHOP) as eve:
            assert await found(eve, "waterkoker") == []
            assert await found(eve, "пратка") == []


class TestTimeline:
    async def test_persons_contacts_come_newest_first_page_by_page(
        self, service: RunningService, stores: Stores
    ) -> None:
        one = [person(name, email="a@x.org", email_verified=True) for name in ("anna", "a.kos")]
        orders = [order(f"A-{who.shop_ref}", customer=who) for who in one]
        await stores.orders.ingest(SHOP, orders, None)
        past = [
            contact(f"T-{day}", age_days=day, shop_ref=one[day % 2].shop_ref)
            for day in (3, 1, 5, 2, 4)
        ]
        await stores.contacts.ingest(SHOP, past)
        who = wire((await card_of(service, ref("anna"))).customer.id)
        told: list[Contact] = []
        cursor: dict[str, str] = {}
        async with service.client(Scope.AGENT) as client:
            while True:
                params: dict[str, Any] = {"customer_id": who, "limit": 2} | cursor
                answer = await client.get("/v1/contacts", params=params)
                page = ContactPage.model_validate_json(answer.raise_for_status().content)
                told += page.contacts
                if page.next_cursor is None:
                    break
                cursor = {"cursor": page.next_cursor}
            assert len(told) == len({one.id for one in told}) == 5
            ends = [one.ended_at for one in told]
            assert ends == sorted(ends, reverse=True)
            async with service.client(Scope.AGENT, shop_id=OTHER_SHOP) as eve:
                other = await eve.get("/v1/contacts", params={"customer_id": who})
        assert other.json() == {"contacts": [], "next_cursor": None}

    async def test_agent_says_what_it_was_about_and_it_is_found_by_that(
        self, service: RunningService, stores: Stores
    ) -> None:
        await fill(stores)
        who = wire((await card_of(service, ref("anna"))).customer.id)
        async with service.client(Scope.AGENT) as client:
            page = await client.get("/v1/contacts", params={"customer_id": who, "limit": 1})
            path = f"/v1/contacts/{page.json()['contacts'][0]['id']}"
            await client.patch(path, json={"topic": "Guarantee"})
            await client.patch(path, json={"summary": "A new lid was sent."})
            shown = (await client.get(path)).json()
            assert (shown["topic"], shown["summary"]) == ("Guarantee", "A new lid was sent.")
            assert await found(client, "guarantee lids") == [shown["first_words"]]
            nobodys = f"/v1/contacts/{encode(IdKind.CONTACT, new_id())}"
            async with service.client(Scope.AGENT, shop_id=OTHER_SHOP) as eve:
                answers = [
                    await eve.patch(path, json={"topic": "x"}),
                    await eve.patch(nobodys, json={"topic": "x"}),
                    await eve.get(path),
                    await eve.get(nobodys),
                ]
        assert {(one.status_code, one.json()["detail"]) for one in answers} == {
            (404, "There is no such contact.")
        }
