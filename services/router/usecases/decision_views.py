"""Decisions as they are explained to others."""

from __future__ import annotations

from services.router.domain.effects import DecisionRecord
from shared.contracts import decisions
from shared.contracts.routing import AgentRef


def decision(row: DecisionRecord) -> decisions.Decision:
    """Return a decision as it is explained."""
    return decisions.Decision(
        id=row.id,
        conversation_id=row.conversation_id,
        decided_at=row.decided_at,
        trigger=row.trigger,
        policy=row.policy,
        candidates=tuple(
            decisions.Candidate(
                agent=AgentRef(id=one.agent_id, name=one.name),
                load=one.load,
                capacity=one.capacity,
                chosen=one.chosen,
                chance=_share(one.chance_permille),
                occupied=one.occupied,
                language=one.language,
            )
            for one in row.candidates
        ),
        excluded=tuple(
            decisions.ExclusionCount(reason=reason, agents=agents)
            for reason, agents in row.excluded
        ),
        waiting_ahead=row.waiting_ahead,
        languages=row.languages,
    )


def _share(permille: int | None) -> float | None:
    return None if permille is None else permille / 1_000
