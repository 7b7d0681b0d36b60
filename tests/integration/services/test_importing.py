"""The import command's body over a real port: what people see and what scripts are told."""

from __future__ import annotations

import asyncio
import csv
import io
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from services.history.app import file_wishes
from services.importing.olist import run_import
from services.importing.orders import run_file_import
from services.importing.report import REJECTED_SHOWN, Exit
from shared.kit.web.server import bind_port
from tests.integration.services.conftest import Port
from tests.support.olist import ROWS, write_olist

GOOD = {file.name.lower(): rows for file, rows in ROWS.items()}
WIDE = 200


async def run(port: Port, folder: Path, report: Path) -> tuple[Exit, str]:
    """Run the command in a thread, as a process of its own would."""
    out = io.StringIO()
    console = Console(file=out, width=WIDE, force_terminal=False)
    code = await asyncio.to_thread(
        run_import, folder, url=port.url, token=port.token, report=report, console=console
    )
    return code, out.getvalue()


class TestImporting:
    async def test_clean_import_tells_what_it_did_and_leaves_no_report(
        self, port: Port, tmp_path: Path
    ) -> None:
        folder, report = write_olist(tmp_path / "in"), tmp_path / "rejected.csv"
        report.write_text("file,line,reason\nof,an,earlier run")
        code, said = await run(port, folder, report)
        assert code is Exit.ALL_IN
        assert self.figure(said, "new") == "2"
        assert not report.exists()
        code, said = await run(port, folder, report)
        assert code is Exit.ALL_IN
        assert self.figure(said, "known already") == "2"
        assert self.figure(said, "new") == self.figure(said, "changed") == "0"

    async def test_rejected_rows_are_shown_and_all_are_in_the_report(
        self, port: Port, tmp_path: Path
    ) -> None:
        bad = [f"t1{n}" for n in range(REJECTED_SHOWN + 5)]
        folder = write_olist(tmp_path / "in", products=[*GOOD["products"], *bad])
        report = tmp_path / "reports" / "rejected.csv"
        code, said = await run(port, folder, report)
        assert code is Exit.SOME_ROWS_REJECTED
        assert "... and 5 more." in said
        assert str(report) in said
        with report.open(newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == ["file", "line", "reason"]
        assert rows[1][:2] == ["olist_products_dataset.csv", "4"]
        assert len(rows) == 1 + len(bad)

    @pytest.mark.parametrize("place", ["a file of mine", "a folder", "a file of mine/report.csv"])
    async def test_report_in_the_place_of_something_else_is_refused_in_a_sentence(
        self, port: Port, tmp_path: Path, place: str
    ) -> None:
        mine = tmp_path / "a file of mine"
        mine.write_text("my thesis")
        (tmp_path / "a folder").mkdir()
        code, said = await run(port, write_olist(tmp_path / "in"), tmp_path / place)
        assert code is Exit.FAILED
        assert said.strip().endswith("name another file with --report.")
        assert len(said.strip().splitlines()) == 1
        assert mine.read_text() == "my thesis"

    async def test_folder_that_cannot_be_understood_is_refused_in_a_sentence(
        self, port: Port, tmp_path: Path
    ) -> None:
        folder = write_olist(tmp_path / "in", items=b"order_id,price\n")
        code, said = await run(port, folder, tmp_path / "rejected.csv")
        assert code is Exit.FAILED
        assert "olist_order_items_dataset.csv has no column order_item_id" in said
        assert "Nothing was imported." in said

    async def test_token_of_another_installation_is_refused_in_a_sentence(
        self, port: Port, tmp_path: Path
    ) -> None:
        stranger = Port(port.url, port.token[:-4] + "AAAA")
        code, said = await run(stranger, write_olist(tmp_path / "in"), tmp_path / "rejected.csv")
        assert code is Exit.FAILED
        assert "Sign in again" in said
        assert port.token[:20] not in said

    async def test_service_that_does_not_run_gets_one_clear_sentence(self, tmp_path: Path) -> None:
        with closing(bind_port("127.0.0.1", 0)) as listener:
            nobody = Port(f"http://127.0.0.1:{listener.getsockname()[1]}", "token")
        code, said = await run(nobody, write_olist(tmp_path / "in"), tmp_path / "rejected.csv")
        assert code is Exit.FAILED
        assert "Firstreply does not answer at http://127.0.0.1:" in said
        assert "start it with `make run`" in said
        assert "Traceback" not in said

    @staticmethod
    def figure(said: str, name: str) -> str:
        """Return the figure of a line of the summary."""
        (line,) = [one for one in said.splitlines() if name in one]
        return line.replace("│", " ").split()[-1]


class TestFiles:
    """Files of any shop's orders."""

    HEAD = "reference;customer;status;placed_at;currency;total;title"
    ROWS = (
        "B-1;anna;paid;20/11/2026 10:00;EUR;29,95;Tea kettle",
        "B-2;;paid;21/11/2026 10:00;EUR;5,00;Cup",
        "B-3;piotr;shipped;22/11/2026 10:00;EUR;1.005,00;Pan",
    )

    async def run(self, port: Port, file: Path, **choices: str) -> tuple[Exit, str]:
        out = io.StringIO()
        console = Console(file=out, width=WIDE, force_terminal=False)
        every = dict.fromkeys(("dates", "decimal", "zone", "encoding")) | choices
        wishes = file_wishes("till", {"column": (), "set": (), "word": ()}, every)
        report = file.parent / "rejected.csv"
        code = await asyncio.to_thread(
            run_file_import,
            file,
            wishes,
            url=port.url,
            token=port.token,
            report=report,
            console=console,
        )
        return code, out.getvalue()

    async def test_question_is_asked_and_its_answer_brings_the_rest_in(
        self, port: Port, tmp_path: Path
    ) -> None:
        file = tmp_path / "orders.csv"
        file.write_text("\n".join([self.HEAD, *self.ROWS, ""]))
        code, said = await self.run(port, file)
        assert code is Exit.FAILED
        assert "--zone Europe/Amsterdam. Nothing was imported." in said
        code, said = await self.run(port, file, zone="Europe/Amsterdam")
        assert code is Exit.SOME_ROWS_REJECTED
        assert TestImporting.figure(said, "new") == "2"
        assert "has no customer" in said
        code, said = await self.run(port, file, zone="Europe/Amsterdam")
        assert TestImporting.figure(said, "known already") == "2"
        assert TestImporting.figure(said, "changed") == "0"

    def test_option_that_is_no_pair_is_refused(self) -> None:
        with pytest.raises(ValueError, match="total is not written NAME=VALUE"):
            file_wishes("till", {"column": ["total"], "set": (), "word": ()}, {})
