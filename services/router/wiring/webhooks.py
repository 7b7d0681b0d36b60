"""Puts together what posts events to a shop's programs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter

from services.router.api.webhooks import deliveries_router, rotation_router, webhooks_router
from services.router.background.webhooks import WebhookLoop
from services.router.clients.webhook_posts import SignedPosts
from services.router.config import RouterSettings
from services.router.storage.gate import Gate
from services.router.storage.webhook_accounts import WebhookAccounts
from services.router.storage.webhook_queue import WebhookQueue
from services.router.usecases.manage_webhooks import ManageWebhooks
from services.router.usecases.ports import Announcer
from services.router.usecases.send_webhooks import SendWebhooks
from shared.kernel.clock import Clock
from shared.kit.auth.callers import Callers
from shared.kit.change_log import ChangeLog
from shared.kit.database import Database, DatabaseUrl, open_database
from shared.kit.new_ids import new_id
from shared.kit.web.guarded_post import guarded_post

HOT_POOL: Final = 3
"""Connections of the sender alone: however much it writes, no decision waits behind it."""


class Webhooks:
    """The sender and the administrators' endpoints."""

    def __init__(self, send: SendWebhooks, clock: Clock, *, to_this_machine: bool) -> None:
        self._send, self._clock = send, clock
        self._to_this_machine = to_this_machine

    def loop(self, after: Announcer) -> WebhookLoop:
        """Return the sender, as the announcer that stands before another one."""
        return WebhookLoop(after, self._send, self._clock)

    def routers(self, gate: Gate, loop: WebhookLoop, callers: Callers) -> tuple[APIRouter, ...]:
        """Return the administrators' endpoints."""
        manage = ManageWebhooks(
            WebhookAccounts(gate, ChangeLog("router", self._clock), self._clock),
            self._clock,
            new_id,
            loop.look,
            to_this_machine=self._to_this_machine,
        )
        return (
            webhooks_router(manage, callers=callers),
            rotation_router(manage, callers=callers),
            deliveries_router(manage, callers=callers),
        )


@asynccontextmanager
async def open_webhooks(
    settings: RouterSettings, sweeper: Database, clock: Clock
) -> AsyncIterator[Webhooks]:
    """Be able to post while the block runs."""
    here = settings.webhooks_to_this_machine
    url = DatabaseUrl(settings.database_url)
    async with (
        open_database(url, pool_size=1, hot_pool_size=HOT_POOL) as database,
        guarded_post(to_this_machine=here) as post,
    ):
        queue = WebhookQueue(database, sweeper)
        send = SendWebhooks(queue, SignedPosts(post), clock)
        yield Webhooks(send, clock, to_this_machine=here)
