"""How a simulation is put into words and rows for people; draws nothing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from rich.table import Table

from services.simulation.domain.pairing import Band
from services.simulation.domain.policies import FIRSTREPLY, ROUND_ROBIN
from services.simulation.findings import Finding, Simulated

MS_PER_S: Final = 1_000

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "firstreply": "Firstreply's engine",
        "round-robin": "Round robin, limit",
        "least-loaded": "Least loaded, worker",
        "least-active": "Least active, tick",
        "longest-idle": "Longest idle",
        "clairvoyant": "Clairvoyant (bound)",
    }
)

READING: Final = (
    "In 10 s: first human words within the target, of all customers but those who left before it. "
    "Points: against round robin on the same days, with the same customers and agents. ± is half "
    "of the 95 % band, from leaving out each day in turn."
)
COUNTING: Final = (
    "Left: unanswered, after the target. Wait: until it came up with whoever answered; notice: "
    "until they took it; compose: until their first words. Busy: of what all could hold. Even: "
    "Jain's index of that between the agents. Offers: for each customer."
)
CLAIRVOYANT_KNOWS: Final = "The clairvoyant knows everybody's true times and who is away."


def label_of(finding: Finding) -> str:
    """Return what people read for a policy."""
    return LABELS.get(finding.policy, finding.policy)


def _band(band: Band | None, form: str) -> str:
    if band is None:
        return ""
    if band.low is None or band.high is None:
        return form.format(band.estimate)
    reach = (band.high - band.low) / 2
    return form.format(band.estimate) + f" ±{reach:.1f}"


def _second(second: int | None) -> str:
    return "later" if second is None else f"{second} s"


def _spans(finding: Finding) -> str:
    spans = (finding.queue_wait_ms, finding.notice_ms, finding.compose_ms)
    return " + ".join(f"{span / MS_PER_S:.1f}" for span in spans)


COLUMNS: Final[Mapping[str, Callable[[Finding], str]]] = MappingProxyType(
    {
        "Policy": label_of,
        "in 10 s, %": lambda one: _band(one.level, "{:.1f}"),
        "points": lambda one: _band(one.points, "{:+.1f}"),
        "left, %": lambda one: _band(one.abandoned, "{:.1f}"),
        "half by": lambda one: _second(one.within(50)),
        "90 % by": lambda one: _second(one.within(90)),
        "wait+notice+compose": _spans,
        "busy": lambda one: f"{one.occupancy:.0%}",
        "even": lambda one: f"{one.jain.estimate:.2f}",
        "offers": lambda one: f"{one.offers:.2f}",
    }
)
HEADS: Final = tuple(COLUMNS)
CELLS: Final = tuple(COLUMNS.values())
PAGE_ONLY: Final = frozenset({"wait+notice+compose", "busy", "half by"})
"""What a terminal of 80 letters has no room for."""


def table_of(simulated: Simulated) -> Table:
    """Return the table for a terminal."""
    table = Table(title="Simulated", title_justify="left", pad_edge=False)
    shown = [head for head in HEADS if head not in PAGE_ONLY]
    for at, head in enumerate(shown):
        table.add_column(head, justify="right" if at else "left", no_wrap=not at)
    for one in simulated.findings:
        style = "bold green" if one.policy == FIRSTREPLY else None
        table.add_row(*(COLUMNS[head](one) for head in shown), style=style)
    return table


def lead(simulated: Simulated) -> str:
    """Return the first sentence: what was played, and what came of it."""
    one_day = simulated.days == 1
    played = (
        f"{simulated.customers:,} customers on {simulated.days} simulated "
        f"{'day' if one_day else 'days'} at {simulated.load:.0%} load, "
        f"{simulated.agents} agents a day."
    )
    ours = next((one for one in simulated.findings if one.policy == FIRSTREPLY), None)
    if ours is None or ours.points is None:
        return played
    return (
        f"{played} Firstreply's engine answered {ours.level.estimate:.1f} % within ten seconds, "
        f"{ours.points.estimate:+.1f} points against {LABELS[ROUND_ROBIN].lower()}."
    )


def notes(simulated: Simulated) -> tuple[str, ...]:
    """Return what one must know to read the figures."""
    infinite, erlang_a = simulated.infinite_capacity, simulated.erlang_a
    own = ", ".join(f"{name} = {figure}" for name, figure in simulated.figures.items())
    last = simulated.seed + simulated.days - 1
    return (
        READING,
        COUNTING,
        f"Bounds: with infinite capacity {infinite:.1f} % could be answered in time. A line in "
        f"order of arrival before as many slots has {erlang_a:.1f} % by the formula (Erlang-A). "
        + CLAIRVOYANT_KNOWS,
        *((f"Firstreply's engine goes by the shop's own figures: {own}.",) if own else ()),
        f"Seeds {simulated.seed} to {last}; assumptions' SHA-256 {simulated.sha256}.",
    )
