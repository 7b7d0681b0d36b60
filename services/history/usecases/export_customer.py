"""Tells everything that every service keeps of one person, and who saw it, page by page."""

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
AUDITED: Final = ("history.card_views:0", "router.offers:0")
"""Where an audit begins, and goes on: what was shown over REST, and what rode in offers."""
_CURSOR = re.compile(r"(history|gateway|router)\.((?:[a-z_]{1,20}:[0-9]{1,9})?)")

AskService: TypeAlias = Callable[[Service, ExportAsked], Awaitable[ExportAnswer]]
"""Asks another service; raises ServiceAwayError."""


class PersonSource(Protocol):
    """History's own part."""

    async def person(self, caller: Principal, customer_id: UUID) -> PersonAsked | None:
        """Return what a person is known by, and note that it was asked for."""
        ...

    async def erased(self, shop_id: UUID, customer_id: UUID) -> PersonAsked | None:
        """Return what is left of a person who was erased: the ids of their conversations."""
        ...

    async def export(self, customer_id: UUID, asked: ExportAsked) -> ExportAnswer:
        """Return some of history's records, of who was erased as well.

        The conversations are the person's, too.
        """
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
    person = await _person(source, caller, customer_id)
    if cursor is None:
        await source.note_export(caller, customer_id)
    answer = await _ask(source, ask, customer_id, service, ExportAsked(**dict(person), place=place))
    return ExportPage(records=answer.records, next_cursor=_next(service, answer))


async def audit_customer(
    source: PersonSource, ask: AskService, caller: Principal, customer_id: UUID, cursor: str | None
) -> ExportPage:
    """Return to whom a person's card was shown, and then to whom it was offered.

    A shop has to show who saw a card after its customer was erased, too. What it shows then is who,
    when and how often, under ids that lead to nobody any more.

    Raises:
        RefusedError: NOT_FOUND; BAD_CURSOR; TRY_AGAIN, a service does not answer.
    """
    service, place = _read(cursor or AUDITED[0])
    section = (place or "").partition(":")[0]
    if f"{service.value}.{section}:0" not in AUDITED:
        raise _bad_cursor()
    person = await source.erased(caller.shop_id, customer_id)
    if person is None:
        person = await _person(source, caller, customer_id)
    answer = await _ask(source, ask, customer_id, service, ExportAsked(**dict(person), place=place))
    more = _next(service, answer)
    if more is None or not more.startswith(f"{service.value}.{section}:"):
        later = AUDITED[AUDITED.index(f"{service.value}.{section}:0") + 1 :]
        more = later[0] if later else None
    return ExportPage(records=answer.records, next_cursor=more)


async def _person(source: PersonSource, caller: Principal, customer_id: UUID) -> PersonAsked:
    person = await source.person(caller, customer_id)
    if person is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such customer.")
    return person


async def _ask(
    source: PersonSource, ask: AskService, customer_id: UUID, service: Service, asked: ExportAsked
) -> ExportAnswer:
    if service is Service.HISTORY:
        return await source.export(customer_id, asked)
    try:
        return await ask(service, await _with_conversations(ask, service, asked))
    except ServiceAwayError:
        detail = "One of the services does not answer; ask for this page again."
        raise RefusedError(ErrorCode.TRY_AGAIN, detail, retry_after_ms=1_000) from None


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
    raise _bad_cursor()


def _bad_cursor() -> RefusedError:
    return RefusedError(ErrorCode.BAD_CURSOR, "This cursor is not one of ours: begin without one.")


def _next(service: Service, answer: ExportAnswer) -> str | None:
    if answer.next_place is not None:
        return f"{service.value}.{answer.next_place}"
    later = ORDER[ORDER.index(service) + 1 :]
    return f"{later[0].value}." if later else None
