"""One process of the cluster: started, watched, started again when it dies, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from shared.kit.postgres.guard import guarded
from shared.kit.postgres.home import log_path, log_tail, open_log
from shared.kit.postgres.spawning import Identity

READY_WITHIN_S = 60.0
"""For the first start: nearly all of it is the interpreter's, on a busy machine."""
LOOK_S = 0.05
STOP_WITHIN_S = 10.0
"""A service takes 2.5 s for what is open and 5 s for the requests it has taken off the bus."""
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 10.0
RAN_WELL_S = 30.0
"""Who lived that long is started again at once; who did not, after twice the pause before."""

Tell: TypeAlias = Callable[[str], None]
"""Told one line for the operator."""


class ClusterError(Exception):
    """The cluster cannot be started or kept; the text is for the operator."""


@dataclass(frozen=True)
class Program:
    """What one process is.

    Attributes:
        name: as the operator calls it, and its log.
        command: what is run, in the home folder.
        environment: all it gets beside the system's own.
        is_ready: asks whether it answers.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    is_ready: Callable[[], Awaitable[bool]]


class Child:
    """The process that runs a program now, and the ones before it."""

    def __init__(
        self, program: Program, home: Path, tell: Tell, changed: Callable[[], None]
    ) -> None:
        """Take what is needed; nothing runs yet.

        Args:
            program: what to run.
            home: the installation's folder.
            tell: told when it died and is started again.
            changed: called after every start.
        """
        self.name = program.name
        self._program = program
        self._home = home
        self._tell = tell
        self._changed = changed
        self._process: Process | None = None
        self._was_ready = False
        self._stopping = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        return self._process.pid if self._process is not None else None

    async def keep(self) -> None:
        """Run the program until it is stopped, or could not be started the first time."""
        pauses = growing_pauses()
        while not self._stopping.is_set():
            began = asyncio.get_running_loop().time()
            code = await self._run()
            if self._stopping.is_set() or not self._was_ready:
                return
            if asyncio.get_running_loop().time() - began > RAN_WELL_S:
                pauses = growing_pauses()
            self._tell(f"{self.name} ended by itself ({_how(code)}): starting it again.")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), next(pauses))

    async def until_ready(self) -> None:
        """Return when the program answers for the first time.

        Raises:
            ClusterError: it ended, or did not answer in time.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN_S):
                while not await self._program.is_ready():
                    if self._process is not None and self._process.returncode is not None:
                        raise self._refusal(f"ended ({_how(self._process.returncode)})")
                    await asyncio.sleep(LOOK_S)
                self._was_ready = True
                return
        raise self._refusal(f"did not answer within {READY_WITHIN_S:g} s")

    def ask_to_stop(self) -> None:
        """Send SIGTERM, and let nothing start it again."""
        self._stopping.set()
        self._signal(signal.SIGTERM)

    async def stop(self) -> None:
        """Return when it is gone: by itself, or by force after STOP_WITHIN_S."""
        self.ask_to_stop()
        if self._process is None:
            return
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_WITHIN_S):
                    await self._process.wait()
        finally:
            self._signal(signal.SIGKILL)

    async def _run(self) -> int:
        with open_log(self._home, self.name) as log:
            self._process = process = await asyncio.create_subprocess_exec(
                *self._program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._home,
                env={**_environment(), **self._program.environment},
                start_new_session=True,  # Ctrl-C is for us: we stop them in their order
            )
        try:
            with guarded(process.pid, Identity(os.getuid(), os.getgid()), "TERM"):
                self._changed()
                return await process.wait()
        finally:
            self._signal(signal.SIGKILL)

    def _signal(self, sign: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(sign)

    def _refusal(self, what: str) -> ClusterError:
        path = log_path(self._home, self.name)
        sentence = f"{self.name} {what}: the reason is at the end of {path}."
        return ClusterError("\n  ".join([sentence, *log_tail(path)]))


@asynccontextmanager
async def kept(group: asyncio.TaskGroup, *children: Child) -> AsyncIterator[None]:
    """Keep children running while the block runs, from the first answer of each on.

    Raises:
        ClusterError: one cannot be started.
    """
    keepers = [group.create_task(child.keep(), name=f"keep.{child.name}") for child in children]
    try:
        for child in children:
            await child.until_ready()
        yield
    finally:
        for child in children:
            child.ask_to_stop()
        for child in children:
            await child.stop()
        await asyncio.gather(*keepers)


def _environment() -> dict[str, str]:
    """Return our own without the way to the database's administrator: nobody needs it there."""
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}


def growing_pauses() -> Iterator[float]:
    """Return the seconds to wait before each further start: twice the last, up to a limit."""
    pause_s = FIRST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"status {code}"
