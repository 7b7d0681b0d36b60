"""Replays as people see it: progress, a table, a page; knows no command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from services.replaying.findings import Replay
from services.replaying.page import page_of
from services.replaying.running import Prepared, Wish, prepare, run
from services.replaying.told import against_label, findings_table, lead, notes
from services.simulation.domain.policies import CLAIRVOYANT, POLICIES, ROUND_ROBIN
from services.simulation.runs import PINNED, BadAssumptionsError
from services.staffing.command import SOME_ROWS_REJECTED
from services.staffing.plan import Target, TargetUnreachableError
from services.staffing.recorded import UnreadableError
from services.staffing.shown import show_rejected, write_rejected
from services.terminal import console, fail

PLAYED: Final = tuple(name for name in POLICIES if name != CLAIRVOYANT)
"""Unless others are named: ours and the peers'; the bound is asked for by name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: no policies are all but the bound, no assumptions are the pinned."""

    file: Path
    policies: tuple[str, ...]
    against: str | None
    target: Target
    away_share: float
    zone: tzinfo
    seed: int
    assumptions: Path | None
    processes: int | None
    command: str


def show_replay(asked: Asked, html: Path | None, report: Path | None) -> int:
    """Replay and tell; return the code a script is told. What cannot be done ends the command."""
    try:
        prepared = prepare(_wish(asked))
        replay = _watched(prepared)
        _write(replay, prepared, html, report)
    except (UnreadableError, TargetUnreachableError, BadAssumptionsError) as problem:
        fail(f"{problem}")
    _tell(replay, prepared, html, report)
    return SOME_ROWS_REJECTED if prepared.recording.rejected else 0


def _wish(asked: Asked) -> Wish:
    policies = asked.policies or PLAYED
    return Wish(
        file=asked.file,
        policies=policies,
        against=_against(policies, asked.against),
        target=asked.target,
        away_share=asked.away_share,
        zone=asked.zone,
        seed=asked.seed,
        assumptions=asked.assumptions or PINNED,
        processes=asked.processes,
        command=asked.command,
    )


def _against(policies: tuple[str, ...], against: str | None) -> str:
    for name in policies:
        if name not in POLICIES:
            fail(f"There is no policy {name!r}: there are {', '.join(POLICIES)}.")
    if against is not None and against not in policies:
        fail(f"{against!r} is not among the policies that are played: {', '.join(policies)}.")
    return against or (ROUND_ROBIN if ROUND_ROBIN in policies else policies[0])


def _watched(prepared: Prepared) -> Replay:
    columns = (TextColumn("Playing days"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        playing = progress.add_task("", total=prepared.plays)
        return run(prepared, lambda: progress.advance(playing))


def _write(replay: Replay, prepared: Prepared, html: Path | None, report: Path | None) -> None:
    try:
        if html is not None:
            html.write_text(page_of(replay), encoding="utf-8")
        if report is not None:
            write_rejected(prepared.recording.rejected, report)
    except OSError as problem:
        raise UnreadableError(
            f"{problem.filename} cannot be written: {problem.strerror}."
        ) from None


def _tell(replay: Replay, prepared: Prepared, html: Path | None, report: Path | None) -> None:
    show_rejected(prepared.recording.rejected, report, console)
    console.print(Text(lead(replay)), soft_wrap=True)
    console.print(findings_table(replay))
    said = f"Points: above {against_label(replay).lower()}, on the same days."
    console.print(Text(said), soft_wrap=True)
    for note in notes(replay):
        console.print(Text(note, style="dim"), soft_wrap=True)
    if html is not None:
        console.print(Text(f"The picture is in {html}"), soft_wrap=True)
