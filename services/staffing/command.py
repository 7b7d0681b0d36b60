"""`firstreply staff`: how many agents each half hour needs, and what one more would bring."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.text import Text

from services.staffing.demand import Day, typical_days
from services.staffing.forecast import Forecast
from services.staffing.patience import ENDLESS, Patience, estimate, exponential
from services.staffing.plan import Gain, Plan, Planner, Target, TargetUnreachableError
from services.staffing.reading import read_history_or_forecast
from services.staffing.recorded import Recording, UnreadableError
from services.staffing.shown import (
    gains_table,
    plans_table,
    plans_title,
    show_rejected,
    write_plans,
    write_rejected,
)
from services.terminal import console, fail, finite

MS_PER_S: Final = 1_000
SOME_ROWS_REJECTED: Final = 3
"""What a script is told, as by the imports."""

HistoryArgument: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", help="A recorded history, or a forecast.")
]
Share: TypeAlias = Annotated[
    float, typer.Option(min=1, max=99.9, help="Per cent of customers to be answered in time.")
]
Within: TypeAlias = Annotated[
    float, typer.Option(min=0.1, callback=finite, help="Seconds that are in time.")
]
Notice: TypeAlias = Annotated[
    float,
    typer.Option(
        min=0, callback=finite, help="Seconds a human takes to notice and take what is offered."
    ),
]
AtOnce: TypeAlias = Annotated[
    int, typer.Option(min=1, help="Contacts one agent holds at once: 1 call, several chats.")
]
Zone: TypeAlias = Annotated[str, typer.Option(help="Whose half hours, such as Europe/Berlin.")]
Report: TypeAlias = Annotated[
    Path | None, typer.Option(help="A CSV that all rejected rows are written to.")
]


def staff_command(
    file: HistoryArgument,
    *,
    share: Share = 80.0,
    within_s: Within = 10.0,
    notice_s: Notice = 1.5,
    at_once: AtOnce = 1,
    patience_s: Annotated[
        float | None,
        typer.Option(min=1, callback=finite, help="Mean patience, where the file tells of none."),
    ] = None,
    time_zone: Zone = "UTC",
    out: Annotated[Path | None, typer.Option(help="A CSV that the plan is written to.")] = None,
    report: Report = None,
) -> None:
    """Say how many agents each half hour needs for the target, and where one more brings most."""
    target = Target(share / 100, _ms(within_s), _ms(notice_s), at_once)
    zone = read_zone(time_zone)
    try:
        found = read_history_or_forecast(file)
        days = found.days if isinstance(found, Forecast) else typical_days(found.contacts, zone)
        planner = Planner(target, _patience(found, patience_s))
        plans = [planner.plan(day) for day in days]
        _write(plans, found, out, report)
    except (UnreadableError, TargetUnreachableError) as problem:
        fail(f"{problem}")
    _tell_history(found, days)
    show_rejected(found.rejected, report, console)
    console.print(plans_title(target), soft_wrap=True)
    console.print(plans_table(plans))
    gains = sorted((gain for plan in plans for gain in planner.gains(plan)), key=_most_first)
    console.print(gains_table(gains))
    raise typer.Exit(SOME_ROWS_REJECTED if found.rejected else 0)


def read_zone(name: str) -> ZoneInfo:
    """Return a time zone, or end the command."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail(f"There is no time zone {name!r}: name one such as Europe/Berlin.")


def _ms(seconds: float) -> int:
    return round(seconds * MS_PER_S)


def _patience(found: Recording | Forecast, given_s: float | None) -> Patience:
    if given_s is not None:
        return exponential(given_s * MS_PER_S)
    return estimate(found.contacts) if isinstance(found, Recording) else ENDLESS


def _most_first(gain: Gain) -> float:
    return -gain.more_in_time


def _write(
    plans: Sequence[Plan], found: Recording | Forecast, out: Path | None, report: Path | None
) -> None:
    try:
        if out is not None:
            write_plans(plans, out)
        if report is not None:
            write_rejected(found.rejected, report)
    except OSError as problem:
        raise UnreadableError(
            f"{problem.filename} cannot be written: {problem.strerror}."
        ) from None


def _tell_history(found: Recording | Forecast, days: Sequence[Day]) -> None:
    if isinstance(found, Forecast):
        contacts = sum(day.arrivals for day in days)
        console.print(f"A forecast of {len(days)} days with {contacts:,.0f} contacts.")
        return
    left = sum(one.left for one in found.contacts)
    dates = sum(len(day.factors) for day in days)
    aside = "".join(f"; {count:,} {what}" for what, count in found.no_demand.items())
    said = (
        f"{len(found.contacts):,} contacts of {dates} days, {left:,} of whom left unanswered"
        f"{aside}; {len(found.rejected):,} rows rejected."
    )
    console.print(Text(said), soft_wrap=True)
