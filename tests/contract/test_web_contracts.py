"""The pages' TypeScript must say what shared/contracts says."""

from __future__ import annotations

import pytest

from web.sdk import generate


def test_the_pages_types_are_those_of_the_contracts() -> None:
    assert generate.OUTPUT.read_text(encoding="utf-8") == generate.render(), (
        "web/sdk/src/contracts.ts is stale: run make contracts"
    )


def test_a_construct_the_generator_does_not_know_is_refused_not_guessed() -> None:
    with pytest.raises(ValueError, match="no TypeScript"):
        generate.typescript({"type": "object", "additionalProperties": True})


def test_a_list_of_alternatives_keeps_its_brackets() -> None:
    schema = {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}

    assert generate.typescript(schema) == "readonly (string | null)[]"
