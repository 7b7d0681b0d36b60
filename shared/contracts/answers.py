"""Answers that are ready: a shop's FAQ, and the replies that its agents choose from."""

from __future__ import annotations

from typing import Annotated, Final, Self, TypeAlias

from pydantic import Field, model_validator

from shared.contracts.wire import (
    SHOWS,
    AnswerId,
    Contract,
    MessageText,
    WireInstant,
    unfit,
)

KEY_MAX: Final = 60
TITLE_MAX: Final = 200
PHRASINGS_MAX: Final = 20
LANGUAGE_PATTERN: Final = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$"

_STORABLE: Final = r"^[^\x00]*$"
"""PostgreSQL holds no U+0000."""


Key: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=KEY_MAX)]
"""What an answer is called in every language: small letters, digits and -"""
Language: TypeAlias = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
"""A BCP 47 tag, such as nl or pt-BR."""
Title: TypeAlias = Annotated[
    str,
    Field(min_length=1, max_length=TITLE_MAX, pattern=_STORABLE),
    SHOWS,
]
ReadyText: TypeAlias = Annotated[MessageText, Field(pattern=_STORABLE)]
Phrasings: TypeAlias = Annotated[tuple[Title, ...], Field(max_length=PHRASINGS_MAX)]


class NewAnswer(Contract):
    """One answer in one language; `phrasings` are other ways in which it is asked for.

    `title` is the question of an FAQ, or what a reply is about. In a reply `{first_name}` and
    `{agent_name}` stand for the customer's and the agent's.
    """

    key: Key
    language: Language
    title: Title
    text: ReadyText
    phrasings: Phrasings = ()


class AnswerChange(Contract):
    """What is another by now; what is not given stays. It makes a new version."""

    title: Title | None = None
    text: ReadyText | None = None
    phrasings: Phrasings | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise unfit("must name what is to change")
        return self


class Restoring(Contract):
    """Asks for an earlier version to be in force again, as a new version."""

    version: int = Field(ge=1, le=2**31 - 1)


class ReadyAnswer(Contract):
    """An answer as it is in force; one that was removed says when."""

    id: AnswerId
    key: str
    language: str
    title: str
    text: str
    phrasings: tuple[str, ...]
    version: int
    created_at: WireInstant
    changed_at: WireInstant
    changed_by: str
    removed_at: WireInstant | None = None


class AnswerPage(Contract):
    """Answers, newest first; `next_cursor` is null after the oldest."""

    answers: tuple[ReadyAnswer, ...]
    next_cursor: str | None


class FoundAnswers(Contract):
    """Answers to words or a question, the best first."""

    answers: tuple[ReadyAnswer, ...]


class AnswerVersion(Contract):
    """One version: who made it and when; `removed`: nothing was in force then."""

    version: int
    title: str
    text: str
    phrasings: tuple[str, ...]
    removed: bool
    restored_from: int | None = None
    changed_at: WireInstant
    changed_by: str


class AnswerVersions(Contract):
    """Every version of an answer, newest first."""

    versions: tuple[AnswerVersion, ...]
