"""The keys: kept safely, rotated without signing anybody out."""

from __future__ import annotations

import json
import stat
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.cli import IMPORT_TOKEN_LIFE_MS
from services.demo.command import TOKEN_LIFE_MS as DEMO_TOKEN_LIFE_MS
from services.router.usecases.sign_in import AGENT_TOKEN_LIFE_MS, KEY_TOKEN_LIFE_MS
from shared.kit.auth import keyring
from shared.kit.auth.key_files import KEEP_MS, LONGEST_LIFE_MS, list_file, rotate_file
from shared.kit.auth.keyring import BadTokenError, Keyring, KeyringFileError
from shared.kit.system_clock import SystemClock
from tests.support.clock import VirtualClock


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
    def test_the_newest_key_signs_and_the_old_one_verifies_for_every_process_at_once(
        self, tmp_path: Path, clock: VirtualClock
    ) -> None:
        path = tmp_path / "signing.json"
        first, second = Keyring.open(path, clock), Keyring.open(path, clock)
        before = first.sign(b"x", token_type="t")
        rotate_file(path, clock.now())
        after = first.sign(b"y", token_type="t")
        for ring in (first, second, Keyring.open(path, clock)):
            assert ring.verify(before, token_type="t") == b"x"
            assert ring.verify(after, token_type="t") == b"y"
        assert kid_of(before) != kid_of(after) == list_file(path)[-1].kid

    def test_an_old_key_loses_its_private_half_and_verifies_until_its_tokens_have_expired(
        self, tmp_path: Path, clock: VirtualClock
    ) -> None:
        path = tmp_path / "signing.json"
        ring = Keyring.open(path, clock)
        token = ring.sign(b"x", token_type="t")
        rotate_file(path, clock.now())
        old, _ = json.loads(path.read_bytes())["keys"]
        assert "d" not in old
        clock.advance(KEEP_MS - 1)
        assert ring.verify(token, token_type="t") == b"x"
        clock.advance(1)
        with pytest.raises(BadTokenError):
            ring.verify(token, token_type="t")
        rotate_file(path, clock.now())
        # Two keys of one millisecond stand in either order: their ids are random within it.
        assert sorted(one.signs for one in list_file(path)) == [False, True], "the first is gone"

    def test_rotating_twice_does_not_lengthen_the_first_keys_life(
        self, tmp_path: Path, clock: VirtualClock
    ) -> None:
        path = tmp_path / "signing.json"
        Keyring.open(path, clock)
        (first,) = (one for one in rotate_file(path, clock.now()) if not one.signs)
        clock.advance(1_000)
        (again,) = (one for one in rotate_file(path, clock.now()) if one.kid == first.kid)
        assert again.until == first.until

    def test_forgetting_the_old_keys_ends_their_tokens_at_once(
        self, tmp_path: Path, clock: VirtualClock
    ) -> None:
        path = tmp_path / "signing.json"
        ring = Keyring.open(path, clock)
        token = ring.sign(b"x", token_type="t")
        (only,) = rotate_file(path, clock.now(), forget_old=True)
        assert only.signs
        with pytest.raises(BadTokenError):
            ring.verify(token, token_type="t")

    def test_a_token_seen_before_is_refused_once_its_key_is_forgotten_or_out_of_force(
        self, tmp_path: Path, clock: VirtualClock
    ) -> None:
        """What was checked once is remembered, and no longer than its key is in force."""
        path = tmp_path / "signing.json"
        ring = Keyring.open(path, clock)
        old, young = ring.sign(b"x", token_type="t"), ring.sign(b"y", token_type="t")
        rotate_file(path, clock.now())
        assert [ring.verify(old, token_type="t") for _ in range(2)] == [b"x", b"x"]
        with pytest.raises(BadTokenError):
            ring.verify(old, token_type="another")
        clock.advance(KEEP_MS)
        with pytest.raises(BadTokenError):
            ring.verify(old, token_type="t")
        rotate_file(path, clock.now(), forget_old=True)
        with pytest.raises(BadTokenError):
            ring.verify(young, token_type="t")

    def test_a_ring_forgets_the_first_signatures_it_checked_when_there_are_too_many(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keyring, "SEEN_MAX", 2)
        ring = Keyring.ephemeral()
        tokens = [ring.sign(b"%d" % n, token_type="t") for n in range(4)]
        for _ in range(2):
            assert [ring.verify(one, token_type="t") for one in tokens] == [b"0", b"1", b"2", b"3"]

    def test_processes_that_rotate_at_once_lose_nobodys_key(
        self, tmp_path: Path, clock: VirtualClock
    ) -> None:
        path = tmp_path / "signing.json"
        Keyring.open(path, clock)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: rotate_file(path, clock.now()), range(12)))
        facts = list_file(path)
        assert len(facts) == 13
        assert [one.signs for one in facts].count(True) == 1
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_a_file_that_cannot_be_used_leaves_the_keys_as_they_were(
        self, tmp_path: Path, clock: VirtualClock
    ) -> None:
        path = tmp_path / "signing.json"
        ring = Keyring.open(path, clock)
        token = ring.sign(b"x", token_type="t")
        for harm in (lambda: path.write_text("{"), lambda: path.chmod(0o644), path.unlink):
            harm()
            assert ring.verify(token, token_type="t") == b"x"
            assert ring.verify(ring.sign(b"y", token_type="t"), token_type="t") == b"y"

    def test_rotating_where_there_are_no_keys_is_refused_in_one_sentence(
        self, tmp_path: Path, clock: VirtualClock
    ) -> None:
        with pytest.raises(KeyringFileError, match="start Firstreply once"):
            rotate_file(tmp_path / "signing.json", clock.now())

    def test_a_key_tells_when_it_was_made_and_one_of_somebody_else_does_not(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "signing.json"
        now = SystemClock().now()
        Keyring.open(path)
        (ours,) = list_file(path)
        assert abs(ours.made_at - now) < 60_000
        key = json.loads(path.read_bytes())["keys"][0]
        path.write_text(json.dumps({"keys": [{**key, "kid": "by hand"}]}))
        assert list_file(path)[0].made_at == 0


def test_no_token_outlives_the_key_that_signed_it() -> None:
    lives = (AGENT_TOKEN_LIFE_MS, KEY_TOKEN_LIFE_MS, IMPORT_TOKEN_LIFE_MS, DEMO_TOKEN_LIFE_MS)
    assert max(lives) <= LONGEST_LIFE_MS
    assert LONGEST_LIFE_MS < KEEP_MS


def kid_of(token: str) -> str:
    head = token.partition(".")[0]
    kid: str = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    return kid


class TestPublic:
    def test_a_public_ring_verifies_but_cannot_sign(self) -> None:
        keys = Keyring.ephemeral()
        public = keys.public()
        assert public.verify(keys.sign(b"x", token_type="t"), token_type="t") == b"x"
        with pytest.raises(ValueError, match="cannot sign"):
            public.sign(b"x", token_type="t")


def test_a_ring_without_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Keyring({})
