"""Webhooks out, posted to a real server (LESSONS 16, chatwoot #11901)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from services.router.domain.webhooks import JITTER, RETRY_AFTER_MS
from services.router.usecases.send_webhooks import CLAIM_MS
from shared.contracts.routing import RoutingState
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import AuthorKind, EventType, Visibility
from shared.kit.new_ids import new_id
from tests.support.admin import Admin, operator
from tests.support.clock import VirtualClock
from tests.support.posted import Posted, Program
from tests.support.postgres import TestDatabase
from tests.support.router import Rig, running_router
from tests.support.webhooks import (
    ALL,
    HOOKS,
    a_conversation,
    all_delivered,
    answering,
    log_of,
    look,
    subscribed,
    tried,
)


class TestPosted:
    async def test_a_conversation_is_told_in_its_order_and_signed(
        self, rig: Rig, shop: UUID, admin: Admin, program: Program
    ) -> None:
        hook = await subscribed(admin, program)
        console, conversation = await rig.console(shop), new_id()
        await rig.message(shop, conversation, 1)
        await console.accept(await console.wait_for(EventType.OFFER_CREATED))
        await rig.message(shop, conversation, 2, author=AuthorKind.AGENT)
        await console.close(encode(IdKind.CONVERSATION, conversation))
        posted = await program.count(7)
        assert [one.type for one in posted] == [
            "message.created",
            "conversation.queued",
            "conversation.offered",
            "conversation.assigned",
            "message.created",
            "conversation.responded",
            "conversation.ended",
        ]
        assert all(one.is_signed_by(hook["secret"]) for one in posted)
        assert [one.id for one in posted] == [one.event["id"] for one in posted]
        assert len({one.id for one in posted}) == len(posted)
        ended = posted[-1].event
        assert (ended["shop_id"], ended["data"]["end_reason"]) == (
            encode(IdKind.SHOP, shop),
            "closed_by_agent",
        )
        states = [one.event["data"] for one in posted if one.type != "message.created"]
        told = set().union(*states)
        assert told == set(RoutingState.model_fields), "no word that services tell one another"
        await rig.until_async(lambda: all_delivered(admin, hook, 7))

    async def test_what_agents_alone_may_read_is_posted_to_who_asked_for_it_alone(
        self, rig: Rig, shop: UUID, admin: Admin, program: Program
    ) -> None:
        await subscribed(admin, program, "/public")
        await subscribed(admin, program, "/internal", internal=True)
        conversation = new_id()
        await rig.message(shop, conversation, 1, text="first")
        await rig.message(shop, conversation, 2, text="a note", visibility=Visibility.AGENTS)
        await rig.message(shop, conversation, 3, text="last")
        await program.until(lambda: len([p for p in program.posted if "last" in p.body]) == 2)
        assert {p.path for p in program.posted if "a note" in p.body} == {"/internal"}

    async def test_only_what_was_subscribed_to_is_posted_and_only_to_its_own_shop(
        self, rig: Rig, shop: UUID, admin: Admin, program: Program
    ) -> None:
        await subscribed(admin, program, events=["message.created"])
        other = await rig.shop()
        theirs = await operator(rig, other).make(
            HOOKS, {"url": program.url("/other"), "events": ["conversation.ended"]}
        )
        await rig.message(other, new_id(), text="of the other shop")
        await a_conversation(rig, shop)
        (only,) = await program.count(1)
        assert (only.type, only.path) == ("message.created", "/events")
        assert (await admin.refused("GET", f"{HOOKS}/{theirs['id']}"))[1] == "not_found"
        path = f"{HOOKS}/{theirs['id']}/deliveries"
        assert (await admin.refused("GET", path))[1] == "not_found"


def more_than(program: Program, about: str, tries: int) -> bool:
    return len(program.of(about)) > tries


class TestRetries:
    async def test_a_conversation_that_fails_holds_itself_alone_and_a_retry_has_the_same_id(
        self, rig: Rig, shop: UUID, admin: Admin, program: Program, clock: VirtualClock
    ) -> None:
        hook = await subscribed(admin, program, events=["message.*"])
        bad = new_id()
        about = encode(IdKind.CONVERSATION, bad)
        program.answer = answering(500, 503, only=lambda posted: posted.about == about)
        await rig.message(shop, bad, 1, text="first")
        await program.count(1)
        await rig.message(shop, bad, 2, text="second")
        good = [await a_conversation(rig, shop, f"good {n}") for n in range(5)]
        await program.until(lambda: {p.about for p in program.posted} == {about, *good})
        assert [p.event["data"]["item"]["text"] for p in program.of(about)] == ["first"]
        for rest in RETRY_AFTER_MS[:2]:
            await rig.until_async(lambda: tried(admin, hook, program.of(about)))
            tries = len(program.of(about))  # the next one may be posted before the look returns
            clock.advance(int(rest * (1 + JITTER)))
            await look(admin, hook)
            await program.until(partial(more_than, program, about, tries))
        await program.until(lambda: len(program.of(about)) == 4)
        first, again, once_more, second = program.of(about)
        assert first.id == again.id == once_more.id != second.id
        assert first.body == again.body == once_more.body
        assert int(again.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
        assert second.event["data"]["item"]["text"] == "second"

    async def test_dead_letters_are_listed_and_replayed_under_their_ids(
        self, rig: Rig, shop: UUID, admin: Admin, program: Program, clock: VirtualClock
    ) -> None:
        hook = await subscribed(admin, program, events=["message.*"])
        program.answer = answering(*[500] * (len(RETRY_AFTER_MS) + 1))
        conversation = new_id()
        await rig.message(shop, conversation, 1, text="first")
        for number, rest in enumerate(RETRY_AFTER_MS, 1):
            await program.count(number)
            await rig.until_async(lambda: tried(admin, hook, program.posted))
            clock.advance(int(rest * (1 + JITTER)))
            await look(admin, hook)
        await rig.until_async(lambda: _has(admin, hook, "dead"))
        await rig.message(shop, conversation, 2, text="second")
        await program.until(lambda: "second" in program.posted[-1].body)
        (dead,) = await log_of(admin, hook, "dead")
        assert len(dead["tries"]) == len(RETRY_AFTER_MS) + 1
        assert {(one["status"], one["fault"]) for one in dead["tries"]} == {(500, "status")}
        path = f"{HOOKS}/{hook['id']}/replay"
        answer = await admin.call("POST", path, key="once-more")
        assert answer.json() == {"replayed": 1}
        await program.until(lambda: program.posted[-1].id == dead["id"])
        assert (await admin.call("POST", path, key="once-more")).json() == {"replayed": 1}
        await rig.until_async(lambda: all_delivered(admin, hook, 2))
        one = f"{HOOKS}/{hook['id']}/deliveries/{dead['id']}/replay"
        assert (await admin.call("POST", one)).json() == {"replayed": 1}
        await program.until(lambda: [p.id for p in program.posted[-2:]] == [dead["id"]] * 2)

    async def test_a_slow_receiver_holds_up_no_other(
        self, rig: Rig, shop: UUID, admin: Admin, program: Program
    ) -> None:
        await subscribed(admin, program, "/slow", events=["message.*"])
        await subscribed(admin, program, "/quick", events=["message.*"])
        never = asyncio.Event()

        async def answer(posted: Posted) -> int:
            if posted.path == "/slow":
                await never.wait()
            return 200

        program.answer = answer
        for number in range(12):
            await a_conversation(rig, shop, f"message {number}")
        await _until_paths(program, "/slow", 4)
        await _until_paths(program, "/quick", 12)
        assert len([p for p in program.posted if p.path == "/slow"]) == 4, "its bound"

    async def test_what_was_committed_and_not_sent_when_the_router_died_is_sent_by_the_next(
        self, database: TestDatabase, clock: VirtualClock, program: Program
    ) -> None:
        never = asyncio.Event()

        async def silence(_: Posted) -> int:
            await never.wait()
            return 200

        program.answer = silence
        async with running_router(database, clock) as rig:
            shop = await rig.shop()
            await operator(rig, shop).make(HOOKS, {"url": program.url(), "events": ALL})
            conversation = new_id()
            await rig.message(shop, conversation, 1, text="under way")
            await program.count(1)
            await rig.message(shop, conversation, 2, text="behind it")
        program.answer = answering()
        clock.advance(CLAIM_MS)
        async with running_router(database, clock):
            posted = await program.count(4)
        assert posted[0].id == posted[1].id
        assert [p.type for p in posted[1:]] == [
            "message.created",
            "conversation.queued",
            "message.created",
        ]

    async def test_two_routers_post_each_event_once(
        self, database: TestDatabase, clock: VirtualClock, program: Program
    ) -> None:
        async with running_router(database, clock) as rig:
            shop = await rig.shop()
            await operator(rig, shop).make(HOOKS, {"url": program.url(), "events": ["message.*"]})
            async with running_router(database, clock, bus=rig.bus, keys=rig.keys):
                for number in range(60):
                    await a_conversation(rig, shop, f"message {number}")
                posted = await program.count(60)
            assert len({one.id for one in posted}) == len(posted) == 60


async def _until_paths(program: Program, path: str, count: int) -> Sequence[Posted]:
    def found() -> list[Posted]:
        return [one for one in program.posted if one.path == path]

    await program.until(lambda: len(found()) == count)
    return found()


async def _has(admin: Admin, hook: Any, status: str) -> bool:
    return bool(await log_of(admin, hook, status))
