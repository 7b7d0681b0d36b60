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
from services.router.usecases.ownership import Desk
from services.router.usecases.ports import Records
from services.router.usecases.repeat import AnswerBook
from services.router.usecases.work_views import routing_request
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.routing_requests import Needs, NewRoutingRequest, RoutingRequest
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

    async def queue(self, shop_id: UUID, queue_id: UUID) -> bool | None:
        """Tell whether a queue is the default one; None: there is none such in use."""
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
            RefusedError: UNSUPPORTED_NEED, UNKNOWN_QUEUE, RESPOND_BY_PAST, IDEMPOTENCY_CONFLICT,
                TRY_AGAIN.
        """
        kept = await self._answers.find(caller, once)
        if kept is None:
            await self._check(caller.shop_id, new)
            fresh = {"id": encode(IdKind.ROUTING_REQUEST, self._new_id())}
            await self._answers.keep(caller, once, fresh)
            kept = await self._answers.find(caller, once) or fresh  # of two at once the first
        command = WorkRequested(_id_of(kept), new.needs.channel, new.needs.weight, _work(new))
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
        missing = _not_routed_by(new.needs)
        if missing is not None:
            detail = f"Nothing is routed by {missing} yet: leave it out of needs."
            raise RefusedError(ErrorCode.UNSUPPORTED_NEED, detail)
        now = self._clock.now()
        if new.respond_by is not None and new.respond_by <= max(now, new.not_before or now):
            raise _refused(ErrorCode.RESPOND_BY_PAST)
        if new.needs.queue is None:
            return
        default = await self._book.queue(shop_id, new.needs.queue)
        if default is None:
            raise _refused(ErrorCode.UNKNOWN_QUEUE)
        if not default:
            detail = "All work waits in the default queue for now: name that one, or none."
            raise RefusedError(ErrorCode.UNSUPPORTED_NEED, detail)

    async def _post(self, shop_id: UUID, command: Command) -> RoutingRequest:
        """Return what the tables hold after the commit: by then it may be on offer already."""
        answer = await self._desk.post(shop_id, command)
        if isinstance(answer, ConversationNow):
            return await self.show(shop_id, command.work_id, None)
        raise _refused(answer.code if isinstance(answer, Refused) else ErrorCode.NOT_FOUND)


def _not_routed_by(needs: Needs) -> str | None:
    named = {"skills": needs.skills, "languages": needs.languages, "priority": needs.priority}
    return next((name for name, asked in named.items() if asked), None)


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
