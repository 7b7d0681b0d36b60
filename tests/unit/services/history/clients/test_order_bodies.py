"""Reading what a request brings: codes of rejected rows, and questions that name parameters."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from services.history.clients.order_files import orders_of_body
from services.history.usecases.import_orders import FileForm
from shared.kernel.errors import Fault, RefusedError
from shared.kernel.vocabulary import RowFault
from tests.support.olist import Seen
from tests.unit.services.history.clients.test_order_files import ONE, TWO, csv, refused, wishes


class TestBodies:
    """The same reader for what a request brings; its questions name parameters."""

    @staticmethod
    def asked(content: str) -> RefusedError:
        with pytest.raises(RefusedError) as refusal:
            orders_of_body(BytesIO(content.encode()), FileForm.CSV, wishes(), Seen())
        return refusal.value

    def test_questions_name_the_parameters_that_answer_them(self) -> None:
        rows = csv(ONE.replace("2026-11-20T10:00:00Z", "03/04/2026").replace("29.95", "1.234"))
        asked = self.asked(rows)
        assert "Import with dates=day-first or dates=month-first." in asked.detail
        assert asked.faults == (
            Fault("dates", "may be day-first or month-first"),
            Fault("decimal", "may be point or comma"),
            Fault("zone", "may be Europe/Amsterdam"),
        )

    def test_column_that_is_not_there_is_asked_for(self) -> None:
        asked = self.asked(csv("A-1", head="Order ID"))
        assert "column=reference=NAME" in asked.detail
        assert [one.field for one in asked.faults] == ["column", "set"]

    def test_column_that_nobody_knows_is_told_as_it_was_written(self, tmp_path: Path) -> None:
        said = refused(tmp_path, csv(ONE), column={"{0}": "x"})
        assert said.startswith("There is no column {0}: there are reference, customer")

    def test_form_is_what_was_told_not_what_it_looks_like(self) -> None:
        seen, body = Seen(), BytesIO(csv(ONE).encode())
        source = orders_of_body(body, FileForm.NDJSON, wishes(), seen)
        assert list(source.orders()) == []
        assert [(row.line, row.fault) for row in seen.rows] == [
            (1, RowFault.NOT_JSON),
            (2, RowFault.NOT_JSON),
        ]

    @pytest.mark.parametrize(
        ("row", "fault"),
        [
            ("A-3,anna,paid", RowFault.CUT_OFF),
            (ONE.replace("anna", ""), RowFault.MISSING),
            (ONE.replace("A-1", ""), RowFault.MISSING),
            (ONE.replace("29.95", "soon"), RowFault.BAD_VALUE),
            (ONE.replace("paid", "gone"), RowFault.BAD_VALUE),
            (ONE.replace("anna", "an\0a"), RowFault.ZERO_BYTE),
            (ONE.replace("anna", '"anna'), RowFault.BROKEN_QUOTES),
            (f"{ONE}\nA-1,anna,shipped,,,", RowFault.ROWS_APART),
            (f"{ONE}\n{TWO}\n{ONE}", RowFault.ROWS_APART),
        ],
    )
    def test_every_rejected_row_has_a_code(self, row: str, fault: RowFault) -> None:
        seen, body = Seen(), BytesIO(csv(row).encode())
        list(orders_of_body(body, FileForm.CSV, wishes(), seen).orders())
        assert {one.fault for one in seen.rows} == {fault}

    def test_line_of_json_that_lacks_a_field_says_so(self) -> None:
        seen = Seen()
        body = BytesIO(b'{"reference": "A-1"}\n')
        list(orders_of_body(body, FileForm.NDJSON, wishes(), seen).orders())
        assert [row.fault for row in seen.rows] == [RowFault.MISSING]
