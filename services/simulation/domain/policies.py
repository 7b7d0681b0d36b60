"""The policies a day can be routed by, by name; each is a desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from services.router.domain.policy import Policy
from services.router.domain.shop_policy import figures_of, with_figures
from services.simulation.domain.assumptions import Peers
from services.simulation.domain.clairvoyant import Clairvoyant
from services.simulation.domain.day import Day
from services.simulation.domain.desk import Desk, MakeDesk, People
from services.simulation.domain.draws import millis
from services.simulation.domain.engine_desk import engine_desk
from services.simulation.domain.peers import (
    Pace,
    PeerDesk,
    Pick,
    least_loaded,
    longest_idle,
    next_in_turn,
)
from shared.contracts.policies import PolicyFigures

FIRSTREPLY: Final = "firstreply"
ROUND_ROBIN: Final = "round-robin"
CLAIRVOYANT: Final = "clairvoyant"


def _peer(pick: Pick, pace: Pace = Pace()) -> MakeDesk:
    def make(day: Day, _people: People) -> Desk:
        return PeerDesk(day, pick, pace)

    return make


POLICIES: Final[Mapping[str, Callable[[Policy, Peers], MakeDesk]]] = MappingProxyType(
    {
        FIRSTREPLY: lambda policy, _: engine_desk(policy),
        ROUND_ROBIN: lambda _, __: _peer(next_in_turn),
        "least-loaded": lambda _, peers: _peer(
            least_loaded, Pace(every_ms=millis(peers.worker_s), a_pass=1)
        ),
        "least-active": lambda _, peers: _peer(least_loaded, Pace(every_ms=millis(peers.sync_s))),
        "longest-idle": lambda _, __: _peer(longest_idle),
        CLAIRVOYANT: lambda _, __: Clairvoyant,
    }
)
"""What each name makes of the engine's figures and of the peers' intervals."""

SHIPPED: Final = Policy()
"""The figures a shop has unless it sets others."""


def policy_with(figures: PolicyFigures) -> Policy:
    """Return the shipped policy with a shop's own figures in it."""
    return with_figures(SHIPPED, figures_of(figures), 1)


def desk_of(name: str, peers: Peers, policy: Policy = SHIPPED) -> MakeDesk:
    """Return the desk of a policy by name; `policy` holds the engine's figures.

    Raises:
        KeyError: there is none of that name.
    """
    return POLICIES[name](policy, peers)
