"""`firstreply replay`: a recorded history served anew, under ours and other policies."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from services.staffing.command import AtOnce, Report, Share, Within, Zone, read_zone
from services.staffing.plan import Target

PER_CENT: Final = 100
MS_PER_S: Final = 1_000

Policies: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--policy", help="Again for each, such as firstreply; see docs/replay.md."),
]
Against: TypeAlias = Annotated[
    str | None, typer.Option(help="The policy all others are held against.")
]
Away: TypeAlias = Annotated[
    float, typer.Option(min=0, max=90, help="Per cent of their time agents are silently away.")
]
Seed: TypeAlias = Annotated[int, typer.Option(help="Of what the record cannot say.")]
AssumptionsFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--assumptions", help="What people are like beyond the record, if not as pinned."),
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
    assumptions: AssumptionsFile = None,
    html: Html = None,
    report: Report = None,
    processes: Processes = None,
) -> None:
    """Serve a recorded history anew, by a staff planned for the target, under several policies."""
    from services.replaying.showing import Asked, show_replay  # noqa: PLC0415  see services/cli.py

    asked = Asked(
        file=file,
        policies=tuple(dict.fromkeys(policy or ())),
        against=against,
        target=Target(share / PER_CENT, round(within_s * MS_PER_S), 0, at_once),
        away_share=away / PER_CENT,
        zone=read_zone(time_zone),
        seed=seed,
        assumptions=assumptions,
        processes=processes,
        command=shlex.join(["firstreply", *sys.argv[1:]]),
    )
    raise typer.Exit(show_replay(asked, html, report))
