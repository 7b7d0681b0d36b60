"""Tokens under a shop's public keys: the key says which algorithm, the token says nothing of it."""

from __future__ import annotations

import base64
import json
import warnings
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.auth.customer_tokens import CustomerClaims
from shared.kit.auth.key_sets import KEYS_MAX, BadKeySetError, KeySet, kid_of, read_key_set

NOW = 1_790_000_000_000
EXPIRES_AT = NOW + 3_600_000
RSA = RSAKey.generate_key(2048)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", SecurityWarning)
    SMALL_RSA = RSAKey.generate_key(1024)
EC, ED = ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")
KEYS: dict[str, Any] = {"RS256": RSA, "ES256": EC, "Ed25519": ED, "EdDSA": ED}
ALL_ALGORITHMS = ["RS256", "PS256", "RS512", "ES256", "Ed25519", "EdDSA", "HS256", "none"]

MEMBERS = ("kty", "crv", "use", "key_ops", "alg", "kid", "n", "e", "x", "y", "x5c", "oth")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


def public(key: Any, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}


def key_set(**named: Any) -> KeySet:
    return read_key_set({"keys": [public(key, kid=kid) for kid, key in named.items()]})


def signed(key: Any, alg: str, *, claims: dict[str, Any] | None = None, **header: Any) -> str:
    """What a shop's library might make."""
    payload = {"sub": "c-1", "exp": EXPIRES_AT // 1000, "name": "Zoë", **(claims or {})}
    text = json.dumps({name: one for name, one in payload.items() if one is not None})
    registry = jws.JWSRegistry(algorithms=ALL_ALGORITHMS, strict_check_header=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return jws.serialize_compact({"alg": alg, **header}, text, key, registry=registry)


def assert_refused(keys: KeySet, token: str, **rules: Any) -> None:
    with pytest.raises(RefusedError) as refused:
        keys.verify(token, NOW, **rules)
    assert refused.value.code is ErrorCode.BAD_CUSTOMER_TOKEN


class TestVerify:
    @pytest.mark.parametrize("alg", sorted(KEYS))
    def test_a_token_under_a_key_of_the_set_says_who_is_writing(self, alg: str) -> None:
        keys = key_set(other=ECKey.generate_key("P-256"), mine=KEYS[alg])

        claims, proof = keys.verify(signed(KEYS[alg], alg, kid="mine"), NOW)

        assert claims == CustomerClaims("c-1", "Zoë", None, EXPIRES_AT)
        assert proof in keys.proofs
        assert proof == next(iter(key_set(renamed=KEYS[alg]).proofs)), "whatever it is called"

    def test_a_token_that_names_no_key_is_judged_by_a_set_of_one(self) -> None:
        token = signed(EC, "ES256")

        assert read_key_set({"keys": [public(EC)]}).verify(token, NOW)
        assert_refused(key_set(a=EC, b=ED), token)
        assert_refused(key_set(a=EC), signed(EC, "ES256", kid="b"))

    def test_a_public_key_is_never_the_secret_of_an_hmac(self) -> None:
        """The best known forgery: the token says HS256, and signs with what everybody may read."""
        pem = RSA.as_pem(private=False)
        texts = (
            pem,
            pem.strip(),
            json.dumps(public(RSA)).encode(),
            str(RSA.as_dict()["n"]).encode(),
        )
        for text in texts:
            forged = signed(OctKey.import_key(base64.urlsafe_b64encode(text)), "HS256", kid="a")
            assert_refused(key_set(a=RSA), forged)

    @pytest.mark.parametrize(("key", "alg"), [(RSA, "PS256"), (RSA, "RS512")])
    def test_another_algorithm_of_the_same_key_is_refused(self, key: Any, alg: str) -> None:
        assert_refused(key_set(a=key), signed(key, alg, kid="a"))

    def test_a_token_without_a_signature_is_refused(self) -> None:
        _, payload, _ = signed(EC, "ES256", kid="a").split(".")
        headers: tuple[dict[str, Any], ...] = (
            {"alg": "none", "kid": "a"},
            {"alg": "ES256", "kid": "a"},
            {"alg": []},
        )
        for header in headers:
            head = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().strip("=")
            assert_refused(key_set(a=EC), f"{head}.{payload}.")

    def test_a_key_that_the_token_brings_along_is_not_looked_at(self) -> None:
        thief = ECKey.generate_key("P-256")
        headers: tuple[dict[str, Any], ...] = (
            {"jwk": public(thief)},
            {"jku": "https://evil.example", "kid": "a"},
        )
        for header in headers:
            assert_refused(key_set(a=EC), signed(thief, "ES256", **header))

    @pytest.mark.parametrize(
        "claims", [{"exp": None}, {"exp": NOW / 1000}, {"sub": None}, {"sub": ["c"]}, {"sub": ""}]
    )
    def test_a_token_with_a_bad_claim_is_refused(self, claims: dict[str, Any]) -> None:
        assert_refused(key_set(a=EC), signed(EC, "ES256", kid="a", claims=claims))

    def test_issuer_and_audience_are_held_to_what_the_site_says(self) -> None:
        keys, rules = key_set(a=EC), {"issuer": "shop", "audience": "chat"}
        for claims in ({"iss": "shop", "aud": "chat"}, {"iss": "shop", "aud": ["x", "chat"]}):
            assert keys.verify(signed(EC, "ES256", claims=claims), NOW, **rules)
        for claims in ({}, {"iss": "shop"}, {"aud": "chat"}, {"iss": "other", "aud": "chat"}):
            assert_refused(keys, signed(EC, "ES256", claims=claims), **rules)
        assert_refused(keys, signed(EC, "ES256", claims={"iss": "shop", "aud": "chatter"}), **rules)

    @given(st.text())
    def test_any_text_gives_the_one_refusal(self, text: str) -> None:
        assert_refused(key_set(a=EC), text)
        assert kid_of(text) is None

    def test_a_long_text_is_refused_unread(self) -> None:
        assert_refused(key_set(a=EC), "a" * 100_000)


class TestRead:
    def test_keys_for_something_else_are_left_out(self) -> None:
        entries = [
            public(EC, kid="good"),
            public(ED, use="enc"),
            public(ED, key_ops=["encrypt"]),
            public(RSA, alg="RS512"),
            public(SMALL_RSA),
            public(ECKey.generate_key("P-384")),
            {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
            {"kty": "RSA", "n": 7},
            {"kty": []},
            {"kty": "EC", "crv": []},
            {"kty": "RSA", "crv": {}},
            public(ED, key_ops=None),
            public(ED, key_ops=7),
            "text",
        ]
        keys = read_key_set({"keys": entries})

        assert len(keys.proofs) == 1
        assert keys.has("good")

    @settings(max_examples=50)
    @given(st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=3))
    def test_a_key_of_whatever_members_is_taken_or_left_out(self, odd: dict[str, Any]) -> None:
        for entry in (odd, {**public(EC), **odd}, {**public(RSA), **odd}):
            assert read_key_set({"keys": [entry, public(ED, kid="good")]}).has("good")

    @pytest.mark.parametrize(
        ("document", "why"),
        [
            ([], "an object|JSON object"),
            ({}, "JSON object"),
            ({"keys": {}}, "JSON object"),
            ({"keys": []}, "no key"),
            ({"keys": [{"kty": "oct", "k": "AAAA"}]}, "public keys only"),
            ({"keys": [EC.as_dict(private=True)]}, "public keys only"),
            ({"keys": [{}] * (KEYS_MAX + 1)}, "at most"),
        ],
    )
    def test_a_set_that_cannot_be_used_is_refused_in_words(self, document: Any, why: str) -> None:
        with pytest.raises(BadKeySetError, match=why):
            read_key_set(document)
