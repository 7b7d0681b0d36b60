"""Shows a staffing to people, and writes it for programs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.staffing.demand import SLOTS, clock_time
from services.staffing.plan import Gain, Plan, Target
from services.staffing.recorded import Rejected

REJECTED_SHOWN: Final = 5
GAINS_SHOWN: Final = 10
MS_PER_S: Final = 1_000
PER_CENT: Final = 100
HEAD: Final = ("day", "from", "to", "agents", "contacts", "load", "service_level", "occupancy")


def plans_title(target: Target) -> Text:
    """Return what the agents are planned for."""
    within = f"{target.within_ms / MS_PER_S:g} s"
    return Text(f"Agents each half hour, for {target.share:.0%} answered within {within}:")


def plans_table(plans: Sequence[Plan]) -> Table:
    """Return the agents of each half hour that anybody is needed in, a day a column."""
    table = Table("From")
    for plan in plans:
        table.add_column(plan.day.name, justify="right")
    for slot in range(SLOTS):
        agents = [plan.staffed[slot].agents for plan in plans]
        if any(agents):
            table.add_row(clock_time(slot), *(str(count or "·") for count in agents))
    table.add_section()
    table.add_row("contacts", *(f"{plan.day.arrivals:,.0f}" for plan in plans))
    table.add_row("agent hours", *(f"{plan.agent_hours:,.1f}" for plan in plans))
    table.add_row("predicted", *(f"{plan.service_level():.1%}" for plan in plans))
    return table


def gains_table(gains: Sequence[Gain]) -> Table:
    """Return where one more agent brings most, greatest first."""
    table = Table(title="One more agent ...", title_justify="left")
    for head in ("Day", "From-to"):
        table.add_column(head, no_wrap=True)
    for head in ("points there", "points of the day", "more in time, a day", "an agent hour"):
        table.add_column(head, justify="right")
    for gain in gains[:GAINS_SHOWN]:
        table.add_row(
            gain.day.name,
            f"{clock_time(gain.start)}-{clock_time(gain.end)}",
            f"{gain.here_points:+.1f}",
            f"{gain.day_points:+.2f}",
            f"{gain.more_in_time:+.1f}",
            f"{gain.more_in_time / ((gain.end - gain.start) / 2):+.1f}",
        )
    return table


def show_rejected(rejected: Sequence[Rejected], report: Path | None, console: Console) -> None:
    """Print the first rejected rows, and where all of them are or can be had."""
    if not rejected:
        return
    for row in rejected[:REJECTED_SHOWN]:
        console.print(Text(f"line {row.line:,} is left out: {row.reason}"), soft_wrap=True)
    if (more := len(rejected) - REJECTED_SHOWN) > 0:
        where = f"all are in {report}" if report else "--report FILE lists all"
        console.print(Text(f"... and {more:,} more; {where}."), soft_wrap=True)


def write_rejected(rejected: Sequence[Rejected], report: Path) -> None:
    """Write every rejected row with its line and reason, as CSV.

    Raises:
        OSError: nothing can be written there.
    """
    with report.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason"))
        writer.writerows((row.line, row.reason) for row in rejected)


def write_plans(plans: Sequence[Plan], path: Path) -> None:
    """Write every half hour that anybody is needed in, as CSV.

    Raises:
        OSError: nothing can be written there.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for plan in plans:
            writer.writerows(_row(plan, slot) for slot in plan.open_slots)


def _row(plan: Plan, slot: int) -> tuple[str | int, ...]:
    staffed = plan.staffed[slot]
    return (
        plan.day.name,
        clock_time(slot),
        clock_time(slot + 1),
        staffed.agents,
        f"{staffed.half_hour.arrivals:.2f}",
        f"{staffed.half_hour.load:.3f}",
        f"{staffed.meets.service_level:.4f}",
        f"{staffed.meets.occupancy:.4f}",
    )
