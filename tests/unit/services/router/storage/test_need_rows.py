"""Needs and stages that an earlier release wrote are read as what they meant."""

from __future__ import annotations

from services.router.domain.needs import Needs, Stage
from services.router.storage.need_rows import read_needs, read_stages

AT = "2026-11-27T12:00:00.000Z"


def test_the_one_language_of_before_there_could_be_several_is_the_first() -> None:
    kept = {"skills": [["mail", 2]], "language": "pt", "own": [], "beyond": False, "base": []}
    assert read_needs(kept) == Needs((("mail", 2),), ("pt",))
    assert read_needs(kept | {"language": None}).languages == ()
    assert read_needs({"skills": [], "languages": ["pt", "en"], "base": []}).languages == (
        "pt",
        "en",
    )


def test_a_stage_that_gave_the_one_language_up_asks_for_none() -> None:
    kept = [{"at": AT, "any_language": True}, {"at": AT, "any_language": False, "skills": []}]
    given_up, other = read_stages(kept)
    assert isinstance(given_up, Stage)
    assert (given_up.languages, other.languages, other.skills) == ((), None, ())
    assert read_stages([{"at": AT, "languages": ["es"]}])[0].languages == ("es",)
    assert read_stages(None) == ()
