"""The server on a real port: it starts once, stops within seconds, and outlasts rude clients."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys

import httpx
import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from shared.kit.open_files import OPEN_FILES_MAX
from shared.kit.web.server import (
    CANCEL_GRACE_S,
    STOP_GRACE_S,
    CutShortError,
    ListenError,
    PortTakenError,
    bind_port,
    run_main,
    stop_on_signals,
)
from tests.support.patience import WAIT_S
from tests.support.web_server import HOST, connection, read_to_end, running

PING_EVERY_S = 5.0
"""Of agents' event streams, `services/gateway/domain/pulse.py`."""
SLACK_S = 2.0
"""For a busy machine; a hang would be for ever."""


def assert_closed(port: int) -> None:
    with socket.socket() as probe:
        assert probe.connect_ex((HOST, port)) != 0


class TestBind:
    def test_a_port_another_program_has_is_named_in_one_sentence(self) -> None:
        with bind_port(HOST, 0) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(PortTakenError, match=f"^Port {port} on 127.0.0.1 is taken by"):
                bind_port(HOST, port)

    def test_an_address_of_another_machine_is_refused_in_one_sentence(self) -> None:
        with pytest.raises(ListenError, match=r"^Cannot listen on 192\.0\.2\.1, port 0: "):
            bind_port("192.0.2.1", 0)

    def test_a_caller_who_comes_before_the_server_waits_for_it(self) -> None:
        with bind_port(HOST, 0) as listener, socket.socket() as early:
            assert early.connect_ex(listener.getsockname()) == 0


class TestRest:
    async def test_a_connection_that_rested_for_a_pings_time_still_answers(self) -> None:
        """A console answers a ping each 5 s: a connection closed just then would lose it."""
        question = f"GET /health HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
        async with running(asyncio.Event()) as port, connection(port) as (reader, writer):
            for pause_s in (0.0, PING_EVERY_S + 0.5):
                await asyncio.sleep(pause_s)
                writer.write(question)
                answer = await reader.readuntil(b"\r\n\r\n")
                assert answer.startswith(b"HTTP/1.1 200")
                length = int(answer.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                await reader.readexactly(length)


class TestStop:
    async def test_a_stream_that_watches_the_stop_ends_by_itself(self) -> None:
        stopping, loop = asyncio.Event(), asyncio.get_running_loop()
        async with (
            running(stopping) as port,
            httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=WAIT_S) as client,
            client.stream("GET", "/polite") as answer,
        ):
            lines = answer.aiter_lines()
            assert await anext(lines) == "event: snapshot"
            told_at = loop.time()
            stopping.set()
            assert ": bye" in [line async for line in lines]
        assert loop.time() - told_at < STOP_GRACE_S
        assert_closed(port)

    async def test_a_stream_that_does_not_is_cut_in_time(self) -> None:
        stopping, loop = asyncio.Event(), asyncio.get_running_loop()
        async with (
            running(stopping) as port,
            httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=WAIT_S) as client,
            client.stream("GET", "/rude") as answer,
        ):
            lines = answer.aiter_lines()
            assert await anext(lines) == "event: snapshot"
            told_at = loop.time()
            stopping.set()
            with pytest.raises(httpx.RemoteProtocolError):
                _ = [line async for line in lines]
        assert loop.time() - told_at < STOP_GRACE_S + CANCEL_GRACE_S + SLACK_S
        assert_closed(port)

    async def test_a_socket_that_will_not_close_is_cut_in_time(self) -> None:
        stopping = asyncio.Event()
        async with (
            running(stopping, ws=StubbornSocket) as port,
            connection(port) as (reader, writer),
        ):
            writer.write(
                b"GET /v1/chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                b"Upgrade: websocket\r\n\r\n"
            )
            assert await reader.readexactly(2) == b"hi"
            stopping.set()
            assert await read_to_end(reader) == b""
        assert_closed(port)

    async def test_a_server_told_before_it_started_does_not_stay(self) -> None:
        stopping = asyncio.Event()
        stopping.set()
        async with running(stopping) as port:
            pass
        assert_closed(port)


class TestSignals:
    @pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
    async def test_the_first_signal_stops_and_the_second_cuts_short(
        self, second: signal.Signals
    ) -> None:
        stopping = asyncio.Event()

        async def main() -> None:
            with stop_on_signals(stopping):
                os.kill(os.getpid(), signal.SIGTERM)
                await stopping.wait()
                os.kill(os.getpid(), second)
                await asyncio.Event().wait()

        with pytest.raises(CutShortError) as cut:
            await main()
        assert cut.value.signal is second

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_program_that_is_cut_short_says_nothing_and_has_the_status_of_shells(
        self, number: signal.Signals
    ) -> None:
        script = TWICE.format(number=number.value)
        ended = subprocess.run(  # noqa: S603  our own script
            [sys.executable, "-c", script], capture_output=True, check=False, timeout=30
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (128 + number, b"", b"")


TWICE = """
import asyncio, os
from shared.kit.web.server import run_main, stop_on_signals

async def main():
    with stop_on_signals(asyncio.Event()):
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.Event().wait())
            for _ in range(2):
                os.kill(os.getpid(), {number})
            await asyncio.sleep(60)

run_main(main())
"""


def test_a_program_takes_as_many_open_files_as_it_may_have() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    ended = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", FEW_FILES], capture_output=True, check=True, timeout=30, text=True
    )
    assert int(ended.stdout) == (OPEN_FILES_MAX if most == resource.RLIM_INFINITY else most)


FEW_FILES = """
import asyncio, resource
from shared.kit.open_files import open_files_limit
from shared.kit.web.server import run_main

async def main():
    print(open_files_limit())

hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
run_main(main())
"""


class StubbornSocket(asyncio.Protocol):
    """A socket protocol that says hi and ignores the stop."""

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, object]
    ) -> None:
        self.connections: set[object] = server_state.connections  # type: ignore[assignment]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        self.connections.add(self)
        transport.write(b"hi")

    def connection_lost(self, exc: Exception | None) -> None:
        self.connections.discard(self)

    def shutdown(self) -> None:
        pass


def test_a_program_runs_on_uvloop_and_hands_back_its_result() -> None:
    async def main() -> str:
        return type(asyncio.get_running_loop()).__module__

    assert run_main(main()) == "uvloop"
    assert "uvloop" in sys.modules
