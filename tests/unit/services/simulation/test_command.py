"""`firstreply simulate` tells people, programs and a browser the same findings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from services.simulation.runs import PINNED, read_assumptions


@pytest.fixture
def an_hour(tmp_path: Path) -> Path:
    """One hour of a shop of four."""
    text = PINNED.read_text()
    shorter = re.sub(r"(?m)^profile = .*$", "profile = [1, 1]", text)
    fewer = re.sub(r"(?m)^(most|least) = \d+$", r"\1 = 4", shorter)
    file = tmp_path / "hour.toml"
    file.write_text(fewer)
    assert read_assumptions(file).assumptions.agents.most == 4
    return file


def simulate(*arguments: object, env: Mapping[str, str] = {"COLUMNS": "160"}) -> Result:
    words = ["simulate", "--processes", "1", *map(str, arguments)]
    return CliRunner().invoke(app, words, env=dict(env))


TWO = ("--policy", "round-robin", "--policy", "firstreply")


def test_the_table_the_picture_and_the_json_tell_the_same(an_hour: Path, tmp_path: Path) -> None:
    page = tmp_path / "simulation.html"
    asked = ("--days", 2, "--load", 0.7, "--assumptions", an_hour)
    shown = simulate(*asked, *TWO, "--html", page)
    told = json.loads(simulate(*asked, *TWO, "--json").output)
    assert shown.exit_code == 0
    ours = next(one for one in told["findings"] if one["policy"] == "firstreply")
    level = f"{ours['level']['estimate']:.1f}"
    assert level in shown.output
    assert told["sha256"] == read_assumptions(an_hour).sha256
    assert told["sha256"] in shown.output
    words = page.read_text()
    assert f"{level} %" in words
    assert told["sha256"] in words
    assert (told["days"], told["seed"], told["load"]) == (2, 1, 0.7)


def test_the_page_needs_nothing_from_anywhere(an_hour: Path, tmp_path: Path) -> None:
    page = tmp_path / "simulation.html"
    simulate("--days", 1, "--assumptions", an_hour, "--html", page, "--policy", "longest-idle")
    words = page.read_text()
    pictures = re.findall(r"<svg.*?</svg>", words, re.DOTALL)
    assert len([ET.fromstring(one) for one in pictures]) == 2  # noqa: S314  our own
    assert not re.findall(r"(src|href)=|<script|url\(|http", words)


def test_a_policy_that_is_not_there_is_refused_with_those_that_are() -> None:
    done = simulate("--policy", "tarot")
    assert done.exit_code == 1
    assert "no policy 'tarot'" in done.output
    assert "round-robin" in done.output


def test_assumptions_that_cannot_be_are_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(PINNED.read_text().replace("away_share = 0.10", "away_share = 1.0"))
    done = simulate("--assumptions", file)
    assert done.exit_code == 1
    assert "agents.away_share" in done.output


def test_a_page_that_cannot_be_written_says_so(an_hour: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "none" / "page.html"
    asked = ("--days", 1, "--assumptions", an_hour, "--policy", "round-robin")
    done = simulate(*asked, "--html", nowhere)
    assert done.exit_code == 1
    assert "cannot be written" in done.output


def test_the_engine_goes_by_a_shops_policy_file_and_the_peers_do_not(
    an_hour: Path, tmp_path: Path
) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("first_offers = 1\n")
    asked = ("--days", 1, "--load", 0.7, "--assumptions", an_hour, *TWO)
    shipped = json.loads(simulate(*asked, "--json").output)
    own = json.loads(simulate(*asked, "--figures", file, "--json").output)
    assert (shipped["figures"], own["figures"]) == ({}, {"first_offers": 1})
    robin, ours = ([one["findings"][at] for one in (shipped, own)] for at in (0, 1))
    assert robin[0] == robin[1]
    assert ours[0] != ours[1]
    assert "first_offers = 1" in simulate(*asked, "--figures", file).output


def test_a_policy_file_with_an_error_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("\nfirst_offers = 0\n")
    done = simulate("--figures", file)
    assert done.exit_code == 1
    assert "line 2: first_offers" in done.output
