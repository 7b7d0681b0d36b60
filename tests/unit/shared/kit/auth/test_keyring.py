"""The keys: kept safely, rotated without signing anybody out."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from shared.kit.auth.keyring import BadTokenError, Keyring, KeyringFileError


class TestOpen:
    def test_the_first_process_makes_a_file_that_only_its_user_reads(self, tmp_path: Path) -> None:
        path = tmp_path / "keys" / "signing.json"
        Keyring.open(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(path.parent.iterdir()) == [path]

    def test_the_second_process_reads_the_same_keys(self, tmp_path: Path) -> None:
        path = tmp_path / "signing.json"
        token = Keyring.open(path).sign(b"hello", token_type="t")
        assert Keyring.open(path).verify(token, token_type="t") == b"hello"

    def test_the_file_others_may_read_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "signing.json"
        Keyring.open(path)
        path.chmod(0o644)
        with pytest.raises(KeyringFileError, match="chmod 600"):
            Keyring.open(path)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"[]",
            b"{}",
            b'{"keys": []}',
            b'{"keys": [{"kid": "1"}]}',
            b'{"keys": [{"kid": "1", "kty": "oct", "k": "c2VjcmV0"}]}',
            b"\xff",
        ],
    )
    def test_the_file_of_something_else_is_refused_in_one_sentence(
        self, tmp_path: Path, content: bytes
    ) -> None:
        path = tmp_path / "signing.json"
        path.touch(mode=0o600)
        path.write_bytes(content)
        with pytest.raises(KeyringFileError, match="is not a JWK set of Ed25519 keys"):
            Keyring.open(path)

    def test_the_loser_of_a_race_takes_the_winners_keys(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "signing.json"
        winner = Keyring.open(path)
        monkeypatch.setattr(Path, "exists", lambda _self: False)  # looked before the winner wrote
        loser = Keyring.open(path)
        assert winner.verify(loser.sign(b"x", token_type="t"), token_type="t") == b"x"


class TestRotate:
    def test_the_newest_key_signs_and_the_old_one_still_verifies(self, tmp_path: Path) -> None:
        path = tmp_path / "signing.json"
        old = Keyring.open(path)
        old.rotated().save(path)
        new = Keyring.open(path)
        assert len(json.loads(path.read_bytes())["keys"]) == 2
        assert new.verify(old.sign(b"x", token_type="t"), token_type="t") == b"x"
        with pytest.raises(BadTokenError):
            old.verify(new.sign(b"x", token_type="t"), token_type="t")


class TestPublic:
    def test_a_public_ring_verifies_but_cannot_sign(self) -> None:
        keys = Keyring.ephemeral()
        public = keys.public()
        assert public.verify(keys.sign(b"x", token_type="t"), token_type="t") == b"x"
        with pytest.raises(ValueError, match="cannot sign"):
            public.sign(b"x", token_type="t")

    def test_a_public_ring_holds_no_private_half(self, tmp_path: Path) -> None:
        Keyring.ephemeral().public().save(tmp_path / "public.json")
        (key,) = json.loads((tmp_path / "public.json").read_bytes())["keys"]
        assert "d" not in key


def test_a_ring_without_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Keyring({})
