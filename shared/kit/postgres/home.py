"""The home folder: made, locked by one process, with the server's log in it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from shared.kit.postgres.errors import LauncherError

HOME_MODE = 0o711
"""Others may pass through (the server may run as nobody) but not look around."""
PRIVATE_FOLDER = 0o700
LOCK_MODE = 0o644
PID_WRITTEN_S = 0.05
"""Who was a moment faster gets this long to write its pid, for the sentence to name it."""
LOG_LIMIT_BYTES = 10 * 1024 * 1024
"""Above this the log is put aside at the next start; one old log is kept."""
TAIL_BYTES = 8192
TAIL_LINES = 12


class HomeLock:
    """Holds a home folder for this process; the kernel lets go of it however the process ends.

    Children do not inherit it, so it tells of the Python process alone.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        self._fd: int | None = None

    def acquire(self) -> Self:
        """Take the lock, making the home folder when it is missing.

        Raises:
            LauncherError: the folder cannot be written, or another process holds it.
        """
        make_home(self.home)
        path = self.home / "lock"
        with refusal_is_a_sentence(self.home):
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, LOCK_MODE)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            give_to_owner_of(self.home, path)
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            time.sleep(PID_WRITTEN_S)
            sentence = _lock_refused(self.home, error, os.pread(fd, 32, 0))
            os.close(fd)
            raise LauncherError(sentence) from error
        self._fd = fd
        return self

    def release(self) -> None:
        """Let go; does nothing when the lock is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock now."""
        return self._fd is not None

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _lock_refused(home: Path, error: OSError, holder: bytes) -> str:
    if isinstance(error, BlockingIOError):
        pid = holder.decode(errors="replace").strip() or "unknown"
        return (
            f"Another process (pid {pid}) is already running on the home folder {home}: "
            "stop it first, or choose another home folder."
        )
    return (
        f"The home folder {home} cannot be locked ({error.strerror}): choose one on a local disk "
        "with free space."
    )


def make_home(home: Path) -> None:
    """Make the home folder when it is missing.

    Raises:
        LauncherError: it cannot be made or is not a folder.
    """
    with refusal_is_a_sentence(home):
        if not home.is_dir():
            home.mkdir(parents=True)
            home.chmod(HOME_MODE)


@contextmanager
def refusal_is_a_sentence(home: Path) -> Iterator[None]:
    """Turn the system's refusal inside the block into one sentence about the home."""
    try:
        yield
    except OSError as error:
        raise LauncherError(
            f"The home folder {home} cannot be used ({_told(error)}): make it writable for this "
            "user, or choose another home folder."
        ) from error


def _told(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"{reason}: {error.filename}" if error.filename else reason


def give_to_owner_of(home: Path, path: Path) -> None:
    """Root leaves nothing behind in a home that the home's owner could not use later."""
    if os.geteuid() == 0:
        owner = home.stat()
        with contextlib.suppress(PermissionError):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def log_path(home: Path, name: str = "postgres") -> Path:
    """Return where the log of the server, or of another child of that name, is in this home."""
    return home / "log" / f"{name}.log"


@contextmanager
def open_log(home: Path, name: str = "postgres") -> Iterator[IO[bytes]]:
    """Open a log for appending, putting a long one aside first."""
    path = log_path(home, name)
    if not path.parent.is_dir():
        path.parent.mkdir(PRIVATE_FOLDER)
        give_to_owner_of(home, path.parent)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab", buffering=0) as log:
        path.chmod(0o600)
        give_to_owner_of(home, path)
        yield log


def log_tail(path: Path) -> list[str]:
    """Return the last lines of a log, or nothing when there is none."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = log.read().decode(errors="replace")
    except OSError:
        return []
    return text.splitlines()[-TAIL_LINES:]
