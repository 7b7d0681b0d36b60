"""Whether a process should get work: what it depends on, asked now, told in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from pydantic import BaseModel, ConfigDict

from shared.kernel.clock import Clock, Millis, from_datetime
from shared.kernel.errors import RefusedError

log = structlog.get_logger()

PROBE_TIMEOUT_S = 2.0
"""A dependency that takes longer is not one to build ten-second promises on."""

CLOCK_SKEW_MAX_MS: Millis = 100
"""DESIGN section 5: a node further off PostgreSQL's clock is not ready."""


class NotReadyError(Exception):
    """A probe's own sentence on what is missing; shown to whoever asks."""


@dataclass(frozen=True, slots=True)
class ReadinessCheck:
    """One dependency.

    `probe` returns a sentence when it is well and raises NotReadyError, or RefusedError, with one
    when it is not; anything else it raises is shown only as "failed" and logged.
    """

    name: str
    probe: Callable[[], Awaitable[str]]


class CheckResult(BaseModel):
    """How one dependency is."""

    model_config = ConfigDict(frozen=True)

    name: str
    ok: bool
    detail: str


class Readiness(BaseModel):
    """How all of them are; ready only when each is."""

    model_config = ConfigDict(frozen=True)

    ready: bool
    checks: tuple[CheckResult, ...]


async def assess(
    checks: Sequence[ReadinessCheck], *, timeout_s: float = PROBE_TIMEOUT_S
) -> Readiness:
    """Probe all at once, each for at most timeout_s seconds."""
    results = await asyncio.gather(*(_result(check, timeout_s) for check in checks))
    return Readiness(ready=all(result.ok for result in results), checks=tuple(results))


async def _result(check: ReadinessCheck, timeout_s: float) -> CheckResult:
    try:
        async with asyncio.timeout(timeout_s):
            detail = await check.probe()
    except NotReadyError as problem:
        return CheckResult(name=check.name, ok=False, detail=str(problem))
    except RefusedError as refusal:
        return CheckResult(name=check.name, ok=False, detail=refusal.detail)
    except TimeoutError:
        detail = f"No answer within {timeout_s:g} s."
        return CheckResult(name=check.name, ok=False, detail=detail)
    except Exception:  # the edge of a probe: its fault is an answer here, not a failure of ours
        log.exception("readiness.probe_failed", check=check.name)
        return CheckResult(name=check.name, ok=False, detail="The check failed; see the log.")
    return CheckResult(name=check.name, ok=True, detail=detail)


def clock_skew_check(
    read_server_time: Callable[[], Awaitable[datetime]], clock: Clock
) -> ReadinessCheck:
    """Return a check that our clock agrees with PostgreSQL's to CLOCK_SKEW_MAX_MS.

    Args:
        read_server_time: answers `select clock_timestamp()`.
        clock: ours.
    """

    async def probe() -> str:
        before = clock.now()
        server = from_datetime(await read_server_time())
        after = clock.now()
        return _skew_sentence(_certain_skew_ms(before, server, after))

    return ReadinessCheck("clock", probe)


def _certain_skew_ms(before: int, server: int, after: int) -> Millis:
    """Return how far the server's instant lies outside the span in which it was read.

    A slow answer widens the span; it must not pass for a wrong clock.
    """
    if server > after:
        return server - after
    return min(0, server - before)


def _skew_sentence(skew_ms: Millis) -> str:
    if abs(skew_ms) > CLOCK_SKEW_MAX_MS:
        side = "behind" if skew_ms > 0 else "ahead of"
        raise NotReadyError(
            f"This machine's clock is {abs(skew_ms)} ms {side} PostgreSQL's; "
            f"at most {CLOCK_SKEW_MAX_MS} ms is allowed. Synchronise the clocks (NTP)."
        )
    return "The clock agrees with PostgreSQL's."
