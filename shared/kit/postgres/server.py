"""Runs the embedded PostgreSQL: start, wait until it answers, stop; one core, which blocks."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from shared.kit.postgres.binaries import Binaries, find_binaries
from shared.kit.postgres.data_folder import (
    DataFolder,
    find_data_folder,
    make_data_folder,
    require_major,
)
from shared.kit.postgres.errors import LauncherError
from shared.kit.postgres.guard import guarded
from shared.kit.postgres.home import HomeLock, log_path, log_tail, open_log, refusal_is_a_sentence
from shared.kit.postgres.identity import choose_identity, myself, owner_of, reacher
from shared.kit.postgres.leftovers import clear_data_folder, clear_unfinished, require_proc
from shared.kit.postgres.options import PostgresOptions
from shared.kit.postgres.probe import Answer, ask
from shared.kit.postgres.processes import Pause, kill_processes
from shared.kit.postgres.server_settings import server_arguments
from shared.kit.postgres.socket_folder import (
    connection_query,
    make_private,
    socket_folder,
    socket_path,
)
from shared.kit.postgres.spawning import Identity, spawn

READY_POLL_S = 0.01
"""A warm start answers after some 50 ms."""
QUIT_S = 5.0
"""Seconds for an immediate shutdown, which writes nothing."""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A server that runs and answers.

    Attributes:
        socket_dir: the folder of its socket: `host` for any client.
        data: its data folder.
        log: its log.
        process: its postmaster.
    """

    socket_dir: Path
    data: Path
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether the postmaster still lives."""
        return self.process.poll() is None

    def dsn(self, user: str, database: str) -> str:
        """Return the address for asyncpg and libpq."""
        return f"postgresql://{self._rest(user, database)}"

    def sqlalchemy_url(self, user: str, database: str) -> str:
        """Return the address for SQLAlchemy over asyncpg."""
        return f"postgresql+asyncpg://{self._rest(user, database)}"

    def _rest(self, user: str, database: str) -> str:
        names = f"{quote(user, safe='')}@/{quote(database, safe='')}"
        return f"{names}?{connection_query(self.socket_dir)}"


class StartAbandonedError(Exception):
    """The caller no longer wants the start that is under way."""


@contextmanager
def running_postgres(
    options: PostgresOptions,
    *,
    lock: HomeLock | None = None,
    abandoned: threading.Event | None = None,
) -> Iterator[EmbeddedPostgres]:
    """Run the server while the block runs; blocks the thread while it starts and stops.

    Args:
        options: what to run and where.
        lock: the home's lock when the caller holds it already; otherwise it is taken here.
        abandoned: set from another thread to give up a start that is under way.

    Raises:
        LauncherError: it cannot be started; nothing of it is left running.
        StartAbandonedError: `abandoned` was set before it answered.
    """
    wish = abandoned or threading.Event()

    def pause(seconds: float) -> None:
        if wish.wait(seconds):
            raise StartAbandonedError

    with ExitStack() as stack:
        if lock is None or not lock.held:
            stack.enter_context(HomeLock(options.home))
        with refusal_is_a_sentence(options.home):
            server = _start(options, stack, pause)
        yield server


def _start(options: PostgresOptions, stack: ExitStack, pause: Pause) -> EmbeddedPostgres:
    """Go from a locked home to a server that answers; leave each step's undoing on the stack."""
    require_proc()
    home = options.home.resolve()
    data = home / "pg"
    binaries = find_binaries(pg_bin=options.pg_bin, bundled_only=options.bundled_only)
    found = find_data_folder(data)
    identity = _identity(home, binaries, found)
    clear_unfinished(home, pause)
    with open_log(home) as log:
        if found is None:
            make_data_folder(
                data, binaries, identity, ephemeral=options.ephemeral, log=log, pause=pause
            )
        else:
            clear_data_folder(home, data, pause)
        make_private(data, identity)  # a copied folder may be open to others: postgres refuses it
        socket_dir = stack.enter_context(socket_folder(home, identity))
        arguments = server_arguments(
            options.settings, ephemeral=options.ephemeral, socket_dir=socket_dir
        )
        command = [binaries.program("postgres"), "-D", str(data), *arguments]
        process = spawn(identity, command, stdout=log, stderr=log)
    stack.callback(_stop, process, data, options.stop_timeout_s)
    stack.enter_context(guarded(process.pid, identity))
    server = EmbeddedPostgres(socket_dir, data, log_path(home), process)
    _await_answer(server, options.start_timeout_s, pause)
    return server


def _identity(home: Path, binaries: Binaries, found: DataFolder | None) -> Identity:
    """Choose the user, and refuse what cannot be run before anything is touched."""
    if found is not None:
        require_major(found, binaries)
    return choose_identity(
        myself(),
        data=found.owner if found is not None else None,
        home=owner_of(home),
        can_run=reacher(binaries, home),
    )


def _await_answer(server: EmbeddedPostgres, timeout_s: float, pause: Pause) -> None:
    for _ in range(int(timeout_s / READY_POLL_S)):
        if not server.running:
            raise _failed(server, f"ended with status {server.process.returncode} while starting")
        if ask(socket_path(server.socket_dir)) is Answer.READY:
            return
        pause(READY_POLL_S)
    raise _failed(server, f"did not answer within {timeout_s:g} s")


def _failed(server: EmbeddedPostgres, what: str) -> LauncherError:
    sentence = f"The embedded PostgreSQL {what}: the reason is at the end of {server.log}."
    return LauncherError(sentence, log_tail=log_tail(server.log))


def _stop(process: subprocess.Popen[bytes], data: Path, timeout_s: float) -> None:
    """Stop with a checkpoint; when that takes too long, without; then by force."""
    for sign, patience_s in (
        (signal.SIGINT, timeout_s),
        (signal.SIGQUIT, QUIT_S),
        (signal.SIGKILL, QUIT_S),
    ):
        process.send_signal(sign)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue
        break
    kill_processes(data, time.sleep)
