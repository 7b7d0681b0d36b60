"""A shop's own figures: the policy they make, and how a running shop changes over to it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from services.router.domain.commands import PolicySet
from services.router.domain.effects import Answer, Noted
from services.router.domain.offering import make_room
from services.router.domain.policy import Figures, Policy
from services.router.domain.replacing import replace
from services.router.domain.standing import standing_of
from services.router.domain.state import ShopState
from shared.contracts.decisions import DecisionTrigger
from shared.contracts.policies import PolicyFigures

SETTABLE: Final = frozenset(one.name for one in fields(Policy)) - {
    *("first_response_target_ms", "hours"),  # the default queue's
    *("own", "version"),
}
"""The figures that a shop's policy may name."""


def figures_of(asked: PolicyFigures) -> Figures:
    """Return the figures that are given, as an engine takes them."""
    given = {name: getattr(asked, name) for name in PolicyFigures.model_fields}
    if asked.weights is not None:
        given["weights"] = tuple(sorted(asked.weights.items()))
    return tuple(sorted((name, value) for name, value in given.items() if value is not None))


def with_figures(policy: Policy, figures: Figures, version: int) -> Policy:
    """Return the shipped policy with these figures in it, and the target and hours of another.

    A figure that this release does not know is left out: another release may have set it.
    """
    known = tuple(sorted((name, figure) for name, figure in figures if name in SETTABLE))
    own: dict[str, Any] = dict(known)
    return Policy(
        first_response_target_ms=policy.first_response_target_ms,
        hours=policy.hours,
        own=known,
        version=version,
        **own,
    )


def on_policy(state: ShopState, command: PolicySet) -> Answer:
    """Route by other figures from this instant on; the same ones again change nothing.

    What stands keeps the instants it was given: when a conversation is due, when others are asked
    about it, when an offer expires. Whoever has no limit of their own has the new one.
    """
    after = with_figures(state.policy, command.figures, state.policy.version + 1)
    if after.own == state.policy.own:
        return Noted()
    state.changes.changes_made.append(command.change)
    for agent in tuple(state.agents.values()):
        if agent.inherits_capacity and agent.capacity != after.capacity:
            state.put_agent(replace(agent, capacity=after.capacity))
    _change_over(state, after)
    for agent_id in tuple(state.pending_of):
        make_room(state, agent_id, DecisionTrigger.POLICY_SET)
    return Noted()


def _change_over(state: ShopState, policy: Policy) -> None:
    """Make every index anew by another policy, as an engine built from the tables has them."""
    other = ShopState(policy)
    other.restore(standing_of(state).rows)
    kept = {name: getattr(state, name) for name in ("now", "changes", "candidates_told")}
    vars(state).update(vars(other) | kept)
