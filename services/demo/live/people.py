"""How long people take: drawn, with the ranges and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist

from services.demo.dice import Dice

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Span:
    """How long something takes a person: two times of three between these seconds.

    Logarithms of human times are about normal: most are short, some are long, none is negative.
    """

    least_s: float
    most_s: float

    def draw(self, dice: Dice) -> float:
        """Return one such time, in seconds."""
        middle = (log(self.least_s) + log(self.most_s)) / 2
        deviation = (log(self.most_s) - log(self.least_s)) / 2
        share = min(max(dice.share(), 1e-4), 1 - 1e-4)
        return exp(middle + deviation * _NORMAL.inv_cdf(share))


NOTICE = Span(1.0, 2.0)
"""From an offer on the screen to the accept: DESIGN section 6."""
COMPOSE = Span(2.5, 4.0)
"""From the accept to the answer sent: DESIGN section 6, with a ready opener."""
RENDER = Span(0.05, 0.15)
"""From an event read to `seen` posted: what the console takes to draw the offer."""
ELSEWHERE = Span(6.0, 14.0)
"""Notice of an agent who looks at something else; one offer in eight."""
ELSEWHERE_SHARE = 0.12
READ_AND_TYPE = Span(4.0, 9.0)
"""A customer reads an answer and writes a line: some forty characters on a phone."""
SAY_THANKS = Span(2.0, 5.0)
TIDY_UP = Span(1.5, 4.0)
"""From the customer's last word to the agent's close."""
BREAK_EVERY = Span(40.0, 120.0)
BREAK_LASTS = Span(8.0, 20.0)
"""A glass of water: the agent says away and comes back."""
PATIENCE = Span(40.0, 120.0)
"""Of most customers, for a first answer."""
NO_PATIENCE = Span(5.0, 12.0)
"""Of one customer in twelve."""
NO_PATIENCE_SHARE = 1 / 12
