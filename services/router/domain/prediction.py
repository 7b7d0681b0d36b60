"""Who will probably answer in time: learnt from each offer's fate; knows no offer and no clock.

A discrete hazard for each channel and load of the team, and one factor on it for each agent: the
answers given over those the team would have given in the same time. Both are shrunk towards what is
known beforehand (the team's towards PRIOR, an agent's towards the team) and forget by decay. Offers
that ended otherwise count only for as long as they were open (right-censored).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log1p
from typing import Final
from uuid import UUID

from services.router.domain.paces import (
    EDGES,
    LOAD_BANDS,
    LONGEST_MS,
    UNIT,
    AgentKey,
    AgentPace,
    TeamKey,
    TeamPace,
    band_of,
)
from services.router.domain.replacing import replace
from services.router.domain.thawing import quickly_made
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import Channel

PRIOR: Final = (0.001, 0.02, 0.1, 0.18, 0.22, 0.22, 0.22, 0.2, 0.2, 0.18, 0.3, 0.3, 0.3, 0.3, 0.4)
"""Chance to answer within each bucket when not before: a notice of 1 to 2 s and 2.5 to 4 s to
compose (DESIGN section 6), with a tail of people who are elsewhere: eight of ten in ten seconds."""

PRIOR_OFFERS: Final = 10 * UNIT
"""The prior counts as so many offers of the team's own at each load."""

TEAM_OFFERS: Final = 4 * UNIT
"""The team counts as so many answers of the agent's own."""

TEAM_MEMORY: Final = 512
"""Of so many parts of what the team showed, one is forgotten with each new offer at that load."""

AGENT_MEMORY: Final = 64
"""The same of an agent: people change within a shift, teams do not."""

RATES_KEPT: Final = 64
"""Spans for which the team's hazard is remembered: those of a few decisions at one instant."""

STARTS: Final = (0, *EDGES[:-1])

AS_FAST: Final = (1.0,) * LOAD_BANDS
"""Of agents of whom nothing is known."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Outcome:
    """What an offer showed: answered after so long, or still open when it ended."""

    agent_id: UUID
    channel: Channel
    load: int
    open_ms: Millis
    answered: bool


@quickly_made
@dataclass(frozen=True, slots=True)
class Learnt:
    """The rows an outcome changed."""

    team: TeamPace
    agent: AgentPace


class Predictor:
    """The paces of one shop, by team and by agent. All it holds is in its rows."""

    def __init__(self) -> None:
        self.team: dict[TeamKey, TeamPace] = {}
        self.agents: dict[AgentKey, AgentPace] = {}
        self._curves: dict[TeamKey, tuple[float, ...]] = {}
        self._rates: dict[tuple[TeamKey, Millis, Millis], float] = {}
        self._factors: dict[tuple[int, Channel], tuple[float, ...]] = {}
        """By load band, until an agent shows more: every look at an agent asks for one."""

    def restore(self, team: Iterable[TeamPace], agents: Iterable[AgentPace]) -> None:
        """Take rows as they stand."""
        for pace in team:
            self._put_team(pace)
        self.agents.update({pace.key: pace for pace in agents})
        self._factors.clear()

    def chance(
        self, agent_id: UUID, load: int, channel: Channel, within_ms: Millis, open_ms: Millis = 0
    ) -> float:
        """Return the probability that an agent holding `load` answers within a span.

        `open_ms` is how long the agent has been silent about an offer already: whoever was not
        heard for long is likelier to be elsewhere.
        """
        rate = self.hazard(channel, band_of(load), within_ms, open_ms)
        return 1 - exp(-rate * self.factor(agent_id, load, channel))

    def hazard(self, channel: Channel, band: int, within_ms: Millis, open_ms: Millis = 0) -> float:
        """Return the team's summed hazard of answering within a span at a load band.

        It is the same for all candidates of a decision who are alike, and kept for them.
        """
        key = (channel, band)
        asked = (key, within_ms, open_ms)
        rate = self._rates.get(asked)
        if rate is None:
            if len(self._rates) >= RATES_KEPT:
                self._rates.clear()
            curve = self._curve(key)
            rate = self._rates[asked] = _at(curve, open_ms + within_ms) - _at(curve, open_ms)
        return rate

    def factor(self, agent_id: UUID, load: int, channel: Channel) -> float:
        """Return how much faster than the team an agent is at a load; 1: as fast."""
        key = (agent_id.int, channel)
        factors = self._factors.get(key)
        if factors is None:
            factors = self._factors[key] = _factors(self.agents.get((agent_id, channel)))
        return factors[band_of(load)]

    def learn(self, outcome: Outcome) -> Learnt:
        """Take an offer's fate in; return the rows it changed."""
        key = (outcome.channel, band_of(outcome.load))
        expected = round(UNIT * _at(self._curve(key), outcome.open_ms))
        agent = self.agents.get((outcome.agent_id, outcome.channel))
        agent = agent or AgentPace(outcome.agent_id, outcome.channel)
        team = self.team.get(key) or TeamPace(*key)
        learnt = Learnt(_team_after(team, outcome), _agent_after(agent, key[1], outcome, expected))
        self._put_team(learnt.team)
        self.agents[learnt.agent.key] = learnt.agent
        self._factors.pop((outcome.agent_id.int, outcome.channel), None)
        return learnt

    def _put_team(self, pace: TeamPace) -> None:
        self.team[pace.key] = pace
        self._curves.pop(pace.key, None)
        self._rates.clear()

    def _curve(self, key: TeamKey) -> tuple[float, ...]:
        """Return the team's summed hazard at 0 and at each edge: a function of its row alone."""
        curve = self._curves.get(key)
        if curve is None:
            curve = self._curves[key] = _summed(self.team.get(key) or TeamPace(*key))
        return curve


