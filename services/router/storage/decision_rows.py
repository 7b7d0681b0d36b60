"""How decisions stand in their table: to JSON for the hot call, and back from rows."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.effects import CandidateSeen, DecisionRecord
from services.router.storage.json_columns import Json, read_json
from services.router.storage.rows import Row
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import from_datetime, to_iso
from shared.kernel.vocabulary import Exclusion


def decision_json(shop_id: UUID, one: DecisionRecord) -> Json:
    """Return what commit_group writes of a decision."""
    candidates = [
        {
            "agent_id": str(seen.agent_id),
            "name": seen.name,
            "load": seen.load,
            "capacity": seen.capacity,
            "chosen": seen.chosen,
            "chance_permille": seen.chance_permille,
            "occupied": seen.occupied,
            "language": seen.language,
        }
        for seen in one.candidates
    ]
    return {
        "shop_id": str(shop_id),
        "id": str(one.id),
        "conversation_id": str(one.conversation_id),
        "decided_at": to_iso(one.decided_at),
        "trigger": one.trigger,
        "policy": one.policy,
        "candidates": candidates,
        "excluded": [[reason, agents] for reason, agents in one.excluded],
        "waiting_ahead": one.waiting_ahead,
        "languages": one.languages,
        "ordinal": one.ordinal,
    }


def read_decision(row: Row) -> DecisionRecord:
    """Return a decision from all its columns."""
    candidates = read_json(row["candidates"])
    return DecisionRecord(
        id=row["id"],
        conversation_id=row["conversation_id"],
        decided_at=from_datetime(row["decided_at"]),
        trigger=DecisionTrigger(row["trigger"]),
        policy=row["policy"],
        candidates=tuple(
            CandidateSeen(**{**one, "agent_id": UUID(one["agent_id"])}) for one in candidates
        ),
        excluded=tuple(
            (Exclusion(reason), agents) for reason, agents in read_json(row["excluded"])
        ),
        waiting_ahead=row["waiting_ahead"],
        languages=tuple(row["languages"] or ()),
        ordinal=row["ordinal"],
    )
