"""`firstreply faq` and `firstreply canned-reply`: a shop's answers that are ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer
from rich.text import Text

from services.administration.answer_files import BadAnswersError, read_answers
from services.administration.client import Api, for_shop, path_of
from services.administration.shown import AsJson, Shop, given, show_many, show_one
from services.terminal import console, errors, fail, read_text
from shared.contracts.answers import NewAnswer
from shared.kernel.ids import IdKind

COLLECTIONS: Final = {"faq": "faq", "canned-reply": "canned-replies"}
"""By the name of a group of commands, the path of what it keeps."""
COMPLAINTS_SHOWN: Final = 20
LISTED: Final = ("id", "key", "language", "version", "title")

AnswerId: TypeAlias = Annotated[str, typer.Argument(metavar="ANSWER", help="Its id, answ_...")]
File: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", help="One JSON object a line, or CSV: docs/answers.md.")
]
Language: TypeAlias = Annotated[str | None, typer.Option(help="Of one language, such as nl.")]
Title: TypeAlias = Annotated[
    str | None, typer.Option(help="The question, or what a reply is about.")
]
Words: TypeAlias = Annotated[str | None, typer.Option("--text", help="What is answered.")]
Phrasings: TypeAlias = Annotated[
    list[str] | None, typer.Option("--phrasing", help="Another way to ask it; again for each.")
]


app = typer.Typer(no_args_is_help=True)


@app.command(name="list")
def list_answers(
    context: typer.Context,
    *,
    shop: Shop,
    language: Language = None,
    removed: Annotated[bool, typer.Option("--removed", help="Those that were removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """List those in force, the newest first."""
    query = given(language=language) | {"removed": removed}
    answers = for_shop(shop).list(f"/v1/{_collection(context)}", "answers", **query)
    show_many(answers, *LISTED, as_json=as_json)


@app.command()
def search(
    context: typer.Context,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="Words, or a whole question.")],
    *,
    shop: Shop,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Find those that fit best, as the console and bots do."""
    query = given(language=language) | {"q": words}
    found = for_shop(shop).get(f"/v1/{_collection(context)}/search", **query)
    show_many(found["answers"], *LISTED, as_json=as_json)


@app.command()
def show(context: typer.Context, answer: AnswerId, *, shop: Shop, as_json: AsJson = False) -> None:
    """Show one, removed or not."""
    show_one(for_shop(shop).get(_path(context, answer)), as_json=as_json)


@app.command()
def versions(
    context: typer.Context, answer: AnswerId, *, shop: Shop, as_json: AsJson = False
) -> None:
    """List every version of one: who changed what, and when."""
    found = for_shop(shop).get(f"{_path(context, answer)}/versions")["versions"]
    columns = ("version", "changed_at", "changed_by", "removed", "restored_from", "title")
    show_many(found, *columns, as_json=as_json)


@app.command()
def add(
    context: typer.Context,
    *,
    shop: Shop,
    key: Annotated[str, typer.Option(help="The same in every language: small letters and -")],
    language: Annotated[str, typer.Option(help="A BCP 47 tag, such as nl or pt-BR.")],
    title: Annotated[str, typer.Option(help="The question, or what a reply is about.")],
    text: Annotated[str, typer.Option(help="What is answered.")],
    phrasing: Phrasings = None,
    as_json: AsJson = False,
) -> None:
    """Add one in one language."""
    words = {"title": title, "text": text, "phrasings": phrasing or []}
    body = {"key": key, "language": language} | words
    show_one(for_shop(shop).make(f"/v1/{_collection(context)}", body), as_json=as_json)


@app.command()
def change(
    context: typer.Context,
    answer: AnswerId,
    *,
    shop: Shop,
    title: Title = None,
    text: Words = None,
    phrasing: Phrasings = None,
    as_json: AsJson = False,
) -> None:
    """Change what is named, phrasings as a whole; what it was stays as a version."""
    fields = given(title=title, text=text, phrasings=phrasing)
    show_one(for_shop(shop).change(_path(context, answer), fields), as_json=as_json)


@app.command()
def restore(
    context: typer.Context,
    answer: AnswerId,
    version: Annotated[int, typer.Argument(help="Which one, as `versions` lists them.")],
    *,
    shop: Shop,
    as_json: AsJson = False,
) -> None:
    """Bring an earlier version back into force, also of one that was removed."""
    path = f"{_path(context, answer)}/restore"
    show_one(for_shop(shop).make(path, {"version": version}), as_json=as_json)


@app.command()
def remove(
    context: typer.Context, answer: AnswerId, *, shop: Shop, as_json: AsJson = False
) -> None:
    """Take one out of force; it can be restored."""
    show_one(for_shop(shop).make(f"{_path(context, answer)}/remove", {}), as_json=as_json)


@app.command()
def check(file: File) -> None:
    """Say what is wrong with a file of answers, line by line; needs no running service."""
    answers = _read_file(file)
    console.print(Text(f"{file}: {len(answers)} of them, each of which can be."), soft_wrap=True)


@app.command(name="import")
def import_answers(
    context: typer.Context, file: File, *, shop: Shop, as_json: AsJson = False
) -> None:
    """Add what a file has and change what it has otherwise; others stay.

    With an error in the file nothing is changed. Importing it again changes nothing.
    """
    answers = _read_file(file)
    api, path = for_shop(shop), f"/v1/{_collection(context)}"
    kept = {(one["key"], one["language"]): one for one in api.list(path, "answers")}
    counts = Counter(added=0, changed=0, unchanged=0)
    for new in answers:
        counts[_bring(api, path, new, kept.get((new.key, new.language)))] += 1
    show_one(counts, as_json=as_json)


def _bring(api: Api, path: str, new: NewAnswer, old: Mapping[str, Any] | None) -> str:
    told = new.model_dump(mode="json")
    if old is None:
        api.make(path, told)
        return "added"
    words = {name: told[name] for name in ("title", "text", "phrasings") if told[name] != old[name]}
    if not words:
        return "unchanged"
    api.change(f"{path}/{old['id']}", words)
    return "changed"


def _read_file(file: Path) -> Sequence[NewAnswer]:
    """Return the answers of a file, or end the command with what is wrong in which line."""
    try:
        return read_answers(read_text(file, "utf-8-sig"))
    except BadAnswersError as bad:
        for complaint in bad.complaints[:COMPLAINTS_SHOWN]:
            errors.print(Text(f"{file}, {complaint}"), soft_wrap=True)
        more = len(bad.complaints) - COMPLAINTS_SHOWN
        fail(f"And {more:,} more. Nothing was changed." if more > 0 else "Nothing was changed.")


def _path(context: typer.Context, answer: str) -> str:
    return path_of(IdKind.ANSWER, _collection(context), answer)


def _collection(context: typer.Context) -> str:
    """Return the path below /v1 of the kind of answers that the command was called for."""
    group = context.parent
    return COLLECTIONS[str(group.info_name if group else None)]
