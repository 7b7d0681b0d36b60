"""Principals and grants: only ours, only now, never one for the other (LESSONS 26, 27)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from shared.contracts.claims import Grant, Principal
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import read_grant, read_principal, sign_grant, sign_principal
from shared.kit.new_ids import new_id

NOW = 1_790_000_000_123
KEYS = Keyring.ephemeral()
PRINCIPAL = Principal(
    shop_id=new_id(),
    scopes=(Scope.AGENT, Scope.SUPERVISOR),
    agent_id=new_id(),
    name="Ånn <b>",
    expires_at=NOW + 1,
)
GRANT = Grant(
    shop_id=new_id(),
    conversation_id=new_id(),
    agent_id=new_id(),
    agent_name="Ann",
    assignment_id=new_id(),
    assignment_version=3,
    expires_at=NOW + 1,
)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def header_of(token: str) -> dict[str, Any]:
    text = token.split(".", maxsplit=1)[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return header


def with_header(token: str, header: object) -> str:
    _, payload, signature = token.split(".")
    return f"{b64(json.dumps(header).encode())}.{payload}.{signature}"


def assert_refused(token: str, *, keys: Keyring = KEYS, now: int = NOW) -> None:
    with pytest.raises(RefusedError) as refused:
        read_principal(keys, token, now)
    assert refused.value.code is ErrorCode.NOT_SIGNED_IN
    assert refused.value.__cause__ is None
    with pytest.raises(RefusedError) as refused:
        read_grant(keys, token, now)
    assert refused.value.code is ErrorCode.NOT_ASSIGNED


class TestPrincipal:
    def test_a_principal_comes_back_whole(self) -> None:
        assert read_principal(KEYS, sign_principal(KEYS, PRINCIPAL), NOW) == PRINCIPAL

    def test_a_principal_is_refused_from_the_instant_it_expires(self) -> None:
        token = sign_principal(KEYS, PRINCIPAL)
        assert_refused(token, now=PRINCIPAL.expires_at)

    def test_a_principal_of_another_ring_is_refused(self) -> None:
        assert_refused(sign_principal(Keyring.ephemeral(), PRINCIPAL))

    def test_a_grant_is_never_a_principal(self) -> None:
        with pytest.raises(RefusedError):
            read_principal(KEYS, sign_grant(KEYS, GRANT), NOW)

    def test_a_grants_payload_under_a_principals_type_is_refused(self) -> None:
        grant_payload = KEYS.verify(sign_grant(KEYS, GRANT), token_type="firstreply-grant+jwt")
        assert_refused(KEYS.sign(grant_payload, token_type="firstreply-principal+jwt"))


class TestGrant:
    def test_a_grant_comes_back_whole(self) -> None:
        assert read_grant(KEYS, sign_grant(KEYS, GRANT), NOW) == GRANT

    def test_a_grant_opens_nothing_from_the_instant_it_expires(self) -> None:
        token = sign_grant(KEYS, GRANT)
        assert read_grant(KEYS, token, GRANT.expires_at - 1) == GRANT
        assert read_grant(KEYS, token, GRANT.expires_at) is None

    def test_a_principal_is_never_a_grant(self) -> None:
        with pytest.raises(RefusedError):
            read_grant(KEYS, sign_principal(KEYS, PRINCIPAL), NOW)


class TestForged:
    TOKEN = sign_principal(KEYS, PRINCIPAL)

    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_a_token_changed_in_any_part_is_refused(self, part: int) -> None:
        parts = self.TOKEN.split(".")
        flipped = "A" if parts[part][5] != "A" else "B"
        parts[part] = parts[part][:5] + flipped + parts[part][6:]
        assert_refused(".".join(parts))

    def test_a_token_without_a_signature_is_refused(self) -> None:
        header, payload, _ = self.TOKEN.split(".")
        assert_refused(f"{header}.{payload}.")
        unsigned = with_header(self.TOKEN, {**header_of(self.TOKEN), "alg": "none"})
        assert_refused(unsigned.rpartition(".")[0] + ".")

    def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(self) -> None:
        public = KEYS.public()._public[header_of(self.TOKEN)["kid"]]
        secret = OctKey.import_key(base64.urlsafe_b64decode(str(public["x"]) + "=="))
        header = {**header_of(self.TOKEN), "alg": "HS256"}
        payload = KEYS.verify(self.TOKEN, token_type="firstreply-principal+jwt")
        assert_refused(jws.serialize_compact(header, payload, secret, ["HS256"]))

    def test_a_token_that_brings_its_own_key_is_refused(self) -> None:
        own = OKPKey.generate_key("Ed25519")
        header = {**header_of(self.TOKEN), "jwk": own.as_dict(private=False)}
        payload = KEYS.verify(self.TOKEN, token_type="firstreply-principal+jwt")
        assert_refused(jws.serialize_compact(header, payload, own, ["Ed25519"]))

    @pytest.mark.parametrize(
        "change",
        [
            {"kid": "other"},
            {"kid": ["x"]},
            {"kid": None},
            {"alg": []},
            {"alg": {}},
            {"alg": "EdDSA"},
            {"typ": "firstreply-other+jwt"},
            {"crit": ["x"]},
            {"crit": 5, "b64": "x"},
        ],
        ids=json.dumps,
    )
    def test_a_token_with_a_changed_header_is_refused(self, change: dict[str, Any]) -> None:
        assert_refused(with_header(self.TOKEN, {**header_of(self.TOKEN), **change}))

    @pytest.mark.parametrize("header", [[], "alg", 5, None, {}], ids=json.dumps)
    def test_a_token_with_a_strange_header_is_refused(self, header: object) -> None:
        assert_refused(with_header(self.TOKEN, header))

    def test_a_token_of_our_own_whose_payload_is_something_else_is_refused(self) -> None:
        for payload in (b"", b"[]", b"{}", b'{"aud":"firstreply:principal"}', b"\xff"):
            assert_refused(KEYS.sign(payload, token_type="firstreply-principal+jwt"))

    def test_a_token_nested_to_exhaust_the_parser_is_refused(self) -> None:
        assert_refused(f"{b64(b'[' * 370)}.{b64(b'{}')}.{b64(b'x')}")

    def test_a_token_longer_than_any_of_ours_is_refused_unread(self) -> None:
        assert_refused("a" * 100_000)

    @settings(max_examples=50)
    @given(st.text() | st.from_regex(r"[\w-]{0,80}\.[\w-]{0,80}\.[\w-]{0,80}", fullmatch=True))
    def test_any_text_gives_the_one_refusal(self, text: str) -> None:
        assert_refused(text)

    @settings(max_examples=50)
    @given(
        st.dictionaries(
            st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk"]),
            st.none() | st.integers() | st.text() | st.lists(st.text()),
        )
    )
    def test_any_header_gives_the_one_refusal(self, header: object) -> None:
        assert_refused(with_header(self.TOKEN, header))
