"""Alive and ready: the truth about each dependency, in plain words."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from shared.kernel.clock import to_datetime
from shared.kit.web.readiness import (
    CLOCK_SKEW_MAX_MS,
    NotReadyError,
    ReadinessCheck,
    assess,
    clock_skew_check,
)
from tests.support.clock import VirtualClock
from tests.unit.shared.kit.conftest import LogReader
from tests.unit.shared.kit.web.conftest import ClientFor

pytestmark = pytest.mark.usefixtures("logged")


async def well() -> str:
    return "PostgreSQL answers."


async def down() -> str:
    raise NotReadyError("PostgreSQL does not answer: is it running?")


async def broken() -> str:
    raise RuntimeError("password=s3cr3t")


async def hanging() -> str:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_process_is_alive_whatever_its_dependencies_do(client_for: ClientFor) -> None:
    answer = await client_for(checks=[ReadinessCheck("database", down)]).get("/health")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


async def test_a_process_is_ready_when_all_it_needs_is_well(client_for: ClientFor) -> None:
    answer = await client_for(checks=[ReadinessCheck("database", well)]).get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": [{"name": "database", "ok": True, "detail": "PostgreSQL answers."}],
    }


async def test_a_process_is_not_ready_when_one_thing_is_down(client_for: ClientFor) -> None:
    checks = [ReadinessCheck("bus", well), ReadinessCheck("database", down)]
    answer = await client_for(checks=checks).get("/ready")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["checks"][1] == {
        "name": "database",
        "ok": False,
        "detail": "PostgreSQL does not answer: is it running?",
    }


async def test_a_probe_that_fails_shows_nothing_of_the_inside(logged: LogReader) -> None:
    state = await assess([ReadinessCheck("database", broken)])
    assert state.checks[0].detail == "The check failed; see the log."
    assert logged()[0]["event"] == "readiness.probe_failed"


async def test_all_are_probed_at_once_and_none_for_ever() -> None:
    checks = [ReadinessCheck(name, hanging) for name in ("a", "b", "c")]
    loop = asyncio.get_running_loop()
    before = loop.time()
    state = await assess([*checks, ReadinessCheck("d", well)], timeout_s=0.05)
    assert [check.ok for check in state.checks] == [False, False, False, True]
    assert state.checks[0].detail == "No answer within 0.05 s."
    assert loop.time() - before < 3 * 0.05 + 1


class TestClockSkew:
    @pytest.mark.parametrize("off_ms", [0, CLOCK_SKEW_MAX_MS, -CLOCK_SKEW_MAX_MS])
    async def test_a_clock_that_is_near_enough_is_ready(
        self, clock: VirtualClock, off_ms: int
    ) -> None:
        assert await self.probe(clock, off_ms=off_ms) == "The clock agrees with PostgreSQL's."

    @pytest.mark.parametrize(
        ("off_ms", "words"),
        [
            (CLOCK_SKEW_MAX_MS + 1, "101 ms behind PostgreSQL's"),
            (-CLOCK_SKEW_MAX_MS - 1, "101 ms ahead of PostgreSQL's"),
        ],
    )
    async def test_a_clock_that_is_off_is_not_ready(
        self, clock: VirtualClock, off_ms: int, words: str
    ) -> None:
        with pytest.raises(NotReadyError, match=words):
            await self.probe(clock, off_ms=off_ms)

    async def test_a_slow_answer_does_not_pass_for_a_wrong_clock(self, clock: VirtualClock) -> None:
        assert await self.probe(clock, off_ms=0, takes_ms=900)

    @staticmethod
    async def probe(clock: VirtualClock, *, off_ms: int, takes_ms: int = 0) -> str:
        async def read_server_time() -> datetime:
            clock.advance(takes_ms // 2)
            server = to_datetime(clock.now() + off_ms)
            clock.advance(takes_ms // 2)
            return server

        return await clock_skew_check(read_server_time, clock).probe()
