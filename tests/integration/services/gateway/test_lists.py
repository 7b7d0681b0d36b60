"""Lists of conversations, and finding them by words; whoever may not read one never meets it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.wire import TEXT_MAX
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import EventType, Scope
from tests.support.gateway import (
    ANNA,
    OTHER_SHOP,
    OTHER_SITE,
    PIOTR,
    SHOP,
    a_message,
    a_routing_event,
    looking_inside,
)
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway

SUPERVISOR: dict[str, Any] = {"agent_id": PIOTR, "scopes": (Scope.AGENT, Scope.SUPERVISOR)}

SQUARED_KANA = "\u3307\u3313\u3315\u3316\u3319\u331a\u331b\u331e\u331f\u3320\u3321"
"""Such as \u3316, which is written out as kiromeetoru."""


def wire(conversation_id: UUID) -> str:
    return encode(IdKind.CONVERSATION, conversation_id)


class Desk:
    """A gateway whose agent Anna serves what begins here."""

    def __init__(self, served: ServedGateway) -> None:
        self.served = served

    async def begin(
        self,
        text: str = "Hello?",
        *,
        others: Sequence[str] = (),
        agent: UUID = ANNA,
        ended: bool = False,
        **where: Any,
    ) -> UUID:
        session_id = await self.served.stores.session(**where)
        shop_id = where.get("shop_id", SHOP)
        row = a_message(session_id, text=text, shop_id=shop_id)
        (result,) = await self.served.stores.appends.append([row])
        for number, other in enumerate(others, start=2):
            more = a_message(session_id, f"m{number}", other, shop_id=shop_id)
            await self.served.stores.appends.append([more])
        assert result.conversation_id is not None
        tell, name = self.served.router.tell, result.conversation_id
        await tell(a_routing_event(name, 1, shop_id=shop_id, agent_id=agent))
        if ended:
            over = EventType.CONVERSATION_ENDED
            await tell(
                a_routing_event(name, 2, over, shop_id=shop_id, agent_id=agent, heard_version=99)
            )
        return name

    async def get(self, query: str = "", **who: Any) -> Any:
        headers = self.served.headers(**who)
        return (await self.served.http.get(f"/v1/conversations{query}", headers=headers)).json()

    async def ids(self, query: str = "", **who: Any) -> list[str]:
        page = await self.get(query, **who)
        return [one["id"] for one in page["conversations"]]


@pytest.fixture
def desk(served: ServedGateway) -> Desk:
    return Desk(served)


class TestLists:
    async def test_an_agent_lists_what_is_served_and_was_served_newest_first(
        self, desk: Desk
    ) -> None:
        old = await desk.begin("Where is my teapot?", ended=True)
        now = await desk.begin()
        await desk.begin(agent=PIOTR)

        assert await desk.ids() == [wire(now), wire(old)]
        assert await desk.ids("?status=open") == [wire(now)]
        assert await desk.ids("?status=ended") == [wire(old)]
        shown = (await desk.get("?status=ended"))["conversations"][0]
        assert (shown["preview"], shown["agent"]["name"]) == ("Where is my teapot?", "Anna")
        assert shown["ended_at"] is not None

    async def test_a_supervisor_lists_the_whole_shop_and_no_other(self, desk: Desk) -> None:
        """LESSONS 25."""
        mine = [await desk.begin(agent=PIOTR), await desk.begin(ended=True)]
        await desk.begin(shop_id=OTHER_SHOP, site_id=OTHER_SITE)

        assert await desk.ids(**SUPERVISOR) == [wire(one) for one in reversed(mine)]

    async def test_pages_go_on_where_the_last_one_ended(self, desk: Desk) -> None:
        begun = [wire(await desk.begin(ended=number % 2 == 0)) for number in range(5)]

        seen, cursor = [], ""
        while True:
            page = await desk.get(f"?limit=2{cursor}")
            seen += [one["id"] for one in page["conversations"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"

        assert seen == begun[::-1]

    async def test_one_conversation_is_shown_to_whoever_may_read_it(self, desk: Desk) -> None:
        mine = await desk.begin()

        shown = await desk.get(f"/{wire(mine)}")
        hidden = await desk.get(f"/{wire(mine)}", agent_id=PIOTR)
        none = await desk.get(f"/{wire(UUID(int=5))}", agent_id=PIOTR)

        assert (shown["id"], shown["status"], shown["last_seq"]) == (wire(mine), "open", 2)
        assert (hidden["code"], hidden["detail"]) == (none["code"], none["detail"])
        assert hidden["code"] == "not_found"
        assert (await desk.get(f"/{wire(mine)}", **SUPERVISOR))["id"] == wire(mine)


class TestSearch:
    @pytest.mark.parametrize("ended", [False, True])
    async def test_a_conversation_is_found_by_words_and_how_they_begin(
        self, desk: Desk, *, ended: bool
    ) -> None:
        found = await desk.begin("Die grüne Teapot, Nr. 4711?", ended=ended)
        await desk.begin("Something else", ended=ended)

        for typed in ("teapot", "TEAP", "grune teapot", "Grüne", "4711"):
            assert await desk.ids(f"?q={typed}") == [wire(found)], typed

    async def test_every_word_has_to_be_there(self, desk: Desk) -> None:
        await desk.begin("A green teapot", ended=True)

        assert await desk.ids("?q=green kettle") == []
        assert await desk.ids("?q=%21%3F") == []

    async def test_an_agent_finds_only_what_that_agent_served(self, desk: Desk) -> None:
        """LESSONS 25: another's conversation, and another shop's, is as if it were not there."""
        mine = await desk.begin("teapot", ended=True)
        theirs = await desk.begin("teapot", agent=PIOTR, ended=True)
        open_ = await desk.begin("teapot", agent=PIOTR)
        await desk.begin("teapot", ended=True, shop_id=OTHER_SHOP, site_id=OTHER_SITE)

        assert await desk.ids("?q=teapot") == [wire(mine)]
        assert await desk.ids("?q=teapot", agent_id=PIOTR) == [wire(open_), wire(theirs)]
        whole = await desk.ids("?q=teapot", **SUPERVISOR)
        assert whole == [wire(open_), wire(theirs), wire(mine)]

    async def test_words_that_look_like_the_indexs_own_open_nothing(self, desk: Desk) -> None:
        await desk.begin(f"~a{PIOTR} ~/a{PIOTR} ~s{OTHER_SHOP}", ended=True)

        assert await desk.ids(f"?q={str(PIOTR)[-8:]}", agent_id=PIOTR) == []
        assert await desk.ids("?q=a", agent_id=PIOTR) == []

    async def test_a_note_written_after_the_end_is_found_too(self, desk: Desk) -> None:
        mine = await desk.begin("Hello", ended=True)
        desk.served.router.readers.add((ANNA, mine))
        headers = {**desk.served.headers(), "Idempotency-Key": "n1"}
        note = {"text": "Sent a replacement kettle"}
        path = f"/v1/conversations/{wire(mine)}/notes"
        answer = await desk.served.http.post(path, json=note, headers=headers)

        assert answer.status_code == 201
        assert await desk.ids("?q=replacement") == [wire(mine)]

    @pytest.mark.parametrize("ended", [False, True])
    async def test_a_conversation_whose_letters_grow_when_they_are_plain_ends_and_is_found(
        self, desk: Desk, *, ended: bool
    ) -> None:
        """One sign of SQUARED_KANA is six letters to a search, 18 bytes; an index holds a million.

        Twenty such messages made a conversation that could neither be searched nor end.
        """
        signs = random.Random(1)  # noqa: S311  the same each time
        words = ["".join(signs.choices(SQUARED_KANA, k=49)) for _ in range(20 * TEXT_MAX // 50)]
        first, *others = [
            " ".join(words[start : start + TEXT_MAX // 50])
            for start in range(0, len(words), TEXT_MAX // 50)
        ]

        mine = await desk.begin(f"teapot {first[7:]}", others=others, ended=ended)

        assert await desk.ids(f"?q=teapot&status={'ended' if ended else 'open'}") == [wire(mine)]

    async def test_what_ended_is_found_by_the_index(
        self, desk: Desk, database: TestDatabase
    ) -> None:
        """DESIGN section 4: under row security `@@` would read every row of the shop."""
        await desk.begin("teapot", ended=True)
        async with looking_inside(database) as inside:
            await inside.execute("SET enable_seqscan = off")
            plan = await inside.fetch(
                "EXPLAIN SELECT conversation_id FROM gateway.searchable WHERE words @@ $1::tsquery",
                f"'teapot' & '~s{SHOP}'",
            )

        assert any("searchable_words" in row[0] for row in plan)
        assert await desk.ids("?q=teapot&status=ended") == await desk.ids()
