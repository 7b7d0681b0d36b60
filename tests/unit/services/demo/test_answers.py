"""The demo shop's answers: each once a language, in every language of the shop."""

from __future__ import annotations

from services.demo.answers import demo_faq, demo_replies

LANGUAGES = {"en", "nl", "pl", "bg", "ro", "pt"}


def test_an_answer_is_there_once_a_language() -> None:
    for answers in (list(demo_faq()), list(demo_replies())):
        assert len({(one.key, one.language) for one in answers}) == len(answers)
        assert {one.language for one in answers} == LANGUAGES


def test_every_question_is_answered_in_every_language_and_asked_in_several_ways() -> None:
    faq = list(demo_faq())
    for key in {one.key for one in faq}:
        assert {one.language for one in faq if one.key == key} == LANGUAGES
    assert all(len(one.phrasings) > 1 for one in faq)
