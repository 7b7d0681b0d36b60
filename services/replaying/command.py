"""`firstreply replay`: a recorded history served anew, under ours and other policies."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from services.replaying.findings import Replay
from services.replaying.page import page_of
from services.replaying.running import MS_PER_S, Prepared, Wish, prepare, run
from services.replaying.told import against_label, findings_table, lead, notes
from services.simulation.domain.policies import CLAIRVOYANT, POLICIES, ROUND_ROBIN
from services.simulation.runs import PINNED, BadAssumptionsError
from services.staffing.command import (
    SOME_ROWS_REJECTED,
    AtOnce,
    Report,
    Share,
    Within,
    Zone,
    read_zone,
)
from services.staffing.plan import Target, TargetUnreachableError
from services.staffing.recorded import UnreadableError
from services.staffing.shown import show_rejected, write_rejected
from services.terminal import console, fail

PER_CENT: Final = 100
PLAYED: Final = tuple(name for name in POLICIES if name != CLAIRVOYANT)
"""Unless others are named: ours and the peers'; the bound is asked for by name."""

Policies: TypeAlias = Annotated[
    list[str] | None, typer.Option("--policy", help=f"Again for each: {', '.join(POLICIES)}.")
]
Against: TypeAlias = Annotated[
    str | None, typer.Option(help="The policy all others are held against.")
]
Away: TypeAlias = Annotated[
    float, typer.Option(min=0, max=90, help="Per cent of their time agents are silently away.")
]
Seed: TypeAlias = Annotated[int, typer.Option(help="Of what the record cannot say.")]
AssumptionsFile: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--assumptions",
        help="What people are like, beyond the record.",
        show_default="the pinned ones",
    ),
]
Html: TypeAlias = Annotated[Path | None, typer.Option(help="A page of it for people.")]
Processes: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="How many processes; else one a processor.")
]


def replay_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recorded history.")],
    *,
    policy: Policies = None,
    against: Against = None,
    share: Share = 80.0,
    within_s: Within = 10.0,
    at_once: AtOnce = 1,
    away: Away = 0.0,
    time_zone: Zone = "UTC",
    seed: Seed = 1,
    assumptions: AssumptionsFile = PINNED,
    html: Html = None,
    report: Report = None,
    processes: Processes = None,
) -> None:
    """Serve a recorded history anew, by a staff planned for the target, under several policies."""
    policies = tuple(dict.fromkeys(policy or PLAYED))
    wish = Wish(
        file=file,
        policies=policies,
        against=_against(policies, against),
        target=Target(share / PER_CENT, round(within_s * MS_PER_S), 0, at_once),
        away_share=away / PER_CENT,
        zone=read_zone(time_zone),
        seed=seed,
        assumptions=assumptions,
        processes=processes,
        command=shlex.join(["firstreply", *sys.argv[1:]]),
    )
    try:
        prepared = prepare(wish)
        replay = _watched(prepared)
        _write(replay, prepared, html, report)
    except (UnreadableError, TargetUnreachableError, BadAssumptionsError) as problem:
        fail(f"{problem}")
    _tell(replay, prepared, html, report)
    raise typer.Exit(SOME_ROWS_REJECTED if prepared.recording.rejected else 0)


def _against(policies: Sequence[str], against: str | None) -> str:
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
