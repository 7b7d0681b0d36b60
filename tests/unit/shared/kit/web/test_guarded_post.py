"""Posting to an address that a stranger chose (LESSONS 28, Rocket.Chat CVE-2024-39713)."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Any

import pytest

from shared.kit.web import guarded_network as network_module, guarded_post as module
from shared.kit.web.guarded_network import AddressRefusedError, GuardedNetwork
from shared.kit.web.guarded_post import PostFailedError, PostFault, guarded_post
from tests.support.posted import Posted, Program, running_program

BODY = b'{"type":"message.created"}'


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    async with running_program() as program:
        yield program


async def fault_of(url: str, **allowed: Any) -> PostFault:
    async with guarded_post(**allowed) as post:
        with pytest.raises(PostFailedError) as failed:
            await post(url, {}, BODY)
    return failed.value.fault


class TestPost:
    async def test_a_body_arrives_as_it_is_over_one_connection(self, program: Program) -> None:
        async with guarded_post(to_this_machine=True) as post:
            for _ in range(3):
                assert await post(program.url(), {"webhook-id": "evt_1"}, BODY) == 200
        assert [(one.id, one.body) for one in program.posted] == [("evt_1", BODY.decode())] * 3

    async def test_this_machine_is_not_posted_to_unless_that_is_allowed(
        self, program: Program
    ) -> None:
        for host in ("127.0.0.1", "localhost"):
            url = f"http://{host}:{program.port}/"
            assert await fault_of(url) is PostFault.ADDRESS_REFUSED
        assert program.posted == []

    async def test_a_name_that_stands_for_a_private_address_is_not_connected_to(self) -> None:
        name = socket.gethostname()  # of this machine's own network, by the machine's own word
        for url in (f"https://{name}/", "https://2130706433/", "https://0x7f000001/"):
            assert await fault_of(url, to_this_machine=True) is PostFault.ADDRESS_REFUSED

    async def test_plain_http_is_for_this_machine_alone(self, program: Program) -> None:
        url = f"http://shop.example:{program.port}/"
        assert await fault_of(url, to_this_machine=True) is PostFault.ADDRESS_REFUSED

    async def test_a_redirect_is_an_answer_and_not_followed(self, program: Program) -> None:
        program.location = program.url("/elsewhere")

        async def answer(_: Posted) -> int:
            return 307

        program.answer = answer
        async with guarded_post(to_this_machine=True) as post:
            assert await post(program.url(), {}, BODY) == 307
        assert [one.path for one in program.posted] == ["/events"]

    async def test_nobody_there_and_nonsense_are_told_apart_from_who_is_slow(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert await fault_of("http://127.0.0.1:1/", to_this_machine=True) is PostFault.UNREACHABLE
        monkeypatch.setattr(module, "POST_WITHIN_S", 0.05)
        never = asyncio.Event()

        async def silence(_: Posted) -> int:
            await never.wait()
            return 200

        program.answer = silence
        assert await fault_of(program.url(), to_this_machine=True) is PostFault.TIMED_OUT


class TestAnswer:
    @pytest.mark.parametrize("ends", [True, False])
    async def test_a_head_is_the_answer_however_the_rest_comes(
        self, ends: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who has said 200 has the event: it is not sent again, and is no dead letter."""
        monkeypatch.setattr(module, "POST_WITHIN_S", 2.0)
        monkeypatch.setattr(module, "READ_WITHIN_S", 0.05)
        over = asyncio.Event()

        async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nha")
            await writer.drain()
            if not ends:
                await over.wait()
            writer.close()

        async with await asyncio.start_server(half, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with guarded_post(to_this_machine=True) as post:
                assert await post(f"http://127.0.0.1:{port}/", {}, BODY) == 200
            over.set()


class TestNames:
    @pytest.mark.parametrize("host", ["a..example", ".example", f"{'a' * 64}.example", "."])
    async def test_what_cannot_be_a_name_has_nobody_there(self, host: str) -> None:
        assert await fault_of(f"https://{host}/") is PostFault.UNREACHABLE

    async def test_names_that_nobody_tells_delay_no_other(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The system's look-up cannot be stopped: a few of them must not hold up all others."""
        told, asked = threading.Event(), Counter[str]()

        def look_up(host: str, port: int, **_: Any) -> list[Any]:
            asked[host] += 1
            if host.startswith("silent"):
                told.wait()
            return [(2, 1, 6, "", ("10.0.0.1", port))]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(module, "POST_WITHIN_S", 1.0)
        async with guarded_post() as post, asyncio.TaskGroup() as group:

            async def fault(host: str) -> PostFault:
                with pytest.raises(PostFailedError) as failed:
                    await post(f"https://{host}/", {}, BODY)
                return failed.value.fault

            silent = [
                group.create_task(fault(f"silent-{number % 40}.example")) for number in range(80)
            ]
            await asyncio.sleep(0)
            assert await fault("shop.example") is PostFault.ADDRESS_REFUSED
            assert {await one for one in silent} == {PostFault.TIMED_OUT}
            assert set(asked.values()) == {1}
            told.set()

    async def test_more_names_than_there_are_threads_for_come_again_later(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(network_module, "LOOK_UPS_MAX", 0)
        assert await fault_of("https://shop.example/") is PostFault.UNREACHABLE


class TestRebinding:
    async def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_looked_at(
        self, program: Program
    ) -> None:
        """The first look finds an allowed address, any other one finds the forbidden one."""
        allowed = ip_address("127.0.0.2")
        turns: list[str] = []

        async def look_up(_host: str, _port: int) -> list[str]:
            turns.append("127.0.0.2" if not turns else "127.0.0.1")
            return [turns[-1]]

        network = GuardedNetwork(lambda address: address == allowed, look_up)
        async with running_program("127.0.0.2", program.port) as meant:
            stream = await network.connect_tcp("turn.example", program.port)
            request = b"POST / HTTP/1.1\r\nwebhook-id: 1\r\ncontent-length: 2\r\n\r\n{}"
            await stream.write(request)
            assert (await stream.read(1_000)).startswith(b"HTTP/1.1 200")
            await stream.aclose()
            with pytest.raises(AddressRefusedError):
                await network.connect_tcp("turn.example", program.port)
        assert (len(meant.posted), program.posted, len(turns)) == (1, [], 2)

    async def test_one_forbidden_address_among_good_ones_is_enough(self) -> None:
        async def look_up(_host: str, _port: int) -> list[str]:
            return ["93.184.216.34", "10.0.0.1"]

        network = GuardedNetwork(lambda address: address.is_global, look_up)
        with pytest.raises(AddressRefusedError):
            await network.connect_tcp("both.example", 443)
