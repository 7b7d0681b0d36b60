"""A replay in words and figures, the same on the screen and on the page. Pure."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from services.replaying.findings import Finding, Replay
from services.simulation.domain.figures import QUANTILES
from services.simulation.domain.pairing import Band
from shared.kernel.clock import Millis

MS_PER_S = 1_000


def seconds_of(span: Millis | None) -> str:
    """Return a span in seconds as people say it."""
    if span is None:
        return "never"
    seconds = span / MS_PER_S
    return f"{seconds:.1f} s" if seconds % 1 else f"{seconds:.0f} s"


def against_label(replay: Replay) -> str:
    """Return the name of the policy all are held against."""
    return next(one.label for one in replay.findings if one.policy == replay.against)


def tenths(figure: float) -> str:
    """Return a signed figure to one decimal; what rounds to nothing has no sign."""
    said = f"{figure:+.1f}"
    return said if said.strip("+-0.") else "0.0"


def band_of_points(points: Band | None) -> tuple[str, str]:
    """Return points and their band; of the policy that all are held against, a dash."""
    if points is None:
        return "-", ""
    if points.low is None or points.high is None:
        return tenths(points.estimate), "one day"
    return tenths(points.estimate), f"{tenths(points.low)} to {tenths(points.high)}"


def lead(replay: Replay) -> str:
    """Return in a sentence what was replayed."""
    first, last = replay.days[0].on, replay.days[-1].on
    when = f"{first}" if first == last else f"{first} to {last}"
    return (
        f"{replay.contacts:,} contacts of {len(replay.days)} days ({when}), each as recorded, "
        f"served by a staff planned for {replay.share:.0%} within {seconds_of(replay.target_ms)}: "
        f"{replay.agent_hours:,.0f} agent hours."
    )


def notes(replay: Replay) -> tuple[str, ...]:
    """Return how it was done and what it does not say."""
    return (
        *replay.notes,
        _formula(replay),
        _infinite_capacity(replay),
        _took(replay),
        f"Made by: {replay.command}",
        _inputs(replay),
    )


def _formula(replay: Replay) -> str:
    return (
        f"The formula (M/M/n+G) says {replay.predicted:.1f} % of this staffing: it takes each half "
        "hour by itself, and knows no spread in how fast agents notice."
    )


def _infinite_capacity(replay: Replay) -> str:
    return (
        f"With infinite capacity {replay.infinite_capacity:.1f} % could be answered in time: each "
        "customer with the whole staff to themselves."
    )


def _took(replay: Replay) -> str:
    processor_s = sum(one.processor_s for one in replay.findings)
    return (
        f"Playing took {replay.seconds:.0f} s, and {processor_s:.0f} s of processors for "
        f"{len(replay.findings)} policies."
    )


def _inputs(replay: Replay) -> str:
    return (
        f"File SHA-256 {replay.sha256}; assumptions SHA-256 {replay.assumptions_sha256}; "
        f"seed {replay.seed}."
    )


def findings_table(replay: Replay) -> Table:
    """Return every policy with its figures, in the order given; it fits 80 columns."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("Policy", no_wrap=True)
    for head in ("in time %", "points", "left %", "80 % in", "busy", "took"):
        table.add_column(head, justify="right", no_wrap=True)
    for one in replay.findings:
        table.add_row(*_cells(one), style="bold green" if one.policy == "firstreply" else None)
    return table


def with_reach(said: str, band: Band) -> str:
    """Return what is said of an estimate, and how far its band reaches."""
    if band.low is None or band.high is None:
        return said
    return f"{said} ±{(band.high - band.low) / 2:.1f}"


def _cells(one: Finding) -> tuple[Text, ...]:
    within = seconds_of(one.quantiles[QUANTILES.index(80)])
    cells = (
        *(one.label, with_reach(f"{one.level.estimate:.1f}", one.level)),
        "-" if one.points is None else with_reach(tenths(one.points.estimate), one.points),
        *(f"{one.abandoned.estimate:.1f}", within, f"{one.occupancy:.0%}"),
        f"{one.processor_s:.1f} s",
    )
    return tuple(Text(cell) for cell in cells)
