"""Tells everything that every service keeps of one person, page by page."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from services.history.usecases.erase_customer import ServiceAwayError
from shared.contracts.claims import Principal
from shared.contracts.privacy import (
    EXPORTED,
    ExportAnswer,
    ExportAsked,
    ExportPage,
    PersonAsked,
    read_place,
)
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Service

ORDER: Final = (Service.HISTORY, Service.GATEWAY, Service.ROUTER)
_CURSOR = re.compile(r"(history|gateway|router)\.((?:[a-z_]{1,20}:[0-9]{1,9})?)")

AskService: TypeAlias = Callable[[Service, ExportAsked], Awaitable[ExportAnswer]]
"""Asks another service; raises ServiceAwayError."""


class PersonSource(Protocol):
    """History's own part."""

    async def person(self, caller: Principal, customer_id: UUID) -> PersonAsked | None:
        """Return what a person is known by, and note that it was asked for."""
        ...

    async def export(self, customer_id: UUID, asked: ExportAsked) -> ExportAnswer:
        """Return some of history's records; the conversations are the person's, too."""
        ...

    async def note_export(self, caller: Principal, customer_id: UUID) -> None:
        """Record who had a person exported."""
        ...


async def export_customer(
    source: PersonSource, ask: AskService, caller: Principal, customer_id: UUID, cursor: str | None
) -> ExportPage:
    """Return some records of everybody who is one person with a customer.

    Raises:
        RefusedError: NOT_FOUND; BAD_CURSOR; TRY_AGAIN, a service does not answer.
    """
    service, place = _read(cursor)
    person = await source.person(caller, customer_id)
    if person is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such customer.")
    if cursor is None:
        await source.note_export(caller, customer_id)
    asked = ExportAsked(**dict(person), place=place)
    try:
        if service is Service.HISTORY:
            answer = await source.export(customer_id, asked)
        else:
            answer = await ask(service, await _with_conversations(ask, service, asked))
    except ServiceAwayError:
        detail = "One of the services does not answer; ask for this page again."
        raise RefusedError(ErrorCode.TRY_AGAIN, detail, retry_after_ms=1_000) from None
    return ExportPage(records=answer.records, next_cursor=_next(service, answer))


async def _with_conversations(ask: AskService, service: Service, asked: ExportAsked) -> ExportAsked:
    """Name the conversations to whom cannot know them: the gateway finds them by the sessions."""
    if service is Service.GATEWAY:
        return asked
    met = await ask(Service.GATEWAY, asked.model_copy(update={"place": None}))
    known = {*asked.conversation_ids, *met.conversation_ids}
    return asked.model_copy(update={"conversation_ids": tuple(sorted(known))})


def _read(cursor: str | None) -> tuple[Service, str | None]:
    if cursor is None:
        return ORDER[0], None
    named = _CURSOR.fullmatch(cursor)
    try:
        if named is not None:
            service, place = Service(named[1]), named[2] or None
            read_place(place, EXPORTED[service])
            return service, place
    except ValueError:
        pass
    raise RefusedError(ErrorCode.BAD_CURSOR, "This cursor is not one of ours: begin without one.")


def _next(service: Service, answer: ExportAnswer) -> str | None:
    if answer.next_place is not None:
        return f"{service.value}.{answer.next_place}"
    later = ORDER[ORDER.index(service) + 1 :]
    return f"{later[0].value}." if later else None
