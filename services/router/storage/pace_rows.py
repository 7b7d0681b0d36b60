"""How the paces of teams and agents stand in their tables: to JSON for the hot call, and back."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.paces import AgentPace, TeamPace
from services.router.storage.json_columns import Json
from services.router.storage.rows import Row
from shared.kernel.vocabulary import Channel


def team_json(shop_id: UUID, pace: TeamPace) -> Json:
    """Return what commit_group writes of a team's pace."""
    return {
        "shop_id": str(shop_id),
        "channel": pace.channel,
        "load_band": pace.load_band,
        "answered": list(pace.answered),
        "at_risk": list(pace.at_risk),
    }


def agent_json(shop_id: UUID, pace: AgentPace) -> Json:
    """Return what commit_group writes of an agent's pace."""
    return {
        "shop_id": str(shop_id),
        "agent_id": str(pace.agent_id),
        "channel": pace.channel,
        "answered": list(pace.answered),
        "expected": list(pace.expected),
    }


def read_team(row: Row) -> TeamPace:
    """Return a team's pace."""
    return TeamPace(
        channel=Channel(row["channel"]),
        load_band=row["load_band"],
        answered=tuple(row["answered"]),
        at_risk=tuple(row["at_risk"]),
    )


def read_agent(row: Row) -> AgentPace:
    """Return an agent's pace."""
    return AgentPace(
        agent_id=row["agent_id"],
        channel=Channel(row["channel"]),
        answered=tuple(row["answered"]),
        expected=tuple(row["expected"]),
    )
