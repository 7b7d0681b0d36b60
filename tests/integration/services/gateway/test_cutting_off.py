"""Open sockets end within five seconds when what let them in is no more."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from shared.kernel.vocabulary import Scope
from shared.kit.auth.customer_tokens import sign_customer_token
from tests.support.admin import Admin
from tests.support.chat_client import chat_client
from tests.support.running_gateway import ServedGateway

WITHIN_S = 5.0
SITE = {"name": "Fern", "origins": ["*"]}


async def test_sockets_of_closed_sites_ended_sessions_and_rotated_secrets_end_within_5_s(
    served: ServedGateway,
) -> None:
    """LESSONS 26: Mattermost CVE-2026-9162, Chatwoot CVE-2021-3740."""
    admin = Admin(served.http, served.token(scopes=(Scope.AGENT, Scope.ADMIN)))
    closing, turning = [await admin.make("/v1/sites", SITE) for _ in range(2)]
    known = sign_customer_token(
        turning["customer_secret"].encode(),
        subject="rosa",
        expires_at=served.clock.now() + 60_000,
    )
    async with AsyncExitStack() as stack:

        async def connect(site: dict[str, Any], **fields: Any) -> Any:
            client = chat_client(served.chat_url, site["key"], **fields)
            return await stack.enter_async_context(client)

        idle, busy = await connect(closing), await connect(closing)
        rosa, stranger = await connect(turning, customer_token=known), await connect(turning)
        leaving = await connect(turning)
        await busy.say("Where is my parcel?")
        for one in (idle, rosa, stranger, leaving):
            await one.until(lambda one=one: one.session_token is not None)
        token = leaving.session_token

        async with asyncio.timeout(WITHIN_S):
            await admin.change(f"/v1/sites/{closing['id']}", {"closed": True})
            path = f"/v1/sites/{turning['id']}/rotate-secret"
            await admin.make(path, {"keep_old_ms": 0})
            head = {"Authorization": f"Bearer {token}"}
            ended = await served.http.delete("/v1/chat/session", headers=head)
            assert ended.status_code == 204
            for one in (idle, rosa, leaving):
                await one.until(lambda one=one: bool(one.byes))

        assert [one.byes[0]["code"] for one in (idle, rosa, leaving)] == [
            "unknown_site",
            "bad_customer_token",
            "unknown_session",
        ]
        await busy.say("Still here?")
        await stranger.say("Me too")
        assert (busy.byes, stranger.byes) == ([], [])
