"""API keys: the text says whose it is, only the secret proves it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

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


@given(st.text() | st.from_regex(r"fa_[89a-z][0-9a-z]{51}_[0-9a-f]{64}", fullmatch=True))
def test_any_other_text_is_refused_the_same_way(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parse_api_key(text)
    assert refused.value.code is ErrorCode.NOT_SIGNED_IN
