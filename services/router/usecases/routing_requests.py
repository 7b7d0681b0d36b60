"""The routing API: other services ask for an agent's time, follow the work, and take it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from pydantic_core import to_json

from services.router.domain.commands import (
    WorkCancelled,
    WorkCompleted,
    WorkRequested,
    WorkRequeued,
)
from services.router.domain.effects import ConversationNow, Refused
from services.router.domain.model import Conversation, Work
from services.router.domain.needs import Asked, AskedStep, Languages, Skills, language_of
from services.router.usecases.ownership import Desk
from services.router.usecases.ports import Records
from services.router.usecases.repeat import AnswerBook
from services.router.usecases.work_views import routing_request
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.routing_requests import (
    Needs,
    NeedsStep,
    NewRoutingRequest,
    RoutingRequest,
    SkillNeed,
)
from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import ConversationStatus, WorkKind

Command: TypeAlias = WorkRequested | WorkCompleted | WorkCancelled | WorkRequeued

_SENTENCES: Final = {
    ErrorCode.NOT_FOUND: "There is no such routing request.",
    ErrorCode.NOT_ASSIGNED: "This work is not assigned to you, or not any more.",
    ErrorCode.ALREADY_ENDED: "This routing request has ended already.",
    ErrorCode.RESPOND_BY_PAST: "respond_by is past, or not after not_before: nobody could keep it.",
    ErrorCode.UNKNOWN_QUEUE: "There is no such queue, or it is retired.",
    ErrorCode.UNKNOWN_LANGUAGE: "No agent speaks any of these; give one a language first.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which routing requests are listed: after an id, so many; None of the rest means all."""

    after: UUID | None
    limit: int
    status: ConversationStatus | None = None
    external_id: str | None = None


class RequestBook(Protocol):
    """Routing requests as the tables hold them."""

    async def find(self, shop_id: UUID, request_id: UUID) -> Conversation | None:
        """Return a routing request."""
        ...

    async def page(self, shop_id: UUID, wanted: Wanted) -> Sequence[Conversation]:
        """Return routing requests in the order in which they were made."""
        ...

    async def has_queue(self, shop_id: UUID, queue_id: UUID) -> bool:
        """Tell whether there is a queue in use."""
        ...

    async def anybody_has(self, shop_id: UUID, skill: str, level: int) -> bool:
        """Tell whether an active agent has a skill at least so well."""
        ...

    async def anybody_speaks(self, shop_id: UUID, languages: Languages) -> bool:
        """Tell whether an active agent would be asked in one of these languages."""
        ...


@dataclass(frozen=True, slots=True)
class RequestTables:
    """What is read, and where the keys of requests are kept."""

    book: RequestBook
    records: Records
    answers: AnswerBook


