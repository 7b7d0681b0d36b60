"""A file of answers that are ready: how it is read, and which line of it cannot be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.administration.answer_files import BadAnswersError, read_answers
from services.administration.answers import COMPLAINTS_SHOWN, app
from shared.contracts.answers import NewAnswer

RETURNS = NewAnswer(
    key="returns",
    language="nl",
    title="Kan ik iets terugsturen?",
    text="Ja, binnen 30 dagen.\nGratis.",
    phrasings=("retour", "terugsturen"),
)
HEAD = "key,language,title,text,phrasings"
ROW = 'returns,nl,Kan ik iets terugsturen?,"Ja, binnen 30 dagen.\nGratis.",retour | terugsturen'


def complaints(text: str) -> Sequence[str]:
    with pytest.raises(BadAnswersError) as bad:
        read_answers(text)
    return bad.value.complaints


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_whatever_stands_between_its_cells(separator: str) -> None:
    text = f"{HEAD}\n{ROW.replace('Ja, ', 'Ja  ')}\n".replace(",", separator)
    (read,) = read_answers(text)
    assert read == RETURNS.model_copy(update={"text": "Ja  binnen 30 dagen.\nGratis."})


def test_a_table_may_be_without_phrasings_and_have_columns_that_nobody_reads() -> None:
    text = "language,key,title,text,colour\r\nen,returns,Returns?,In 30 days.,red\r\n"
    (read,) = read_answers(text)
    assert (read.key, read.language, read.phrasings) == ("returns", "en", ())


def test_one_json_object_a_line_is_read() -> None:
    line = json.dumps(RETURNS.model_dump(mode="json"))
    assert read_answers(f"{line}\n\n{line.replace('nl', 'pl')}") == [
        RETURNS,
        RETURNS.model_copy(update={"language": "pl"}),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: there is no column key, language, title, text"),
        (f"{HEAD}\n", "line 1: there is no answer in the file."),
        ("key,language,title\n", "line 1: there is no column text: there are key, language"),
        (f"{HEAD}\n{ROW}\nreturns,nl,a,b\n", "line 4: it has another number of cells"),
        (f"{HEAD}\n{ROW}\nRe turns,nl,a,b,\n", "line 4: key: String should match pattern"),
        (f"{HEAD}\n{ROW}\nreturns,nl,a,b,\n", "line 4: returns in nl is on line 2."),
        (f'{HEAD}\nx,nl,a,b,\nreturns,nl,a,"b,\n', "line 3: a quotation mark is never closed"),
        ('{"key": "a"}\n', "line 1: language: Field required."),
        ('{}\n{"key\n', "line 2: this is no JSON, or it is cut off."),
        ("{}\n[]\n", "line 2: this: Input should be an object."),
    ],
)
def test_what_is_no_answer_is_told_with_its_line(text: str, complaint: str) -> None:
    assert any(one.startswith(complaint) for one in complaints(text)), complaints(text)


class TestCheck:
    @staticmethod
    def check(file: Path, content: bytes) -> tuple[int, str]:
        file.write_bytes(content)
        done = CliRunner().invoke(app, ["check", str(file)])
        return done.exit_code, done.output

    def test_a_good_file_passes(self, tmp_path: Path) -> None:
        code, said = self.check(tmp_path / "faq.csv", f"\ufeff{HEAD}\n{ROW}\n".encode())
        assert code == 0
        assert "1 of them, each of which can be" in said

    def test_a_bad_file_or_none_ends_with_1(self, tmp_path: Path) -> None:
        assert CliRunner().invoke(app, ["check", str(tmp_path / "none")]).exit_code == 1
        assert self.check(tmp_path / "faq.csv", b"\xff")[0] == 1
        code, said = self.check(tmp_path / "faq.csv", b"{}\n" * (COMPLAINTS_SHOWN + 3))
        assert code == 1
        assert "And 3 more. Nothing was changed." in said
