"""What the command line understands of skills, weights and steps."""

from __future__ import annotations

import pytest
import typer

from services.administration.routing_options import read_skills, read_steps, read_weights


def test_skills_and_weights_are_a_name_and_a_number() -> None:
    assert read_skills(["returns=3", "wine=1"]) == {"returns": 3, "wine": 1}
    assert read_weights(["voice=100"]) == {"voice": 100}


@pytest.mark.parametrize(
    "skill", ["returns", "=", "returns=", "returns=-1", "returns=" + "9" * 5_000]
)
def test_a_skill_that_is_none_ends_the_command(skill: str) -> None:
    with pytest.raises(typer.Exit):
        read_skills([skill])


def test_a_step_is_seconds_and_what_changes_then() -> None:
    assert read_steps(["2.5 any-language", "4 skill=returns=1 skill=wine=2 queue=queue_x"]) == [
        {"after_ms": 2_500, "any_language": True},
        {"after_ms": 4_000, "skills": {"returns": 1, "wine": 2}, "queue_id": "queue_x"},
    ]
    assert read_steps(["3 no-skills"]) == [{"after_ms": 3_000, "skills": {}}]


@pytest.mark.parametrize(
    "step",
    [
        "soon",
        "4 whatever",
        "4 queue=",
        "4 skill=returns",
        "x any-language",
        "",
        " ",
        "inf no-skills",
        "nan",
    ],
)
def test_a_step_that_is_none_ends_the_command(step: str) -> None:
    with pytest.raises(typer.Exit):
        read_steps([step])
