"""Answers that are ready: kept in versions, found by words and questions in six languages."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.kernel.vocabulary import Scope
from shared.kit.new_ids import new_id
from tests.support.history import OTHER_SHOP, SHOP, RunningService

FAQ, REPLIES = "/v1/faq", "/v1/canned-replies"
RETURNS = {
    "key": "returns",
    "language": "en",
    "title": "How do I return something?",
    "text": "Within 30 days, with the label that lies in the parcel.",
    "phrasings": ["send back", "I do not want it any more"],
}
SHIPPING = {
    "key": "shipping",
    "language": "en",
    "title": "How long does delivery take?",
    "text": "Two days. You get an e-mail when the parcel has left.",
    "phrasings": ["where is my order", "when does it arrive"],
}
IN_OTHER_LANGUAGES = {
    "nl": ("Hoe kan ik iets terugsturen?", "ik wil een pakketje retourneren"),
    "pl": ("Jak zwrócić towar?", "zwrot towaru"),
    "bg": ("Как да върна поръчка?", "връщане на поръчка"),
    "ro": ("Cum pot returna un produs?", "vreau sa returnez produsul"),
    "pt": ("Como devolver um produto?", "quero devolver produtos"),
}


class Answers:
    """Somebody's way to the answers of a shop."""

    def __init__(self, http: httpx.AsyncClient, path: str = FAQ) -> None:
        self.http = http
        self.path = path

    async def make(self, **fields: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.told(await self.post("", RETURNS | fields))
        return made

    async def post(self, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        head = {"Idempotency-Key": key or new_id().hex}
        return await self.http.post(f"{self.path}{path}", json=body, headers=head)

    async def change(self, answer: dict[str, Any], **fields: Any) -> dict[str, Any]:
        head = {"Idempotency-Key": new_id().hex}
        path = f"{self.path}/{answer['id']}"
        changed: dict[str, Any] = self.told(await self.http.patch(path, json=fields, headers=head))
        return changed

    async def found(self, q: str, **query: str) -> list[str]:
        answer = await self.http.get(f"{self.path}/search", params={"q": q, **query})
        return [one["key"] for one in self.told(answer)["answers"]]

    async def listed(self, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = self.told(await self.http.get(self.path, params=query))
            found += page["answers"]
            if page["next_cursor"] is None:
                return found
            query = {**query, "cursor": page["next_cursor"]}

    @staticmethod
    def told(answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def answers(service: RunningService) -> Answers:
    return Answers(service.client(Scope.ADMIN))


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestVersions:
    async def test_every_change_is_kept_with_who_made_it_and_can_be_restored(
        self, answers: Answers
    ) -> None:
        made = await answers.make()
        changed = await answers.change(made, text="Within 14 days.")
        back = answers.told(await answers.post(f"/{made['id']}/restore", {"version": 1}))

        told = answers.told(await answers.http.get(f"{FAQ}/{made['id']}/versions"))["versions"]

        assert (made["version"], changed["version"], back["version"]) == (1, 2, 3)
        assert changed["title"] == made["title"], "what is not given stays"
        assert back["text"] == made["text"]
        assert [(one["version"], one["text"], one["restored_from"]) for one in told] == [
            (3, made["text"], 1),
            (2, "Within 14 days.", None),
            (1, made["text"], None),
        ]

    async def test_one_that_was_removed_is_found_no_more_and_can_be_restored(
        self, answers: Answers
    ) -> None:
        made = await answers.make()
        answers.told(await answers.post(f"/{made['id']}/remove"))
        assert await answers.found("return") == []
        assert await answers.listed() == []
        assert [one["id"] for one in await answers.listed(removed="true")] == [made["id"]]
        assert refusal(await answers.post(f"/{made['id']}/remove")) == (404, "not_found")

        answers.told(await answers.post(f"/{made['id']}/restore", {"version": 1}))

        assert await answers.found("return") == ["returns"]

    async def test_its_key_may_be_another_ones_by_the_time_it_is_restored(
        self, answers: Answers
    ) -> None:
        made = await answers.make()
        answers.told(await answers.post(f"/{made['id']}/remove"))
        await answers.make(text="Another answer.")
        again = await answers.post(f"/{made['id']}/restore", {"version": 1})
        assert refusal(again) == (409, "already_exists")

    async def test_a_version_that_never_was_is_not_found(self, answers: Answers) -> None:
        made = await answers.make()
        assert refusal(await answers.post(f"/{made['id']}/restore", {"version": 7})) == (
            404,
            "not_found",
        )

    async def test_a_key_is_taken_once_a_language(self, answers: Answers) -> None:
        await answers.make()
        assert refusal(await answers.post("", RETURNS)) == (409, "already_exists")
        await answers.make(language="nl")

    async def test_a_request_sent_again_is_one_answer(self, answers: Answers) -> None:
        first, again = [await answers.post("", RETURNS, key="one") for _ in range(2)]
        assert first.json() == again.json()
        assert len(await answers.listed()) == 1

    async def test_a_change_of_nothing_is_refused(self, answers: Answers) -> None:
        made = await answers.make()
        head = {"Idempotency-Key": "nothing"}
        answer = await answers.http.patch(f"{FAQ}/{made['id']}", json={}, headers=head)
        assert refusal(answer) == (422, "invalid_request")


class TestFinding:
    async def test_a_whole_question_finds_the_answer_to_it_first(self, answers: Answers) -> None:
        await answers.make()
        await answers.make(**SHIPPING)
        assert (await answers.found("Hi! When will my order arrive, please?"))[0] == "shipping"
        assert (await answers.found("I would like to send the kettle back"))[0] == "returns"
        assert await answers.found("?!") == []
        assert await answers.found("giraffe") == []

    async def test_words_that_are_begun_find_what_has_them(self, answers: Answers) -> None:
        await answers.make()
        await answers.make(**SHIPPING)
        assert await answers.found("deliv") == ["shipping"]

    @pytest.mark.parametrize("language", IN_OTHER_LANGUAGES)
    async def test_a_question_is_found_in_its_own_language(
        self, answers: Answers, language: str
    ) -> None:
        for one, (title, _) in IN_OTHER_LANGUAGES.items():
            await answers.make(language=one, title=title, text="…", phrasings=[], key=f"in-{one}")
        asked = IN_OTHER_LANGUAGES[language][1]
        assert (await answers.found(asked, language=language)) == [f"in-{language}"]

    async def test_contacts_and_orders_are_not_found_among_answers_nor_the_other_way(
        self, service: RunningService, answers: Answers
    ) -> None:
        await answers.make()
        contact = {
            "platform": "till",
            "reference": "C-1",
            "shop_ref": "anna",
            "channel": "email",
            "started_at": "2026-11-02T10:00:00Z",
            "ended_at": "2026-11-02T10:05:00Z",
            "end_reason": "closed_by_agent",
            "message_count": 2,
            "first_words": "May I return the kettle?",
        }
        writer = service.client(Scope.CONTACTS_WRITE)
        (await writer.post("/v1/contacts/batches", json={"contacts": [contact]})).raise_for_status()
        agent = service.client(Scope.AGENT)
        for typed in ("return", "retrun"):
            found = await agent.get("/v1/contacts/search", params={"q": typed})
            assert [one["kind"] for one in found.json()["hits"]] in (["contact"], [])
        assert await answers.found("kettle") == []
        assert await answers.found("return") == ["returns"]


class TestWho:
    async def test_bots_and_agents_read_and_do_not_write(self, service: RunningService) -> None:
        made = await Answers(service.client(Scope.SUPERVISOR)).make()
        for scope in (Scope.AGENT, Scope.ANSWERS_READ):
            reading = Answers(service.client(scope))
            assert await reading.found("return") == ["returns"]
            assert refusal(await reading.post("", RETURNS)) == (403, "forbidden")
            assert refusal(await reading.post(f"/{made['id']}/remove")) == (403, "forbidden")
        other = Answers(service.client(Scope.CUSTOMERS_READ))
        assert refusal(await other.http.get(FAQ)) == (403, "forbidden")

    async def test_another_shops_and_the_other_kinds_answers_are_not_there(
        self, service: RunningService, answers: Answers
    ) -> None:
        made = await answers.make()
        for elsewhere in (
            Answers(service.client(Scope.ADMIN, shop_id=OTHER_SHOP)),
            Answers(service.client(Scope.ADMIN, shop_id=SHOP), REPLIES),
        ):
            assert await elsewhere.found("return") == []
            assert await elsewhere.listed() == []
            answer = await elsewhere.http.get(f"{elsewhere.path}/{made['id']}")
            assert refusal(answer) == (404, "not_found")
            again = await elsewhere.post(f"/{made['id']}/restore", {"version": 1})
            assert refusal(again) == (404, "not_found")

    async def test_a_list_goes_on_where_a_page_ended(self, answers: Answers) -> None:
        keys = [f"k-{number}" for number in range(5)]
        for key in keys:
            await answers.make(key=key)
        assert [one["key"] for one in await answers.listed(limit="2")] == keys[::-1]
