"""Refusals carry a stable code and a sentence."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, RefusedError


def test_a_refusal_tells_its_code_its_sentence_and_when_to_come_back() -> None:
    refusal = RefusedError(ErrorCode.TRY_AGAIN, "Busy.", retry_after_ms=250)
    assert (refusal.code, refusal.detail, refusal.retry_after_ms) == ("try_again", "Busy.", 250)
    assert str(refusal) == "try_again: Busy."


def test_every_code_is_its_own_name_in_lower_case() -> None:
    assert all(code.value == code.name.lower() for code in ErrorCode)
