"""A shop's word on who its customer is; typing an address proves nothing (LESSONS 24)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st
from joserfc import jws
from joserfc.jwk import OctKey

from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.auth.customer_tokens import (
    LEEWAY_MS,
    LIFE_MAX_MS,
    CustomerClaims,
    sign_customer_token,
    verify_customer_token,
)
from shared.kit.auth.keyring import Keyring

NOW = 1_790_000_000_000
SECRET = b"k" * 32
EXPIRES_AT = NOW + 3_600_000


def signed(payload: object, *, alg: str = "HS256", **header: Any) -> str:
    """What any JWT library of a shop might make."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    key = OctKey.import_key(SECRET)
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jws.serialize_compact({"alg": alg, **header}, text, key, registry=registry)


def assert_refused(token: str, *, secret: bytes = SECRET, now: int = NOW) -> None:
    with pytest.raises(RefusedError) as refused:
        verify_customer_token(token, secret, now)
    assert refused.value.code is ErrorCode.BAD_CUSTOMER_TOKEN
    assert refused.value.__cause__ is None


class TestVerify:
    def test_a_shops_token_says_who_is_writing(self) -> None:
        token = sign_customer_token(
            SECRET, subject="c-1", expires_at=EXPIRES_AT, name="Zoë", email="zoe@shop.example"
        )
        assert verify_customer_token(token, SECRET, NOW) == CustomerClaims(
            "c-1", "Zoë", "zoe@shop.example", EXPIRES_AT
        )

    def test_a_shop_may_say_no_more_than_the_id(self) -> None:
        token = signed({"sub": "c-1", "exp": EXPIRES_AT // 1000}, typ="JWT", kid="7", x="y")
        assert verify_customer_token(token, SECRET, NOW) == CustomerClaims(
            "c-1", None, None, EXPIRES_AT
        )

    def test_a_shop_whose_clock_is_a_little_ahead_is_believed(self) -> None:
        expires_at = NOW + LIFE_MAX_MS + LEEWAY_MS
        payload = {"sub": "c", "exp": expires_at / 1000, "nbf": (NOW + LEEWAY_MS) / 1000}
        assert verify_customer_token(signed(payload), SECRET, NOW).expires_at == expires_at

    @pytest.mark.parametrize(
        "change",
        [
            {"exp": None},
            {"exp": NOW / 1000},
            {"exp": (NOW + LIFE_MAX_MS + LEEWAY_MS + 1000) / 1000},
            {"exp": "1790003600"},
            {"exp": True},
            {"exp": 10**400},
            {"exp": 1e300},
            {"nbf": (NOW + LEEWAY_MS + 1000) / 1000},
            {"nbf": "x"},
            {"sub": None},
            {"sub": ""},
            {"sub": 7},
            {"sub": ["c-1"]},
            {"sub": {"$ne": ""}},
            {"sub": "c" * 201},
            {"sub": "c\x00"},
            {"name": "a\nb"},
            {"name": ["Zoë"]},
            {"email": "e" * 255},
        ],
    )
    def test_a_token_with_a_bad_claim_is_refused(self, change: dict[str, Any]) -> None:
        """LESSONS 30: an object, an array, a number for a string is refused the same way."""
        payload = {"sub": "c-1", "exp": EXPIRES_AT // 1000, **change}
        assert_refused(signed({key: part for key, part in payload.items() if part is not None}))

    @pytest.mark.parametrize("text", ['{"sub":"c","exp":NaN}', '{"sub":"c","exp":Infinity}', "[]"])
    def test_a_token_that_would_never_expire_is_refused(self, text: str) -> None:
        assert_refused(signed(text))

    def test_a_token_under_another_shops_secret_is_refused(self) -> None:
        token = sign_customer_token(SECRET, subject="c-1", expires_at=EXPIRES_AT)
        assert_refused(token, secret=b"o" * 32)

    @pytest.mark.parametrize("alg", ["HS384", "HS512"])
    def test_a_token_of_another_algorithm_is_refused(self, alg: str) -> None:
        assert_refused(signed({"sub": "c", "exp": EXPIRES_AT // 1000}, alg=alg))

    def test_a_token_without_a_signature_is_refused(self) -> None:
        header, payload, _ = signed({"sub": "c", "exp": EXPIRES_AT // 1000}).split(".")
        assert_refused(f"{header}.{payload}.")
        assert_refused(f"eyJhbGciOiJub25lIn0.{payload}.")

    def test_one_of_our_own_tokens_is_refused(self) -> None:
        assert_refused(Keyring.ephemeral().sign(b"{}", token_type="t"))

    @given(st.text())
    def test_any_text_gives_the_one_refusal(self, text: str) -> None:
        assert_refused(text)

    def test_a_long_text_is_refused_unread(self) -> None:
        assert_refused("a" * 100_000)


class TestSecret:
    def test_a_short_secret_is_an_error_of_ours(self) -> None:
        with pytest.raises(ValueError, match="at least 32 bytes"):
            verify_customer_token("x", b"short", NOW)
        with pytest.raises(ValueError, match="at least 32 bytes"):
            sign_customer_token(b"short", subject="c", expires_at=EXPIRES_AT)
