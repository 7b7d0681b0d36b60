"""Assumptions are read with their hash, and many days are played as each would be alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from services.simulation.runs import (
    PINNED,
    BadAssumptionsError,
    Run,
    days_of,
    play_all,
    play_one,
    read_assumptions,
)
from tests.support.simulated import a_day, a_visit, a_worker, small_shop


class TestAssumptions:
    def test_the_hash_is_that_of_the_file(self) -> None:
        assert read_assumptions().sha256 == hashlib.sha256(PINNED.read_bytes()).hexdigest()

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (("patience_mean_s = 373.0", "patience_mean_s = -1"), "customers.patience_mean_s"),
            (("[peers]", "[pears]"), "peers"),
            (("least = 6", "least = 99"), "least is more than most"),
            (("least = 6", "least = "), "Invalid value"),
        ],
    )
    def test_a_file_with_an_error_says_where_and_why(
        self, tmp_path: Path, change: tuple[str, str], reason: str
    ) -> None:
        file = tmp_path / "mine.toml"
        text = PINNED.read_text()
        assert change[0] in text
        file.write_text(text.replace(*change))
        with pytest.raises(BadAssumptionsError, match=reason):
            read_assumptions(file)

    def test_a_file_that_cannot_be_read_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(BadAssumptionsError, match=r"none\.toml"):
            read_assumptions(tmp_path / "none.toml")
        (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
        with pytest.raises(BadAssumptionsError, match=r"bytes\.toml"):
            read_assumptions(tmp_path / "bytes.toml")


class TestRuns:
    def test_a_run_for_each_policy_on_each_day(self) -> None:
        runs = days_of(("firstreply", "round-robin"), (1, 2), (0.5, 0.9))
        assert len(runs) == 8
        assert runs[0] == Run("firstreply", 1, 0.9)

    def test_many_processes_find_what_one_does(self) -> None:
        assumptions = small_shop()
        runs = days_of(("round-robin", "longest-idle"), (1, 2), (0.8,))
        seen: list[int] = []
        found = play_all(runs, assumptions, processes=2, watch=lambda: seen.append(1))
        assert found == [play_one(run, assumptions) for run in runs]
        assert len(seen) == len(runs)

    def test_a_recorded_day_is_played_as_it_is(self) -> None:
        day = a_day(a_visit(1), workers=(a_worker(0),))
        figures = play_one(Run("round-robin", 0, 0.0, day), small_shop())
        assert (figures.visits, figures.in_time) == (1, 1)
