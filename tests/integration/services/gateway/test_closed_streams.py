"""An agent's stream closes with its sign-in, and says why.

LESSONS 26 (Mattermost CVE-2026-9162, Chatwoot CVE-2021-3740): revoked or expired, and live streams
close within five seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from shared.contracts import subjects
from shared.kernel.vocabulary import SignInEnd
from shared.kit.auth import revocations
from shared.kit.auth.tokens import read_principal
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.event_stream import stream
from tests.support.gateway import ANNA
from tests.support.postgres import TestDatabase
from tests.support.revocations import a_revocation
from tests.support.running_gateway import ServedGateway, one_gateway

CLOSED_WITHIN_S = 5.0
LASTS_MS = 300
SIGNED_OUT = {
    "code": "not_signed_in",
    "reason": "signed_out",
    "detail": "This sign-in has ended: sign in again.",
}


@contextmanager
def in_time() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < CLOSED_WITHIN_S


def revoke(served: ServedGateway, *, sign_in: UUID | None = None, epoch: int = 0) -> None:
    """Have the router say so, to whoever asks."""
    token = served.token(sign_in_id=sign_in)
    caller = read_principal(served.keys, token, served.clock.now())
    subject = sign_in or ANNA
    reason = SignInEnd.SIGNED_OUT if sign_in else SignInEnd.AGENT_ENDED
    served.router.revoked.append(
        a_revocation(caller, subject, now=served.clock.now(), epoch=epoch, reason=reason)
    )


async def test_a_stream_closes_at_the_instant_its_sign_in_expires(database: TestDatabase) -> None:
    clock = VirtualClock()
    async with (
        one_gateway(database, clock=clock) as served,
        stream(served, lasts_ms=LASTS_MS) as events,
    ):
        await events.next()
        clock.advance(LASTS_MS)

        closed = await events.last()

    assert (closed["code"], closed["reason"]) == ("not_signed_in", "expired")


async def test_a_stream_whose_sign_in_ended_closes_as_soon_as_the_router_says_so(
    served: ServedGateway,
) -> None:
    sign_in = new_id()
    async with stream(served, sign_in_id=sign_in) as ended, stream(served) as other:
        await ended.next()
        await other.next()
        revoke(served, sign_in=sign_in)
        await served.router.bus.publish(subjects.TOKENS_REVOKED, b"")

        with in_time():
            assert await ended.last() == SIGNED_OUT
        headers = served.headers(sign_in_id=sign_in)
        answer = await served.http.get("/v1/agent-events", headers=headers)
        assert answer.status_code == 401
        pong, headers = {"nonce": "n"}, served.headers()
        answer = await served.http.post("/v1/agent-events/pong", json=pong, headers=headers)
        assert answer.status_code == 204


async def test_a_stream_closes_within_seconds_though_the_publish_was_lost(
    served: ServedGateway,
) -> None:
    async with stream(served) as events:
        await events.next()
        revoke(served, epoch=1)

        with in_time():
            closed = await events.last()

    assert closed["reason"] == SignInEnd.AGENT_ENDED


async def test_a_stream_closes_when_nobody_can_say_for_seconds_whether_its_sign_in_stands(
    served: ServedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocations, "NEWS_MAX_MS", 500)
    async with stream(served) as events:
        await events.next()
        await served.router.places[subjects.REVOCATIONS].close()

        with in_time():
            closed = await events.last()

    assert (closed["code"], closed["reason"]) == ("try_again", None)
    answer = await served.http.get("/v1/agent-events", headers=served.headers())
    assert (answer.status_code, answer.json()["code"]) == (503, "try_again")


async def test_a_stream_closes_when_the_node_stops(served: ServedGateway) -> None:
    async with stream(served) as events:
        await events.next()
        served.stopping.set()

        closed = await events.last()

    assert (closed["code"], closed["reason"]) == ("try_again", None)