class RoutingRequests:
    """Each verb is one command and its committed answer, and may be repeated without harm."""

    def __init__(
        self, desk: Desk, tables: RequestTables, clock: Clock, new_id: Callable[[], UUID]
    ) -> None:
        self._desk = desk
        self._book = tables.book
        self._records = tables.records
        self._answers = tables.answers
        self._clock = clock
        self._new_id = new_id

    async def make(self, caller: Principal, new: NewRoutingRequest, once: Once) -> RoutingRequest:
        """Have work offered to agents; the same key again is the same request, as it stands.

        The id is kept under the key before the request is made: whatever dies in between, a second
        try makes it, or finds it made.

        Raises:
            RefusedError: UNKNOWN_QUEUE, UNKNOWN_SKILL, UNKNOWN_LANGUAGE, RESPOND_BY_PAST,
                IDEMPOTENCY_CONFLICT, TRY_AGAIN.
        """
        kept = await self._answers.find(caller, once)
        if kept is None:
            await self._check(caller.shop_id, new)
            fresh = {"id": encode(IdKind.ROUTING_REQUEST, self._new_id())}
            await self._answers.keep(caller, once, fresh)
            kept = await self._answers.find(caller, once) or fresh  # of two at once the first
        needs = new.needs
        command = WorkRequested(
            _id_of(kept), needs.channel, needs.weight, _work(new), _asked(needs)
        )
        return await self._post(caller.shop_id, command)

    async def show(self, shop_id: UUID, request_id: UUID, seen_by: UUID | None) -> RoutingRequest:
        """Return a request; to an agent only one that was offered to that agent once.

        Raises:
            RefusedError: NOT_FOUND.
        """
        row = await self._book.find(shop_id, request_id)
        hidden = seen_by is not None and not await self._asked(shop_id, request_id, seen_by)
        if row is None or hidden:
            raise _refused(ErrorCode.NOT_FOUND)
        return routing_request(row)

    async def page(self, shop_id: UUID, wanted: Wanted) -> Sequence[RoutingRequest]:
        """Return requests in the order in which they were made."""
        return [routing_request(row) for row in await self._book.page(shop_id, wanted)]

    async def cancel(self, shop_id: UUID, request_id: UUID) -> RoutingRequest:
        """Take work back; whoever is asked or has it is told.

        Raises:
            RefusedError: NOT_FOUND, ALREADY_ENDED, TRY_AGAIN.
        """
        await self.show(shop_id, request_id, None)
        return await self._post(shop_id, WorkCancelled(request_id))

    async def complete(
        self, shop_id: UUID, request_id: UUID, agent_id: UUID | None
    ) -> RoutingRequest:
        """End work that is done: by its agent, or elsewhere (no agent).

        Raises:
            RefusedError: NOT_FOUND, NOT_ASSIGNED, ALREADY_ENDED, TRY_AGAIN.
        """
        await self.show(shop_id, request_id, agent_id)
        return await self._post(shop_id, WorkCompleted(request_id, agent_id))

    async def requeue(
        self, shop_id: UUID, request_id: UUID, agent_id: UUID | None
    ) -> RoutingRequest:
        """Let others be asked before the agent who has it.

        Raises:
            RefusedError: NOT_FOUND, NOT_ASSIGNED, ALREADY_ENDED, TRY_AGAIN.
        """
        await self.show(shop_id, request_id, agent_id)
        return await self._post(shop_id, WorkRequeued(request_id, agent_id))

    async def _asked(self, shop_id: UUID, request_id: UUID, agent_id: UUID) -> bool:
        return await self._records.conversation(shop_id, request_id, agent_id) is not None

    async def _check(self, shop_id: UUID, new: NewRoutingRequest) -> None:
        """Refuse what can be seen to be wrong before anything is kept: it may be mended then."""
        now = self._clock.now()
        if new.respond_by is not None and new.respond_by <= max(now, new.not_before or now):
            raise _refused(ErrorCode.RESPOND_BY_PAST)
        await self._check_needs(shop_id, new.needs)

    async def _check_needs(self, shop_id: UUID, needs: Needs) -> None:
        """Refuse what nobody could ever meet: a typing error, most likely."""
        for queue_id in {needs.queue, *(step.queue for step in needs.steps)} - {None}:
            if queue_id is not None and not await self._book.has_queue(shop_id, queue_id):
                raise _refused(ErrorCode.UNKNOWN_QUEUE)
        asked = (*needs.skills, *(one for step in needs.steps for one in step.skills or ()))
        for one in asked:
            if not await self._book.anybody_has(shop_id, one.skill, one.level):
                detail = f"No agent has the skill {one.skill!r} at level {one.level}."
                raise RefusedError(ErrorCode.UNKNOWN_SKILL, detail)
        for some in (needs.languages, *(step.languages or () for step in needs.steps)):
            if some and not await self._book.anybody_speaks(shop_id, _languages(some)):
                raise _refused(ErrorCode.UNKNOWN_LANGUAGE)

    async def _post(self, shop_id: UUID, command: Command) -> RoutingRequest:
        """Return what the tables hold after the commit: by then it may be on offer already."""
        answer = await self._desk.post(shop_id, command)
        if isinstance(answer, ConversationNow):
            return await self.show(shop_id, command.work_id, None)
        raise _refused(answer.code if isinstance(answer, Refused) else ErrorCode.NOT_FOUND)


def _asked(needs: Needs) -> Asked:
    steps = tuple(
        AskedStep(
            step.after_ms,
            None if step.skills is None else _skills(step.skills),
            _languages_after(step),
            step.queue,
        )
        for step in needs.steps
    )
    languages = _languages(needs.languages)
    return Asked(needs.queue, needs.priority, _skills(needs.skills), languages, steps)


def _languages_after(step: NeedsStep) -> Languages | None:
    if step.any_language:
        return ()
    return None if step.languages is None else _languages(step.languages)


def _languages(asked: Sequence[str]) -> Languages:
    """Return each language once, in the order asked for; regions are left out."""
    return tuple(dict.fromkeys(filter(None, map(language_of, asked))))


def _skills(asked: Sequence[SkillNeed]) -> Skills:
    """Return skills with their levels, by name; of one that is named twice the higher level."""
    return tuple(sorted(dict(sorted((one.skill, one.level) for one in asked)).items()))


def _work(new: NewRoutingRequest) -> Work:
    return Work(
        kind=WorkKind.ROUTING_REQUEST,
        title=new.title,
        target_ms=new.target_ms,
        external_id=new.external_id,
        url=new.url,
        attributes_json=to_json(dict(sorted(new.attributes.items()))).decode(),
        not_before=new.not_before,
        respond_by=new.respond_by,
    )


def _id_of(kept: Mapping[str, object]) -> UUID:
    return decode(IdKind.ROUTING_REQUEST, str(kept["id"]))


def _refused(code: ErrorCode) -> RefusedError:
    return RefusedError(code, _SENTENCES[code])
