"""`firstreply simulate`: drawn days, served by this engine and by the peers' policies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from services.administration.policies import read_policy_file
from services.router.domain.policy import Policy
from services.simulation.domain.day import make_day
from services.simulation.domain.figures import Figures
from services.simulation.domain.policies import POLICIES, SHIPPED, policy_with
from services.simulation.findings import Simulated, findings_of, mean_bounds
from services.simulation.picture import page_of
from services.simulation.runs import (
    PINNED,
    BadAssumptionsError,
    Pinned,
    Run,
    bound_all,
    play_all,
    read_assumptions,
)
from services.simulation.told import lead, notes, table_of
from services.terminal import console, fail

DAYS: Final = 4
LOAD: Final = 0.8

Policies: TypeAlias = Annotated[
    list[str] | None, typer.Option("--policy", help=f"Again for each: {', '.join(POLICIES)}.")
]
Days: TypeAlias = Annotated[int, typer.Option(min=1, max=1_000, help="How many days.")]
Load: TypeAlias = Annotated[
    float, typer.Option(min=0.01, max=3.0, help="Work that comes, of what the agents can hold.")
]
Seed: TypeAlias = Annotated[int, typer.Option(help="Of the first day; the next has the next.")]
AssumptionsFile: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--assumptions", help="What the shop and its people are like (TOML).", show_default="pinned"
    ),
]
Html: TypeAlias = Annotated[Path | None, typer.Option(help="A page of it for people.")]
FiguresFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--figures", help="A shop's policy file: this engine goes by its figures."),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Only JSON on the output.")]
Processes: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="How many processes; else one a processor.")
]


def simulate_command(
    *,
    days: Days = DAYS,
    load: Load = LOAD,
    seed: Seed = 1,
    policy: Policies = None,
    assumptions: AssumptionsFile = PINNED,
    figures: FiguresFile = None,
    html: Html = None,
    as_json: AsJson = False,
    processes: Processes = None,
) -> None:
    """Play days of a made-up shop under several policies, and compare them in pairs."""
    policies = tuple(dict.fromkeys(policy or POLICIES))
    for name in policies:
        if name not in POLICIES:
            fail(f"There is no policy {name!r}: there are {', '.join(POLICIES)}.")
    try:
        pinned = read_assumptions(assumptions)
    except BadAssumptionsError as problem:
        fail(f"{problem}")
    shop = SHIPPED if figures is None else policy_with(read_policy_file(figures))
    screen = Console(quiet=True) if as_json else console
    drawn = range(seed, seed + days)
    simulated = _simulate(
        pinned, policies, drawn, load, shop=shop, screen=screen, processes=processes
    )
    _write(simulated, html)
    _tell(simulated, html, as_json=as_json)


def _simulate(
    pinned: Pinned,
    policies: Sequence[str],
    seeds: range,
    load: float,
    *,
    shop: Policy,
    screen: Console,
    processes: int | None,
) -> Simulated:
    assumptions = pinned.assumptions
    runs = [Run(policy, seed, load) for policy in policies for seed in seeds]
    each_day = [Run(policies[0], seed, load) for seed in seeds]
    columns = (TextColumn("Playing days"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen) as progress:
        playing = progress.add_task("", total=len(runs) + len(each_day))

        def watch() -> None:
            progress.advance(playing)

        figures = play_all(runs, assumptions, policy=shop, processes=processes, watch=watch)
        bounds = bound_all(each_day, assumptions, processes=processes, watch=watch)
    infinite, erlang_a = mean_bounds(bounds)
    return Simulated(
        days=len(seeds),
        load=load,
        seed=seeds.start,
        customers=sum(one.visits for one in figures[: len(seeds)]),
        agents=len(make_day(assumptions, seeds.start, load).workers),
        sha256=pinned.sha256,
        findings=findings_of(_by_policy(policies, figures)),
        infinite_capacity=infinite,
        erlang_a=erlang_a,
        figures=dict(shop.own),
    )


def _by_policy(policies: Sequence[str], figures: Sequence[Figures]) -> dict[str, Sequence[Figures]]:
    days = len(figures) // len(policies)
    return {name: figures[at * days : (at + 1) * days] for at, name in enumerate(policies)}


def _write(simulated: Simulated, html: Path | None) -> None:
    if html is None:
        return
    try:
        html.write_text(page_of(simulated), encoding="utf-8")
    except OSError as problem:
        fail(f"{html} cannot be written: {problem.strerror}.")


def _tell(simulated: Simulated, html: Path | None, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(simulated)))
        return
    console.print(Text(lead(simulated)), soft_wrap=True)
    console.print(table_of(simulated))
    for note in notes(simulated):
        console.print(Text(note, style="dim"), soft_wrap=True)
    if html is not None:
        console.print(Text(f"A page of it: {html}"), soft_wrap=True)
