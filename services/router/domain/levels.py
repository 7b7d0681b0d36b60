"""How likely an agent is to answer in time, in steps: what agents are ranked by."""

from __future__ import annotations

from math import exp, log2
from typing import Final
from uuid import UUID

from services.router.domain.paces import band_of
from services.router.domain.policy import Policy
from services.router.domain.prediction import Predictor
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import Channel

SILENCES: Final[tuple[Millis, ...]] = (0, 5_000)
"""How long an agent has been silent about an offer, as it is weighed: there is none or a new one,
or there is one that has had company for long (twice `widen_after_ms`)."""

PACES_PER_DOUBLING: Final = 4
"""Agents of whom one is no more than a fifth faster are as fast."""
FASTEST: Final = 2 * PACES_PER_DOUBLING
"""Beyond four times faster or slower than the team nothing is told apart."""
PER_MILLE: Final = 1_000


class Levels:
    """The predicted chance to answer in time, and the load penalty, in steps of the policy's."""

    def __init__(self, policy: Policy, predictor: Predictor) -> None:
        self._policy = policy
        self._predictor = predictor

    def pace(self, agent_id: UUID, load: int, channel: Channel) -> int:
        """Return how fast an agent is at a load, in steps; 0: as the team is."""
        factor = self._predictor.factor(agent_id, load, channel)
        if factor == 1:
            return 0  # of whom nothing is known yet, as of everybody at first
        steps = round(PACES_PER_DOUBLING * log2(factor))
        return max(-FASTEST, min(FASTEST, steps))

    def level(self, channel: Channel, load: int, silence: int, pace: int, within: Millis) -> int:
        """Return the level of agents with this load, silence (an index) and pace."""
        hazard = self._predictor.hazard(channel, band_of(load), within, SILENCES[silence])
        chance = 1 - exp(-hazard * 2 ** (pace / PACES_PER_DOUBLING))
        permille = round(PER_MILLE * chance) - self._policy.load_penalty_permille * load
        return permille // self._policy.level_permille
