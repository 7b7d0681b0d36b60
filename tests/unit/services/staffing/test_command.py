"""`firstreply staff` tells people and programs the same plan, and what it left out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from shared.kernel.clock import from_iso, to_iso

MONDAY = from_iso("2026-11-02T00:00:00Z")
HOUR_MS = 3_600_000


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Two hours in which somebody asks each half minute for three minutes; one row is wrong."""
    rows = ["asked_at,waited_ms,handle_ms", "yesterday,1,1"]
    for count in range(240):
        left = count % 10 == 0
        asked = to_iso(MONDAY + 17 * HOUR_MS + count * 30_000)
        rows.append(f"{asked},{20_000 if left else 4_000},{'' if left else 180_000}")
    path = tmp_path / "history.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def staff(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["staff", *map(str, arguments)], env={"COLUMNS": "120"})


def test_the_plan_is_told_by_the_clock_of_the_place_with_what_one_more_agent_brings(
    history: Path,
) -> None:
    done = staff(history, "--time-zone", "Europe/Berlin", "--share", 90, "--within-s", 20)
    assert done.exit_code == 3
    assert "240 contacts of 1 days, 24 of whom left unanswered; 1 rows rejected." in done.output
    assert "line 2 is left out: asked_at 'yesterday' is no ISO 8601 instant" in done.output
    assert "for 90% answered within 20 s" in done.output
    assert "18:00-20:00" in done.output
    assert "17:30" not in done.output


def test_programs_get_the_plan_and_the_rejected_rows_as_csv(history: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "plan.csv", tmp_path / "rejected.csv"
    staff(history, "--out", out, "--report", report)
    with out.open(newline="") as file:
        plan = list(csv.DictReader(file))
    assert [row["from"] for row in plan] == ["17:00", "17:30", "18:00", "18:30"]
    assert all(int(row["agents"]) >= 6 for row in plan)
    assert all(float(row["service_level"]) >= 0.8 for row in plan)
    assert report.read_text().splitlines()[1].startswith("2,")


def test_a_forecast_is_planned_without_rejections_and_without_a_history(tmp_path: Path) -> None:
    forecast = tmp_path / "forecast.csv"
    forecast.write_text("day,from,contacts,handle_s\nBlack Friday,18:00,400,180\n")
    done = staff(forecast, "--at-once", 4, "--patience-s", 60)
    assert done.exit_code == 0
    assert "A forecast of 1 days with 400 contacts." in done.output
    assert "Black Friday" in done.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--time-zone", "Mars/Olympus"), "There is no time zone 'Mars/Olympus'"),
        (("--within-s", 1), "shorter than the 1500 ms a human takes to notice"),
        (("--out", "/nowhere/plan.csv"), "/nowhere/plan.csv cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: tuple[object, ...], words: str, history: Path
) -> None:
    done = staff(history, *arguments)
    assert done.exit_code == 1
    assert words in " ".join(done.output.split())


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    done = staff(tmp_path / "nothing")
    assert done.exit_code == 1
    assert "cannot be read: No such file or directory" in " ".join(done.output.split())
