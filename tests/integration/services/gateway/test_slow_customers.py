"""Customers who take nothing of what they are sent: cut off alone, told why."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest
from prometheus_client import REGISTRY
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from services.gateway.api.chat_connection import OUT_MAX
from services.gateway.api.chat_socket import FRAGMENTS_MAX, OUT_LAST
from shared.contracts.frames import CloseCode
from shared.kernel.ids import IdKind, decode
from tests.support.chat_client import last_words, raw_chat
from tests.support.patience import WAIT_S
from tests.support.running_gateway import ServedGateway

PING_BYTES = 125
PINGS_AT_ONCE = 100
BUFFERED = 4_000
"""Pongs that the kernels on the way hold, besides what the server does."""


class TestSlowCustomers:
    async def test_a_customer_who_reads_nothing_is_cut_off_alone(
        self, served: ServedGateway
    ) -> None:
        """LESSONS 14: the others go on, and the slow one resumes without loss."""
        async with (
            served.customer() as customer,
            raw_chat(served.chat_url, receive_buffer=65_536) as slow,
        ):
            await slow.send(json.dumps({"type": "hello", "site_key": served.stores.site.key}))
            await slow.recv()
            await slow.send(json.dumps({"type": "send", "client_id": "m1", "text": "Hello?"}))
            ack = json.loads(await slow.recv())
            before = cut_off()
            slow.transport.pause_reading()
            async with asyncio.TaskGroup() as group:
                for number in range(70):
                    group.create_task(answer(served, ack["conversation_id"], f"a{number}"))
            assert (await customer.say("Still here"))["seq"] == 1
            await served.router.until(lambda: cut_off() > before)
            slow.transport.resume_reading()
            frame, code = await last_words(slow)

        assert (frame["code"], code) == ("slow_consumer", CloseCode.SLOW_CONSUMER)

    async def test_a_customer_who_pings_and_reads_nothing_is_cut_off_and_told_why(
        self, served: ServedGateway
    ) -> None:
        before = cut_off()
        async with raw_chat(served.chat_url, receive_buffer=65_536) as slow:
            slow.transport.pause_reading()
            await flood(slow, pings=OUT_MAX // PING_BYTES + BUFFERED)
            await served.router.until(lambda: cut_off() > before)  # the kernel holds some of it yet
            slow.transport.resume_reading()
            frame, code = await last_words(slow)

        assert (frame["code"], code) == ("slow_consumer", CloseCode.SLOW_CONSUMER)

    async def test_a_customer_who_never_stops_pinging_does_not_grow_the_server(
        self, served: ServedGateway
    ) -> None:
        async with raw_chat(served.chat_url, receive_buffer=65_536) as slow:
            slow.transport.pause_reading()
            with pytest.raises(ConnectionError):
                await flood(slow, pings=OUT_LAST // PING_BYTES + 64 * BUFFERED)

    async def test_a_message_in_too_many_fragments_closes_with_1009(
        self, served: ServedGateway
    ) -> None:
        async with raw_chat(served.chat_url) as socket:
            with suppress(ConnectionClosed):
                await socket.send([""] * FRAGMENTS_MAX + ["", ""])
            _, code = await last_words(socket)

        assert code == CloseCode.FRAME_TOO_LARGE


def cut_off() -> float:
    """Return how many slow customers were cut off in this process."""
    labels = {"code": CloseCode.SLOW_CONSUMER.name.lower()}
    return REGISTRY.get_sample_value("firstreply_chat_closed_total", labels) or 0.0


async def flood(socket: ClientConnection, pings: int) -> None:
    """Send pings of the greatest size past the client library, which would wait for answers."""
    ping = Frame(Opcode.PING, b"x" * 125).serialize(mask=True)
    raw = socket.transport.get_extra_info("socket").dup()
    raw.setblocking(False)
    try:
        for _ in range(0, pings, PINGS_AT_ONCE):
            async with asyncio.timeout(WAIT_S):
                await asyncio.get_running_loop().sock_sendall(raw, ping * PINGS_AT_ONCE)
    finally:
        raw.close()


async def answer(served: ServedGateway, conversation_id: str, key: str) -> None:
    """Have an agent write a message of the greatest length."""
    grant = served.grant(decode(IdKind.CONVERSATION, conversation_id))
    response = await served.http.post(
        f"/v1/conversations/{conversation_id}/items",
        json={"text": "😀" * 5_000, "grant": grant},
        headers={**served.headers(), "Idempotency-Key": key},
    )
    assert response.status_code == 201
