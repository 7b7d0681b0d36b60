"""What a policy may say: each figure that cannot be has a reason that people understand."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from shared.contracts.policies import PolicyFigures, faults_of, read_figures


def reasons(figures: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        read_figures(figures)
    return {fault.field: fault.reason for fault in faults_of(refused.value)}


def test_nothing_set_is_a_policy() -> None:
    assert PolicyFigures().model_dump(exclude_none=True) == {}


@pytest.mark.parametrize(
    ("figure", "value", "reason"),
    [
        ("widen_after_ms", 99, "must be greater than or equal to 100"),
        ("widen_after_ms", 600_001, "must be less than or equal to 600000"),
        ("first_offers", "2", "must be a valid integer"),
        ("first_offers", 2.5, "must be a valid integer"),
        ("first_offers", True, "must be a valid integer"),
        ("holding_text", " ", "must have a visible character"),
        ("holding_text", "x" * 1_001, "must have at most 1000 characters"),
        ("first_ofers", 2, "is no figure of a policy"),
        ("hours", None, "is the default queue's: set it there"),
        ("first_response_target_ms", 8_000, "is the default queue's: set it there"),
    ],
)
def test_a_figure_that_cannot_be_has_its_reason(figure: str, value: object, reason: str) -> None:
    assert reasons({figure: value}) == {figure: reason}


def test_every_fault_is_told_at_once() -> None:
    faults = reasons({"capacity": 101, "weights": {"voice": 0}, "of_mine": 1})
    assert set(faults) == {"capacity", "weights.voice", "of_mine"}
