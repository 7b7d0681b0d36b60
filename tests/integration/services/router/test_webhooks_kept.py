"""Webhooks as administrators keep them, and as they end."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.router.domain.webhooks import GIVE_UP_AFTER_MS
from shared.kernel.ids import IdKind, encode
from tests.support.admin import Admin, operator
from tests.support.clock import VirtualClock
from tests.support.posted import Program
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


class TestEnded:
    async def test_an_address_that_is_gone_ends_the_webhook_with_a_line_in_the_record(
        self, rig: Rig, shop: UUID, admin: Admin, program: Program, clock: VirtualClock
    ) -> None:
        hook = await subscribed(admin, program, events=["message.*"])
        path = f"{HOOKS}/{hook['id']}"
        program.answer = answering(410)
        await a_conversation(rig, shop)
        await rig.until_async(lambda: _is_ended(admin, path, "gone"))
        await a_conversation(rig, shop, "while it is ended")
        shown = await admin.get(f"/v1/shops/{encode(IdKind.SHOP, shop)}/changes")
        line = shown["changes"][0]
        assert (line["action"], line["target"]) == ("webhook.disabled", hook["id"])
        assert line["actor"] == {"kind": "system", "id": None, "name": "router"}
        assert line["fields"]["disabled_by"] == {"before": None, "after": "gone"}
        clock.advance(60_000)
        assert (await admin.change(path, {"enabled": True}))["disabled_by"] is None
        posted = await program.count(2)
        assert posted[0].id == posted[1].id, "what waited goes on, and nothing was made meanwhile"
        await a_conversation(rig, shop, "again")
        assert "again" in (await program.count(3))[-1].body

    async def test_one_that_only_fails_for_three_days_is_ended(
        self, rig: Rig, shop: UUID, admin: Admin, program: Program, clock: VirtualClock
    ) -> None:
        hook = await subscribed(admin, program, events=["message.*"])
        path = f"{HOOKS}/{hook['id']}"
        program.answer = answering(500, 500)
        await a_conversation(rig, shop)
        await rig.until_async(lambda: tried(admin, hook, program.posted))
        since = (await admin.get(path))["failing_since"]
        assert since is not None
        clock.advance(GIVE_UP_AFTER_MS)
        admin = operator(rig, shop)  # the other sign-in has run out
        await look(admin, hook)
        await rig.until_async(lambda: _is_ended(admin, path, "failing"))
        assert (await admin.get(path))["failing_since"] == since

    async def test_one_that_an_administrator_disables_keeps_what_waits(
        self, rig: Rig, shop: UUID, admin: Admin, program: Program, clock: VirtualClock
    ) -> None:
        hook = await subscribed(admin, program, events=["message.*"])
        program.answer = answering(500)
        await a_conversation(rig, shop)
        await rig.until_async(lambda: tried(admin, hook, program.posted))
        path = f"{HOOKS}/{hook['id']}"
        ended = await admin.change(path, {"enabled": False})
        assert (ended["enabled"], ended["disabled_by"]) == (False, "administrator")
        clock.advance(60_000)
        await look(admin, hook)
        await a_conversation(rig, shop)
        assert len(program.posted) == 1
        await admin.change(path, {"enabled": True})
        assert (await program.count(2))[1].id == program.posted[0].id


async def _is_ended(admin: Admin, path: str, why: str) -> bool:
    shown = await admin.get(path)
    return (shown["enabled"], shown["disabled_by"]) == (False, why)


class TestKept:
    async def test_the_secret_is_shown_once_and_the_old_one_signs_beside_the_new_for_a_while(
        self, rig: Rig, shop: UUID, admin: Admin, program: Program, clock: VirtualClock
    ) -> None:
        body = {"url": program.url(), "events": ["message.*"]}
        hook = await admin.make(HOOKS, body, key="one")
        assert (await admin.make(HOOKS, body, key="one"))["secret"] is None
        path = f"{HOOKS}/{hook['id']}"
        assert "secret" not in await admin.get(path)
        turned = await admin.make(f"{path}/rotate-secret", {"keep_old_ms": 60_000})
        await a_conversation(rig, shop)
        await program.count(1)
        clock.advance(60_000)
        await a_conversation(rig, shop)
        both, new = await program.count(2)
        old = hook["secret"]
        assert (both.is_signed_by(old), both.is_signed_by(turned["secret"])) == (True, True)
        assert (new.is_signed_by(old), new.is_signed_by(turned["secret"])) == (False, True)
        changes = (await admin.get(f"/v1/shops/{encode(IdKind.SHOP, shop)}/changes"))["changes"]
        assert "whsec_" not in str(changes)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"url": "http://shop.example/events"},
            {"url": "https://10.0.0.1/"},
            {"url": "https://169.254.169.254/latest/meta-data"},
            {"url": "https://[::ffff:10.0.0.1]/"},
            {"url": "https://user:secret@shop.example/"},
            {"url": "file:///etc/passwd"},
            {"events": []},
            {"events": ["message.delivered"]},
            {"events": ["*"]},
            {"events": "message.*"},
            {"colour": "blue"},
        ],
    )
    async def test_what_cannot_be_a_webhook_is_refused(
        self, admin: Admin, wrong: dict[str, Any]
    ) -> None:
        body = {"url": "https://shop.example/events", "events": ALL, **wrong}
        assert await admin.refused("POST", HOOKS, body) == (422, "invalid_request")

    async def test_a_shop_has_twenty_at_most_and_a_removed_one_is_nowhere(
        self, admin: Admin, program: Program
    ) -> None:
        made = [await subscribed(admin, program) for _ in range(20)]
        body = {"url": program.url(), "events": ALL}
        assert await admin.refused("POST", HOOKS, body) == (409, "in_use")
        path = f"{HOOKS}/{made[0]['id']}"
        assert (await admin.call("DELETE", path)).status_code == 204
        assert await admin.refused("DELETE", path) == (404, "not_found")
        assert len(await admin.all(HOOKS, "webhooks", limit=7)) == 19

    async def test_the_log_keeps_what_was_delivered_for_a_week_and_dead_letters_for_a_month(
        self, database: TestDatabase, clock: VirtualClock, program: Program
    ) -> None:
        async with running_router(database, clock) as rig:
            shop = await rig.shop()
            admin = operator(rig, shop)
            hook = await subscribed(admin, program, events=["message.*"])
            await a_conversation(rig, shop, "delivered")
            await rig.until_async(lambda: all_delivered(admin, hook, 1))
            await a_conversation(rig, shop, "dead")
            await rig.until_async(lambda: all_delivered(admin, hook, 2))
            async with database.server.admin(database.name) as sql:
                await sql.execute(
                    "UPDATE router.webhook_deliveries SET status = 'dead' WHERE body LIKE '%dead%'"
                )
        for days, left in ((6, 2), (2, 1), (23, 0)):
            clock.advance(days * 86_400_000)
            async with running_router(database, clock) as rig:
                admin = operator(rig, shop)
                await rig.until_async(partial(_is_left, admin, hook, left))


async def _is_left(admin: Admin, hook: Any, count: int) -> bool:
    return len(await log_of(admin, hook)) == count
