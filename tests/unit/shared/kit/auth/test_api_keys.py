"""API keys: the text says whose it is, only the secret proves it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings, strategies as st

from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.auth.api_keys import new_api_key, parse_api_key, proves
from shared.kit.new_ids import new_id


def test_a_program_proves_itself_with_the_text_shown_once() -> None:
    shop_id, key_id = new_id(), new_id()
    text, digest = new_api_key(shop_id, key_id)
    key = parse_api_key(text)
    assert (key.shop_id, key.key_id) == (shop_id, key_id)
    assert proves(key, digest)


def test_a_program_with_another_secret_proves_nothing() -> None:
    shop_id, key_id = new_id(), new_id()
    text, _ = new_api_key(shop_id, key_id)
    _, other_digest = new_api_key(shop_id, key_id)
    assert not proves(parse_api_key(text), other_digest)


def test_what_is_kept_tells_nothing_of_the_secret() -> None:
    text, digest = new_api_key(new_id(), new_id())
    assert text.rpartition("_")[2] not in repr((digest, parse_api_key(text)))


@settings(max_examples=50)
@given(st.text() | st.text("0189az_", min_size=52, max_size=52).map("fa_{}_".format))
@example(f"fa_{'8' * 52}_{'0' * 64}")
@example(f"fa_{'7' * 25}u{'7' * 26}_{'0' * 64}")
@example(f"fa_{'7' * 52}_{'0' * 64}\n")
def test_any_other_text_is_refused_the_same_way(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parse_api_key(text)
    assert refused.value.code is ErrorCode.NOT_SIGNED_IN
