"""Serves an app on one port until told to stop; stops within seconds whatever is still open."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from shared.kit.open_files import open_files_limit, take_open_files
from shared.kit.web.guarded_http import GuardedHttp

log = structlog.get_logger()

BACKLOG = 2_048
"""Connections the kernel holds for us: a reconnect storm arrives in one second."""

STOP_GRACE_S = 2
"""How long a stop waits for answers and streams to end by themselves."""

CANCEL_GRACE_S = 0.5
"""How long what did not end by itself may take to be cancelled."""

KEEP_ALIVE_S = 20
"""How long a connection may rest between two requests. Clients give theirs up after 5 s (httpx) and
consoles answer a ping each 5 s: were it as short here, they would write into one just closed."""

_KILLED_BY = 128
"""What shells add to the number of the signal that ended a program."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Result = TypeVar("Result")


class ListenError(Exception):
    """We cannot listen there; the text is one sentence for the operator."""


class CutShortError(Exception):
    """A second signal ended the program before its stop was done; `signal` is its number."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(f"cut short by {number.name}")
        self.signal = number


class PortTakenError(ListenError):
    """Another program listens there."""


def bind_port(host: str, port: int) -> socket.socket:
    """Return a socket that listens; early callers wait in its backlog until `serve` runs.

    Raises:
        PortTakenError: another program listens there.
        ListenError: the address is not ours, or the port is not for us.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)  # bind alone succeeds beside another that does not listen yet
    except OSError as problem:
        listener.close()
        raise _listen_error(host, port, problem) from None
    listener.setblocking(False)
    return listener


def _listen_error(host: str, port: int, problem: OSError) -> ListenError:
    if problem.errno == errno.EADDRINUSE:
        sentence = "is taken by another program: stop that program, or choose another port."
        return PortTakenError(f"Port {port} on {host} {sentence}")
    if problem.errno == errno.EACCES:
        return ListenError(f"This user may not listen on port {port}: choose one above 1023.")
    return ListenError(f"Cannot listen on {host}, port {port}: {problem.strerror or problem}.")


@contextmanager
def stop_on_signals(stopping: asyncio.Event) -> Iterator[None]:
    """Set `stopping` at the first SIGINT or SIGTERM; a further one cancels the calling task.

    Enter it first of all, from the main thread's main task, and leave it last.

    Raises:
        CutShortError: a further signal came, whatever else went wrong because of it.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    cut_by: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        if stopping.is_set() and task is not None:
            cut_by.append(number)
            task.cancel()
        stopping.set()

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop, number)
    try:
        yield
    except (asyncio.CancelledError, Exception):
        if cut_by:
            raise CutShortError(cut_by[0]) from None
        raise
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


async def serve(
    app: ASGIApp,
    listener: socket.socket,
    *,
    stopping: asyncio.Event,
    ws: type[asyncio.Protocol] | None = None,
    on_ready: Callable[[], None] = lambda: None,
    trusted_proxies: tuple[str, ...] = (),
) -> None:
    """Serve until `stopping` is set, by whoever; return with the port closed and nothing running.

    Long answers watch the same event and end; what has not ended STOP_GRACE_S later is cancelled
    and its connection cut.

    Args:
        app: answers HTTP; needs no lifespan.
        listener: from `bind_port`; closed on return.
        stopping: the one switch, watched by us and by every stream.
        ws: uvicorn's protocol class for sockets; it registers in `server_state.connections` and
            answers `shutdown()`. None: there are no sockets here.
        on_ready: called once answers can be had.
        trusted_proxies: addresses whose X-Forwarded-* headers are believed.
    """
    config = uvicorn.Config(
        app,
        http=GuardedHttp,
        ws=ws or "none",
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_GRACE_S,
        reset_contextvars=True,  # else one request's log context shows in another's
    )
    server = _Server(config, stopping, on_ready)
    log.info("server.serving", open_files_max=open_files_limit())
    async with _watched(server, stopping):
        await server.serve(sockets=[listener])


_GARBAGE_AFTER = (50_000, 20, 50)
"""Python looks for cycles after 700 new objects, and through all that live at every hundredth time:
a tenth of a busy gateway's time, for next to no cycles."""


def run_main(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a program's main coroutine on uvloop, with as many open files as the system allows.

    Raises:
        SystemExit: cut short by a signal; the status is what shells say of that.
    """
    take_open_files()
    gc.set_threshold(*_GARBAGE_AFTER)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return runner.run(main)
        except CutShortError as cut:
            raise SystemExit(_KILLED_BY + cut.signal) from None


@asynccontextmanager
async def _watched(server: uvicorn.Server, stopping: asyncio.Event) -> AsyncIterator[None]:
    async def stop_when_told() -> None:
        await stopping.wait()
        server.should_exit = True

    async with asyncio.TaskGroup() as group:
        watcher = group.create_task(stop_when_told(), name="stop-watcher")
        try:
            yield
        finally:
            watcher.cancel()


class _Server(uvicorn.Server):
    """uvicorn's server, told to stop by an event instead of signals, and sure to be gone after."""

    def __init__(
        self, config: uvicorn.Config, stopping: asyncio.Event, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._on_ready = on_ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `stop_on_signals`.

        uvicorn raises them again after its stop: SIGTERM would then kill the process
        before the database is put down.
        """
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.set()
        await super().shutdown(sockets)
        # uvicorn cancels what is late but does not wait for it, nor cut its connection.
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=CANCEL_GRACE_S)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
