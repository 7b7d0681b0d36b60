"""One page of a replay for people: nothing in it is fetched from anywhere. Pure."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from services.replaying.charts import dates_chart, hours_chart, kind_of, level_chart, points_chart
from services.replaying.findings import Finding, Replay
from services.replaying.told import against_label, band_of_points, lead, notes, seconds_of
from services.simulation.marks import style

TEMPLATE: Final = "page.html"
HEADS: Final = (
    *("Policy", "in time", "95 % band", "points", "95 % band", "left after"),
    *("half within", "80 % within", "90 % within", "busy"),
)


def page_of(replay: Replay) -> str:
    """Return the whole page."""
    template = Template((files(__package__) / TEMPLATE).read_text(encoding="utf-8"))
    return template.substitute(
        style=style(),
        title=escape(f"{replay.name}, replayed"),
        lead=escape(lead(replay)),
        within=escape(seconds_of(replay.target_ms)),
        level=level_chart(replay),
        pairs=_pairs(replay),
        table=_table(replay),
        key=_key(replay),
        dates=dates_chart(replay),
        hours=hours_chart(replay),
        notes="\n".join(f"<p>{escape(note)}</p>" for note in notes(replay)),
    )


def _pairs(replay: Replay) -> str:
    if len(replay.findings) == 1:
        return ""
    return (
        f"<h2>Points above {escape(against_label(replay).lower())}</h2>\n"
        "<p>On the same days, with the same customers and agents: what the days have in common is "
        "not in the band.</p>\n" + points_chart(replay)
    )


def _table(replay: Replay) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in HEADS)
    rows = "".join(_row(one) for one in replay.findings)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _row(one: Finding) -> str:
    points, band = band_of_points(one.points)
    half, most, nine, _ = (seconds_of(span) for span in one.quantiles)
    cells = (
        *(one.label, f"{one.level.estimate:.1f} %", _band(one), points, band),
        *(f"{one.abandoned.estimate:.1f} %", half, most, nine, f"{one.occupancy:.0%}"),
    )
    kind = "own" if one.policy == "firstreply" else "peer"
    inside = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{kind}">{inside}</tr>'


def _band(one: Finding) -> str:
    if one.level.low is None or one.level.high is None:
        return "one day"
    return f"{one.level.low:.1f} to {one.level.high:.1f}"


def _key(replay: Replay) -> str:
    kinds: dict[str, list[str]] = {}
    for one in replay.findings:
        kinds.setdefault(kind_of(replay, one), []).append(one.label)
    spans = "".join(
        f'<span class="{kind}"><i></i>{escape(", ".join(labels))}</span>'
        for kind, labels in kinds.items()
    )
    return f'<p class="key">{spans}</p>'
