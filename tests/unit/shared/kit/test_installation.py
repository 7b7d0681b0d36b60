"""What an installation keeps: the same at each start, and never taken in part."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from shared.kernel.vocabulary import Service
from shared.kit.installation import (
    SECRET_BYTES,
    SecretFileError,
    node_id,
    read_or_make_secret,
)


class TestSecret:
    def test_it_is_made_once_for_its_user_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "secret"
        made = read_or_make_secret(path)

        assert len(made) == SECRET_BYTES
        assert read_or_make_secret(path) == made
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"", id="empty"),
            pytest.param(b"ab" * (SECRET_BYTES - 1), id="too short"),
            pytest.param(b"ab" * (SECRET_BYTES + 1), id="too long"),
            pytest.param(b"zz" * SECRET_BYTES, id="not hexadecimal"),
            pytest.param(b"ab " * SECRET_BYTES, id="spaced"),
            pytest.param(b"\xff" * 2 * SECRET_BYTES, id="no text"),
        ],
    )
    def test_a_damaged_one_is_refused_with_what_to_do(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "secret"
        path.write_bytes(content)
        path.chmod(0o600)

        with pytest.raises(SecretFileError, match="is damaged: it must hold 64 hexadecimal digits"):
            read_or_make_secret(path)
        assert path.read_bytes() == content

    def test_one_that_others_may_read_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "secret"
        read_or_make_secret(path)
        path.chmod(0o640)

        with pytest.raises(SecretFileError, match="chmod 600"):
            read_or_make_secret(path)

    def test_a_folder_in_its_place_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "secret").mkdir(mode=0o700)

        with pytest.raises(SecretFileError, match="cannot be read"):
            read_or_make_secret(tmp_path / "secret")


def test_a_node_is_the_same_at_each_start_and_no_other_installations_or_services() -> None:
    mine = node_id(b"secret", Service.ROUTER)
    assert node_id(b"secret", Service.ROUTER) == mine
    assert len({mine, node_id(b"other", Service.ROUTER), node_id(b"secret", Service.GATEWAY)}) == 3
