"""Draws the few marks a chart is made of as SVG, and escapes what comes from outside. Pure.

What they look like on a page is in `marks.css`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from math import ceil, floor
from typing import Final, TypeAlias

Point: TypeAlias = tuple[float, float]

STYLE: Final = "marks.css"


def style() -> str:
    """Return the style sheet of a page with charts; a page puts what is its own after it."""
    return (files(__package__) / STYLE).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps the figures of an axis onto the picture, straight."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, figure: float) -> float:
        """Return where a figure is."""
        span = (self.high - self.low) or 1.0
        return self.start + (figure - self.low) / span * (self.end - self.start)

    def ticks(self, wanted: int = 5) -> tuple[float, ...]:
        """Return round figures about so many steps apart."""
        step = round_step((self.high - self.low) / wanted)
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return tuple(round(count * step, 10) for count in range(first, last + 1))


def round_step(least: float) -> float:
    """Return the least of 1, 2, 5, 10, 20 ... (and 0.1, 0.2, 0.5 ...) that is not below."""
    step = 0.1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= least - 1e-12:
                return step * factor
        step *= 10


def around(figures: Sequence[float], step: float) -> tuple[float, float]:
    """Return the multiples of a step that enclose some figures, never the same twice."""
    low, high = floor(min(figures) / step) * step, ceil(max(figures) / step) * step
    return (low, high) if high > low else (low, low + step)


def line(start: Point, end: Point, kind: str) -> str:
    """Return a straight line of a class of the style sheet."""
    (x1, y1), (x2, y2) = start, end
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(at: Point, words: str, kind: str = "", anchor: str = "start") -> str:
    """Return words; `anchor` is start, middle or end."""
    x, y = at
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def dot(at: Point, kind: str, told: str, radius: float = 5.0) -> str:
    """Return a dot that tells more when pointed at."""
    x, y = at
    return (
        f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}">'
        f"<title>{escape(told)}</title></circle>"
    )


def bar(corner: Point, size: Point, kind: str, told: str) -> str:
    """Return a rectangle from its upper left corner that tells more when pointed at."""
    (x, y), (width, height) = corner, size
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{max(0.0, height):.1f}"><title>{escape(told)}</title></rect>'
    )


def path(points: Sequence[Point | None], kind: str) -> str:
    """Return lines through points; None breaks them."""
    words: list[str] = []
    begins = True
    for point in points:
        if point is not None:
            words.append(f"{'M' if begins else 'L'}{point[0]:.1f} {point[1]:.1f}")
        begins = point is None
    return f'<path class="{kind}" d="{" ".join(words)}"/>'


def picture(width: float, height: float, named: str, marks: Sequence[str]) -> str:
    """Return an SVG that grows and shrinks with its page."""
    inside = "\n".join(marks)
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(named)}">'
        f"\n{inside}\n</svg>"
    )


def grid(
    scale: Scale, across: Point, said: Callable[[float], str], *, wanted: int = 5
) -> list[str]:
    """Return level lines from one x to another at round figures, each named at the left."""
    marks: list[str] = []
    for tick in scale.ticks(wanted):
        y = scale(tick)
        marks.append(line((across[0], y), (across[1], y), "grid"))
        marks.append(text((across[0] - 6, y + 4), said(tick), "tick", "end"))
    return marks


def rulers(
    scale: Scale, down: Point, said: Callable[[float], str], *, wanted: int = 6
) -> list[str]:
    """Return upright lines from one y to another at round figures, each named below."""
    marks: list[str] = []
    for tick in scale.ticks(wanted):
        x = scale(tick)
        marks.append(line((x, down[0]), (x, down[1]), "grid"))
        marks.append(text((x, down[1] + 16), said(tick), "tick", "middle"))
    return marks
