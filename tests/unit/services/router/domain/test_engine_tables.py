"""Whatever an engine may be told, or may have to do in time, has its place in a table."""

from __future__ import annotations

from typing import get_args

from services.router.domain.commands import Command
from services.router.domain.engine import ALARMS, HANDLERS
from services.router.domain.timers import TimerKind


def test_every_command_has_a_handler() -> None:
    assert set(HANDLERS) == set(get_args(Command))


def test_every_timer_does_something_when_it_has_run_out() -> None:
    assert set(ALARMS) == set(TimerKind)
