"""The transcripts of docs/protocol/transcripts, played against a real gateway."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.kit.bus.in_process import InProcessBus
from shared.kit.system_clock import SystemClock
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import served_gateway, standing_in
from tests.support.transcript_player import Player
from tests.support.transcript_stage import MovableClock, Stage
from tests.support.transcripts import Transcript, Values, all_transcripts, read_transcript

LIMITS = {"sends_burst", "sends_per_s"}


@pytest.mark.parametrize("transcript", [*all_transcripts()], ids=lambda one: one.name)
async def test_the_gateway_says_what_a_transcript_tells(
    database: TestDatabase, transcript: Transcript
) -> None:
    """LESSONS 12, 13, 14, 18, 25, 27, 30, 31, 32: see the first line of each file."""
    clock = MovableClock(SystemClock())
    limits = {name: value for name, value in transcript.given.items() if name in LIMITS}
    async with (
        InProcessBus() as bus,
        standing_in(bus) as router,
        served_gateway(database, bus, router, clock=clock, **limits) as served,
    ):
        stage = Stage(served, database, clock, Values())
        try:
            await stage.prepare(transcript.given)
            await Player(transcript, stage).play()
        finally:
            await stage.close()


@pytest.mark.parametrize("line", ['{"who": "page", "dances": true}', '{"who": "nobody"}'])
def test_a_line_that_nobody_can_play_is_an_error(tmp_path: Path, line: str) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('{"situation": "Odd", "proves": "Nothing."}\n' + line)

    with pytest.raises(ValueError, match="nobody can play"):
        read_transcript(path)