def _factors(pace: AgentPace | None) -> tuple[float, ...]:
    """Return how much faster than the team an agent is in each load band."""
    if pace is None:
        return AS_FAST
    whole = (sum(pace.answered) + TEAM_OFFERS) / (sum(pace.expected) + TEAM_OFFERS)
    return tuple(
        (answered + TEAM_OFFERS * whole) / (expected + TEAM_OFFERS)
        for answered, expected in zip(pace.answered, pace.expected, strict=True)
    )


def _summed(pace: TeamPace) -> tuple[float, ...]:
    hazards = (
        (answered + PRIOR_OFFERS * prior) / (at_risk + PRIOR_OFFERS)
        for answered, at_risk, prior in zip(pace.answered, pace.at_risk, PRIOR, strict=True)
    )
    return tuple(accumulate((-log1p(-hazard) for hazard in hazards), initial=0.0))


def _at(curve: tuple[float, ...], span: Millis) -> float:
    """Return the summed hazard at a span: straight within a bucket, flat after the last."""
    if span >= LONGEST_MS:
        return curve[-1]
    bucket = bisect_right(EDGES, span)
    share = (span - STARTS[bucket]) / (EDGES[bucket] - STARTS[bucket])
    return curve[bucket] + share * (curve[bucket + 1] - curve[bucket])


def _team_after(pace: TeamPace, outcome: Outcome) -> TeamPace:
    last = bisect_right(EDGES, outcome.open_ms)
    seen, answers = [UNIT] * last + [0] * (len(EDGES) - last), [0] * len(EDGES)
    if last < len(EDGES):
        answers[last] = UNIT if outcome.answered else 0
        part = UNIT * (outcome.open_ms - STARTS[last]) // (EDGES[last] - STARTS[last])
        seen[last] = UNIT if outcome.answered else part
    return replace(
        pace, answered=_faded(pace.answered, answers), at_risk=_faded(pace.at_risk, seen)
    )


def _faded(figures: tuple[int, ...], more: list[int]) -> tuple[int, ...]:
    pairs = zip(figures, more, strict=True)
    return tuple([was - was // TEAM_MEMORY + new for was, new in pairs])


def _agent_after(pace: AgentPace, band: int, outcome: Outcome, expected: int) -> AgentPace:
    """Count an outcome in its band; what was known of every band fades alike."""
    return replace(
        pace,
        answered=_with(pace.answered, band, UNIT if outcome.answered else 0),
        expected=_with(pace.expected, band, expected),
    )


def _with(figures: tuple[int, ...], band: int, more: int) -> tuple[int, ...]:
    return tuple(
        was - was // AGENT_MEMORY + (more if at == band else 0) for at, was in enumerate(figures)
    )
