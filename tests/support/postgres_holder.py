"""A process that runs the embedded PostgreSQL until its input ends: made to be killed.

Run as `python -m tests.support.postgres_holder OPTIONS`, the options as JSON. It prints one JSON
line: `{"socket_dir": ..., "pid": ...}` once the server answers, or `{"refused": sentence}`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.kit.postgres import LauncherError, PostgresOptions, embedded_postgres

CHECKOUT = Path(__file__).parents[2]
NOBODY = 65534
GONE_WITHIN_S = 30


async def hold(options: PostgresOptions) -> None:
    """Run the server until standard input ends."""
    try:
        async with embedded_postgres(options) as server:
            tell({"socket_dir": str(server.socket_dir), "pid": server.pid})
            await input_ends()
    except LauncherError as error:
        tell({"refused": error.sentence, "log_tail": error.log_tail})


async def input_ends() -> None:
    """Wait without a thread: one that reads would outlast Ctrl-C."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())


def tell(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201  this line is the interface


@dataclass
class Holder:
    """The test's handle on such a process."""

    home: Path
    options: dict[str, Any] = field(default_factory=dict)
    as_nobody: bool = False
    python: str = sys.executable
    told: dict[str, Any] = field(default_factory=dict)

    def start(self) -> Holder:
        """Start the process and return at once."""
        given = json.dumps({"home": str(self.home), **self.options})
        uid = NOBODY if self.as_nobody else None
        self.process = subprocess.Popen(  # noqa: S603
            [self.python, "-m", "tests.support.postgres_holder", given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=CHECKOUT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
            user=uid,
            group=uid,
            extra_groups=[] if self.as_nobody else None,
            start_new_session=True,
        )
        return self

    def ready(self) -> Holder:
        """Wait until the server answers."""
        told = self.heard()
        assert "socket_dir" in told, told
        return self

    def refusal(self) -> str:
        """Wait until the start is refused, and return its sentence."""
        told = self.heard()
        assert "refused" in told, told
        return str(told["refused"])

    def heard(self) -> dict[str, Any]:
        if not self.told:
            line = self.process.stdout.readline()  # type: ignore[union-attr]
            assert line, self.process.stderr.read().decode()  # type: ignore[union-attr]
            self.told = json.loads(line)
        return self.told

    @property
    def dsn(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.told['socket_dir']}"

    def stop(self) -> None:
        """End the input, as a caller that is done, and wait."""
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait(GONE_WITHIN_S)
        self._close()

    def kill(self, *also: int) -> None:
        """Kill -9 these processes and this one, all before any can react to another's end."""
        for sign in (signal.SIGSTOP, signal.SIGKILL):
            for pid in (self.process.pid, *also):
                with suppress(ProcessLookupError):
                    os.kill(pid, sign)
        self.process.wait(GONE_WITHIN_S)
        self._close()

    def children(self, name: str) -> list[int]:
        """Return the pids of this process's direct children that run a program of that name."""
        return [pid for pid in children_of(self.process.pid) if program(pid) == name]

    def tree(self) -> list[int]:
        """Return the pids of all that descend from this process, parents first."""
        found, rest = [], children_of(self.process.pid)
        while rest:
            pid = rest.pop()
            found.append(pid)
            rest += children_of(pid)
        return found

    def _close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()  # type: ignore[union-attr]


@contextmanager
def holding(holder: Holder) -> Iterator[Holder]:
    """Run a holder while the block runs and leave nothing of it behind."""
    holder.start()
    try:
        yield holder
    finally:
        holder.stop()


def children_of(pid: int) -> list[int]:
    """Return the direct children of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def program(pid: int) -> str:
    """Return the name of the program a process runs."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Tell whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def main(given: str) -> None:
    values = json.loads(given)
    for name in ("home", "pg_bin"):
        if name in values:
            values[name] = Path(values[name])
    # A shell that started the tests in the background had it ignored, for all its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asyncio.run(hold(PostgresOptions(**values)))


if __name__ == "__main__":
    main(sys.argv[1])
