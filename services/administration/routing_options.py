"""What the command line says of skills, weights and steps, turned into the service's fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import typer

from services.terminal import fail
from shared.contracts.accounts import LEVEL_MAX, LEVEL_MIN, WEIGHT_MAX

MS_PER_S = 1_000
DIGITS_MAX = 20
"""More than any level or weight has; the service says which are too large."""

SkillOptions: TypeAlias = Annotated[
    list[str] | None, typer.Option("--skill", help="NAME=LEVEL, 1 to 5; again for each.")
]
WeightOptions: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        help=f"CHANNEL=WEIGHT of the capacity, {WEIGHT_MAX} for all of it; again for each.",
    ),
]
StepOptions: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--step",
        help="'SECONDS CHANGE …', a change being skill=NAME=LEVEL, no-skills, any-language or "
        "queue=QUEUE; again for each.",
    ),
]


def read_skills(texts: Sequence[str]) -> dict[str, int]:
    """Return skills with their levels from NAME=LEVEL, or end the command."""
    words = f"A skill is NAME=LEVEL, the level {LEVEL_MIN} to {LEVEL_MAX}: not"
    return dict(_pair(text, words) for text in texts)


def read_weights(texts: Sequence[str]) -> dict[str, int]:
    """Return what channels weigh from CHANNEL=WEIGHT, or end the command."""
    words = f"A weight is CHANNEL=WEIGHT, such as voice={WEIGHT_MAX}: not"
    return dict(_pair(text, words) for text in texts)


def read_steps(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return a queue's steps from their words, or end the command."""
    return [_step(text) for text in texts]


def _step(text: str) -> dict[str, Any]:
    after, _, rest = text.strip().partition(" ")
    try:
        step: dict[str, Any] = {"after_ms": round(float(after) * MS_PER_S)}
    except (ValueError, OverflowError):  # of `nan` and `inf`
        fail(f"A step begins with seconds, such as '4 any-language': not {text!r}.")
    for change in rest.split():
        name, _, value = change.partition("=")
        if name == "skill":
            step["skills"] = {**step.get("skills", {}), **read_skills([value])}
        elif change == "no-skills":
            step["skills"] = {}
        elif change == "any-language":
            step["any_language"] = True
        elif name == "queue" and value:
            step["queue_id"] = value
        else:
            fail(f"A step changes skill=, no-skills, any-language or queue=: not {change!r}.")
    return step


def _pair(text: str, words: str) -> tuple[str, int]:
    name, separator, figure = text.rpartition("=")
    if not separator or not figure.isdecimal() or len(figure) > DIGITS_MAX:
        fail(f"{words} {text!r}.")
    return name, int(figure)
