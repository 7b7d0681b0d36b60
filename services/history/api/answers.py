"""Answers that are ready, over HTTP: the FAQ for bots and consoles, canned replies for agents."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.history.usecases.keep_answers import (
    AnswerKind,
    AnswerStore,
    Wanted,
    find_answers,
    show_answer,
    show_versions,
)
from shared.contracts.answers import (
    LANGUAGE_PATTERN,
    AnswerChange,
    AnswerPage,
    AnswerVersions,
    FoundAnswers,
    NewAnswer,
    ReadyAnswer,
    Restoring,
)
from shared.contracts.claims import Principal
from shared.contracts.contacts import QUERY_MAX
from shared.contracts.wire import AnswerId
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey, once
from shared.kit.web.paging import Page, paged

WRITERS = (Scope.SUPERVISOR, Scope.ADMIN, Scope.OPERATOR)
READERS = (Scope.AGENT, Scope.ANSWERS_READ, *WRITERS)
PATHS = {AnswerKind.FAQ: "faq", AnswerKind.CANNED_REPLY: "canned-replies"}

Words = Annotated[str, Query(min_length=1, max_length=QUERY_MAX)]
InLanguage = Annotated[str | None, Query(pattern=LANGUAGE_PATTERN)]


def answers_routers(store: AnswerStore, callers: Callers) -> tuple[APIRouter, ...]:
    """Return the endpoints of each kind of answers."""
    return tuple(answers_router(store, kind, callers=callers) for kind in AnswerKind)


def answers_router(store: AnswerStore, kind: AnswerKind, *, callers: Callers) -> APIRouter:
    """Return the endpoints of one kind of answers."""
    router = APIRouter(prefix=f"/v1/{PATHS[kind]}", tags=[PATHS[kind]])
    _reading(router, store, kind, callers)
    _writing(router, store, kind, callers)
    return router


def _reading(router: APIRouter, store: AnswerStore, kind: AnswerKind, callers: Callers) -> None:
    reader = Annotated[Principal, Depends(require(READERS, callers))]

    @router.get("")
    async def list_answers(
        caller: reader, page: Page, language: InLanguage = None, *, removed: bool = False
    ) -> AnswerPage:
        """List the answers in force, or those that were removed, newest first."""
        wanted = Wanted(language, removed, page.after, page.limit + 1)
        answers, cursor = paged(await store.page(caller.shop_id, kind, wanted), page)
        return AnswerPage(answers=answers, next_cursor=cursor)

    @router.get("/search")
    async def search_answers(q: Words, caller: reader, language: InLanguage = None) -> FoundAnswers:
        """Find answers by words or by a whole question, the best first."""
        return await find_answers(store, caller.shop_id, kind, language, q)

    @router.get("/{answer_id}")
    async def read_answer(answer_id: AnswerId, caller: reader) -> ReadyAnswer:
        """Return one, removed or not."""
        return await show_answer(store, caller.shop_id, kind, answer_id)

    @router.get("/{answer_id}/versions")
    async def list_versions(answer_id: AnswerId, caller: reader) -> AnswerVersions:
        """Return every version of one: who changed what, and when."""
        return await show_versions(store, caller.shop_id, kind, answer_id)


def _writing(router: APIRouter, store: AnswerStore, kind: AnswerKind, callers: Callers) -> None:
    writer = Annotated[Principal, Depends(require(WRITERS, callers))]

    @router.post("", status_code=201)
    async def add_answer(
        new: JsonBody[NewAnswer], caller: writer, key: IdempotencyKey
    ) -> ReadyAnswer:
        """Add an answer in one language. 409 `already_exists` when there is one of its key."""
        return await store.add(caller, once(key, f"{kind} add", new), kind, new)

    @router.patch("/{answer_id}")
    async def change_answer(
        answer_id: AnswerId, change: JsonBody[AnswerChange], caller: writer, key: IdempotencyKey
    ) -> ReadyAnswer:
        """Change an answer; what it was stays as a version."""
        named = once(key, f"{kind} {answer_id} change", change)
        return await store.change(caller, named, kind, answer_id, change)

    @router.post("/{answer_id}/restore")
    async def restore_answer(
        answer_id: AnswerId, wish: JsonBody[Restoring], caller: writer, key: IdempotencyKey
    ) -> ReadyAnswer:
        """Bring an earlier version back into force, also of an answer that was removed."""
        named = once(key, f"{kind} {answer_id} restore", wish)
        return await store.change(caller, named, kind, answer_id, wish)

    @router.post("/{answer_id}/remove")
    async def remove_answer(
        answer_id: AnswerId, caller: writer, key: IdempotencyKey
    ) -> ReadyAnswer:
        """Take an answer out of force; it can be restored."""
        named = once(key, f"{kind} {answer_id} remove")
        return await store.change(caller, named, kind, answer_id, None)
