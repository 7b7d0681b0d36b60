"""Passwords as argon2id hashes, made beside the event loop; knows no user."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.kernel.clock import Millis
from shared.kernel.errors import ErrorCode, RefusedError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's least argon2id setting (19 MiB, two passes): some 30 ms of one core a sign-in."""

_WORKERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
"""At most two at once: a storm of sign-ins must leave the event loop a core and memory."""


WAITING_MAX = 64
"""Passwords at work or waiting: a second's worth. Who comes behind them is told to come again."""
RETRY_AFTER_MS: Millis = 1_000

Answer = TypeVar("Answer")


async def hash_password(password: str) -> str:
    """Return the hash to keep; a fresh salt makes each one different.

    Raises:
        RefusedError: TRY_AGAIN, too many wait.
    """
    return await _QUEUE.work(_hash, password)


async def verify_password(password: str, stored: str | None) -> bool:
    """Say whether the password is the one that was hashed.

    Pass None when there is no such user: that takes as long, so time tells nobody who exists.

    Raises:
        RefusedError: TRY_AGAIN, too many wait.
    """
    return await _QUEUE.work(_verify, password, stored)


class _Queue:
    """Counts who waits for a worker; executors themselves take any number."""

    def __init__(self) -> None:
        self._waiting = 0

    async def work(self, job: Callable[..., Answer], *args: object) -> Answer:
        if self._waiting >= WAITING_MAX:
            raise RefusedError(
                ErrorCode.TRY_AGAIN,
                "Too many sign in at this moment: try again.",
                retry_after_ms=RETRY_AFTER_MS,
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(_WORKERS, job, *args)
        finally:
            self._waiting -= 1


_QUEUE = _Queue()


def _hash(password: str) -> str:
    return _HASHER.hash(_normal(password))


def _verify(password: str, stored: str | None) -> bool:
    try:
        _HASHER.verify(stored or _nobody(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _nobody() -> str:
    """Hash something nobody types, by the same setting."""
    return _hash("\x00")


def _normal(password: str) -> bytes:
    # Keyboards differ in how they compose accents; NIST SP 800-63B, 3.1.1.2 names this form.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
