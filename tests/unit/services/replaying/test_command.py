"""`firstreply replay` serves a record anew under several policies, and shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from tests.support.call_rows import write_calls


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return write_calls(tmp_path / "calls.txt", days=3, calls=100)


def replay(*arguments: object) -> Result:
    wanted = ["replay", *map(str, arguments), "--processes", "1"]
    return CliRunner().invoke(app, wanted, env={"COLUMNS": "80"})


def rows(done: Result) -> list[str]:
    """The lines of the table, without its head."""
    return [line for line in done.output.splitlines() if line.rstrip().endswith(" s")]


def test_each_policy_is_told_in_a_line_with_its_points_over_round_robin(history: Path) -> None:
    done = replay(history)
    assert done.exit_code == 0
    assert [row.split("  ")[0] for row in rows(done)] == [
        "Firstreply's engine",
        "Round robin with limit",
        "Least loaded, 5 s worker",
        "Least active, 10 s tick",
        "Longest idle",
    ]
    assert "Points: above round robin with limit, on the same days." in done.output
    assert "300 contacts of 3 days (1999-01-03 to 1999-01-05)" in done.output


def test_what_the_whole_staff_could_do_for_each_is_told_and_even_who_knows_all_does_not_pass_it(
    history: Path,
) -> None:
    done = replay(history, "--policy", "clairvoyant", "--away", "30")
    told = re.search(r"With infinite capacity ([\d.]+) % could be answered in time", done.output)
    level = re.search(r"Clairvoyant \(a bound\) +([\d.]+)", done.output)
    assert told is not None
    assert level is not None
    assert 0 < float(level[1]) <= float(told[1]) <= 100


def test_a_seed_and_a_policy_give_the_same_figures_again(history: Path) -> None:
    # The last column is the time it took.
    first, again = (
        [row.rsplit("  ", 1)[0] for row in rows(replay(history, "--policy", "firstreply"))]
        for _ in range(2)
    )
    assert first == again != []


def test_all_can_be_held_against_any_that_is_played(history: Path) -> None:
    both = ("--policy", "longest-idle", "--policy", "firstreply")
    assert "Points: above longest idle" in replay(history, *both).output
    assert "Points: above firstreply" in replay(history, *both, "--against", "firstreply").output


def test_the_page_is_written_and_named(history: Path, tmp_path: Path) -> None:
    page = tmp_path / "replay.html"
    done = replay(history, "--policy", "round-robin", "--html", page)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "The picture is in" in done.output


def test_rejected_rows_are_named_and_written(history: Path, tmp_path: Path) -> None:
    with history.open("a") as file:
        file.write("torn\n")
    done = replay(history, "--policy", "round-robin", "--report", tmp_path / "rejected.csv")
    assert done.exit_code == 3
    assert "line 302 is left out: 17 fields are expected, 1 found" in done.output
    assert (tmp_path / "rejected.csv").read_text().splitlines()[1].startswith("302,")


def test_our_own_history_is_replayed_with_agents_who_write_and_hold_several(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    lines = [f"2026-11-02T09:{n // 60:02d}:{n % 60:02d}Z,3000,600000" for n in range(0, 1800, 9)]
    own.write_text("\n".join(["asked_at,waited_ms,handle_ms", *lines]) + "\n")
    done = replay(own, "--policy", "firstreply", "--at-once", 4, "--within-s", 15)
    assert done.exit_code == 0
    assert "answer after another 3.2 s; each holds 4 at once" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--policy", "luck"), "There is no policy 'luck': there are firstreply,"),
        (
            ("--policy", "firstreply", "--against", "longest-idle"),
            "'longest-idle' is not among the policies that are played: firstreply.",
        ),
        (("--within-s", 1), "the target of 1000 ms is shorter than the 2000 ms a human takes"),
        (("--html", "/nowhere/page.html", "--policy", "round-robin"), "cannot be written"),
        (("--assumptions", "/nowhere.toml"), "/nowhere.toml"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: tuple[object, ...], words: str, history: Path
) -> None:
    done = replay(history, *arguments)
    assert done.exit_code == 1
    assert words in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            ["2026-11-02T09:00:00Z,3000,60000", "2026-11-09T10:00:00Z,3000,60000"],
            "has no half hour in which two an hour ask.",
        ),
        (["2026-11-02T09:00:00Z,3000,"] * 3, "Nobody in the record was answered"),
    ],
)
def test_a_history_that_cannot_be_played_is_refused(
    rows: list[str], words: str, tmp_path: Path
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("\n".join(["asked_at,waited_ms,handle_ms", *rows]) + "\n")
    done = replay(own)
    assert done.exit_code == 1
    assert words in " ".join(done.output.split())
