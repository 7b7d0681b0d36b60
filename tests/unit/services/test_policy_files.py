"""A policy file with an error: which line it is in, and why it cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.administration.policies import app
from services.administration.policy_files import BadPolicyError, read_policy
from shared.contracts.policies import PolicyFigures
from shared.kernel.vocabulary import Channel

GOOD = """\
# Two at once, and a word when it takes long.
first_offers = 2
holding_text = \"\"\"
Somebody is on the way.
widen_after_ms = never\"\"\"

[weights]
voice = 100
email = 1
"""


def complaints(text: str) -> Sequence[str]:
    with pytest.raises(BadPolicyError) as bad:
        read_policy(text)
    return bad.value.complaints


def test_a_good_file_is_what_it_says() -> None:
    assert read_policy(GOOD) == PolicyFigures(
        first_offers=2,
        holding_text="Somebody is on the way.\nwiden_after_ms = never",
        weights={Channel.VOICE: 100, Channel.EMAIL: 1},
    )


def test_an_empty_file_sets_nothing() -> None:
    assert read_policy("") == PolicyFigures()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            GOOD + "chat = 101\n",
            "line 10: weights.chat must be less than or equal to 100.",
        ),
        (
            "\n\nwiden_after_ms = 1\n",
            "line 3: widen_after_ms must be greater than or equal to 100.",
        ),
        ('a = """\n\n"""\n', "line 1: a is no figure of a policy."),
        ("weights.voice = 0", "line 1: weights.voice must be greater than or equal to 1."),
        ("weights = 3", "line 1: weights must be an object."),
        (
            "first_offers = 1\n\n[hours]\ntime_zone = 'UTC'\n",
            "line 3: hours is the default queue's: set it there.",
        ),
        ("capacity = 2026-11-27", "line 1: capacity must be a valid integer."),
        ("capacity = nan", "line 1: capacity must be a valid integer."),
    ],
)
def test_a_figure_that_cannot_be_is_told_with_its_line(text: str, complaint: str) -> None:
    assert complaints(text) == [complaint]


def test_all_of_them_are_told_in_the_order_of_the_lines() -> None:
    told = complaints("wrap_up_ms = -1\nfirst_offers = 0\nmine = 1\n")
    assert [one.partition(":")[0] for one in told] == ["line 1", "line 2", "line 3"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("first_offers = 2\nfirst_offers 3\n", 2),
        ("capacity = 3\ncapacity = 4\n", 2),
        ("\na = [", 2),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text: str, line: int) -> None:
    (complaint,) = complaints(text)
    assert complaint.startswith(f"line {line}: this is no TOML: ")


class TestCheck:
    def test_a_good_file_passes(self, tmp_path: Path) -> None:
        file = tmp_path / "policy.toml"
        file.write_text(GOOD)
        done = CliRunner().invoke(app, ["check", str(file)])
        assert done.exit_code == 0

    def test_a_bad_file_or_none_ends_with_1(self, tmp_path: Path) -> None:
        file = tmp_path / "policy.toml"
        assert CliRunner().invoke(app, ["check", str(file)]).exit_code == 1
        file.write_bytes(b"\xff")
        assert CliRunner().invoke(app, ["check", str(file)]).exit_code == 1
        file.write_text("first_offers = 0")
        assert CliRunner().invoke(app, ["check", str(file)]).exit_code == 1
