"""One page of a simulation for people: nothing in it is fetched from anywhere. Pure."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from services.simulation.domain.figures import CURVE_S
from services.simulation.domain.pairing import POINTS, Band
from services.simulation.domain.policies import CLAIRVOYANT, FIRSTREPLY, ROUND_ROBIN
from services.simulation.findings import Finding, Simulated
from services.simulation.marks import (
    Scale,
    around,
    dot,
    grid,
    line,
    path,
    picture,
    rulers,
    style,
    text,
)
from services.simulation.told import CELLS, HEADS, label_of, lead, notes

TEMPLATE: Final = "page.html"
WIDTH: Final = 820.0
LEFT: Final = 210.0
"""Where the marks of a list of policies begin; their names stand before it."""
MARGIN: Final = 44.0
RIGHT: Final = WIDTH - 100.0
ROW: Final = 34.0
PLOT: Final = 260.0
TARGET_S: Final = 10


def page_of(simulated: Simulated) -> str:
    """Return the whole page."""
    template = Template((files(__package__) / TEMPLATE).read_text(encoding="utf-8"))
    return template.substitute(
        style=style(),
        lead=escape(lead(simulated)),
        level=level_chart(simulated),
        curve=curve_chart(simulated),
        table=_table(simulated),
        notes="\n".join(f"<p>{escape(note)}</p>" for note in notes(simulated)),
    )


def level_chart(simulated: Simulated) -> str:
    """Return each policy's share in time with its band, beside the two bounds."""
    findings = simulated.findings
    bounds = (simulated.infinite_capacity, simulated.erlang_a)
    ends = [end for one in findings for end in _ends(one.level)]
    low, high = around([*ends, *bounds], 5.0)
    scale = Scale(max(0.0, low), min(high, POINTS), LEFT, RIGHT)
    top, bottom = 36.0, 36.0 + ROW * len(findings)
    marks = rulers(scale, (top, bottom), lambda tick: f"{tick:g} %")
    for name, bound, lift in (("infinite capacity", bounds[0], 20), ("Erlang-A", bounds[1], 6)):
        marks.append(line((scale(bound), top), (scale(bound), bottom), "predicted"))
        marks.append(text((scale(bound), top - lift), name, "note", "middle"))
    for row, one in enumerate(findings):
        marks += _row(one, scale, top + ROW * (row + 0.5))
    return picture(WIDTH, bottom + 28, "Answered in time, by policy", marks)


def curve_chart(simulated: Simulated) -> str:
    """Return which share was answered by each second of the first minute."""
    across, up = Scale(0, CURVE_S, MARGIN, RIGHT), Scale(0, POINTS, PLOT, 16)
    marks = grid(up, (MARGIN, RIGHT), lambda tick: f"{tick:g} %")
    for second in range(0, CURVE_S + 1, TARGET_S):
        marks.append(text((across(second), PLOT + 18), f"{second} s", "tick", "middle"))
    target = across(TARGET_S)
    marks.append(line((target, 16), (target, PLOT), "target"))
    for one in sorted(simulated.findings, key=lambda one: one.policy == FIRSTREPLY):
        points = [(across(0), up(0.0))]
        points += [(across(at + 1), up(share)) for at, share in enumerate(one.curve)]
        marks.append(path(points, f"curve {kind_of(one)}"))
    return picture(WIDTH, PLOT + 30, "Answered by each second, by policy", marks)


def kind_of(finding: Finding) -> str:
    """Return the class a policy is drawn in."""
    kinds = {FIRSTREPLY: "own", ROUND_ROBIN: "held", CLAIRVOYANT: "bound"}
    return kinds.get(finding.policy, "other")


def _row(one: Finding, scale: Scale, y: float) -> list[str]:
    own = "own" if one.policy == FIRSTREPLY else "peer"
    said = f"{one.level.estimate:.1f} %"
    marks = [text((LEFT - 14, y + 4), label_of(one), f"name {own}", "end")]
    ends = _ends(one.level)
    marks.append(line((scale(min(ends)), y), (scale(max(ends)), y), f"band {own}"))
    kind = "bound" if one.policy == CLAIRVOYANT else own
    marks.append(dot((scale(one.level.estimate), y), kind, f"{label_of(one)}: {said}"))
    marks.append(text((scale(max(ends)) + 12, y + 4), said, f"figure {own}"))
    return marks


def _ends(band: Band) -> list[float]:
    """Return the figures of a band of shares; what lies beyond 0 and 100 % is no share."""
    ends = [end for end in (band.estimate, band.low, band.high) if end is not None]
    return [min(POINTS, max(0.0, end)) for end in ends]


def _table(simulated: Simulated) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in HEADS)
    rows = "".join(
        f'<tr class="{kind_of(one)}">'
        + "".join(f"<td>{escape(cell(one))}</td>" for cell in CELLS)
        + "</tr>"
        for one in simulated.findings
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
