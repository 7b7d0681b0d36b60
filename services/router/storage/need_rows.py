"""How needs, stages and weights stand in their columns: to JSON, and back from rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from services.router.domain.model import Conversation
from services.router.domain.needs import Needs, Skills, Stage
from services.router.domain.policy import Weights
from services.router.storage.json_columns import Json, read_json
from shared.kernel.vocabulary import Channel

_STAGES: TypeAdapter[tuple[Stage, ...]] = TypeAdapter(tuple[Stage, ...])
_NEEDS: TypeAdapter[Needs] = TypeAdapter(Needs)


def waiting_json(one: Conversation) -> Json:
    """Return what commit_group writes of how a conversation waits; null for nothing."""
    return {
        "needs": None if one.needs == Needs() else asdict(one.needs),
        "stages": _STAGES.dump_python(one.stages, mode="json") if one.stages else None,
        "queue_id": None if one.queue_id is None else str(one.queue_id),
        "head_start_ms": one.head_start_ms,
        "overtaken": one.overtaken,
    }


def read_skills(kept: Any) -> Skills:
    """Return skills with their levels, by name."""
    return tuple(sorted((read_json(kept) or {}).items()))


def read_weights(kept: Any) -> Weights:
    """Return what each channel weighs, by channel."""
    weights = (read_json(kept) or {}).items()
    return tuple(sorted((Channel(channel), weight) for channel, weight in weights))


def read_needs(kept: Any) -> Needs:
    """Return needs; of nothing, none."""
    found = read_json(kept)
    if found is None:
        return Needs()
    base = found.get("base", found["skills"])  # of before they were kept apart
    one = found.get("language")  # of before there could be several
    languages = found.get("languages", () if one is None else (one,))
    return _NEEDS.validate_python(found | {"base": base, "languages": languages}, strict=False)


def read_stages(kept: Any) -> tuple[Stage, ...]:
    """Return stages, the next one first."""
    found = read_json(kept) or ()
    # Of before there could be several: all that a stage could do was to give up the one.
    told = (one | ({"languages": ()} if one.get("any_language") else {}) for one in found)
    return _STAGES.validate_python(tuple(told), strict=False)
