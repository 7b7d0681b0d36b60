"""Lets a customer's REST request in by its session token, held to what a hello would be held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, Protocol
from uuid import UUID

from services.gateway.domain.answers import Found
from services.gateway.domain.keys import digest, read_session_token
from services.gateway.domain.origins import origin_allowed
from services.gateway.domain.proofs import KeysInForce, SiteKeys, is_proved
from services.gateway.domain.refusals import sentence
from services.gateway.usecases.greet import Greeting
from services.gateway.usecases.ports import ItemStore, OpenedSession, StoredPage
from services.gateway.usecases.read_items import CUSTOMER_PAGE, visible_page
from shared.kernel.errors import ErrorCode, RefusedError


@dataclass(frozen=True, slots=True)
class Visited:
    """A session as one request finds it, and its site.

    `named_is_ours` says of the conversation that the request names whether it is one of the
    session's; `under_way` whether the latest one goes on.
    """

    site_id: UUID
    epoch: int
    connection_no: int
    conversation_id: UUID | None
    last_seq: int
    named_is_ours: bool
    under_way: bool
    proof: bytes | None
    origins: tuple[str, ...]
    closed: bool
    keys: SiteKeys


class VisitStore(Protocol):
    """Finds and ends sessions by their tokens."""

    async def visit(
        self, shop_id: UUID, session_id: UUID, digest: bytes, named_id: UUID | None
    ) -> Visited | None:
        """Return the session; None when there is none, or the digest is not its token's."""
        ...

    async def end(self, shop_id: UUID, session_id: UUID, digest: bytes) -> bool:
        """End the session; false when there is none to end."""
        ...


@dataclass(frozen=True, slots=True)
class Visitor:
    """A customer whose request was let in."""

    shop_id: UUID
    session_id: UUID
    token: str
    visited: Visited

    def greeting(self) -> Greeting:
        """Return what a hello of the same session would have led to; it takes no place."""
        at = self.visited
        session = OpenedSession(
            self.session_id, False, at.epoch, at.connection_no, at.conversation_id, at.last_seq
        )
        return Greeting(
            self.shop_id,
            session,
            self.token,
            at.last_seq,
            site_id=at.site_id,
            proof=at.proof,
        )

    def found(self) -> Found:
        """Return the session as one who misses nothing of it."""
        at = self.visited
        return Found(
            session_id=self.session_id,
            session_token=self.token,
            epoch=at.epoch,
            conversation_id=at.conversation_id,
            last_seq=at.last_seq,
            through_seq=at.last_seq,
            items=(),
        )


@dataclass(frozen=True, slots=True)
class Visits:
    """What letting in needs."""

    store: VisitStore
    items: ItemStore
    in_force: KeysInForce


async def let_in(token: str, origin: str | None, named_id: UUID | None, needs: Visits) -> Visitor:
    """Let a request in.

    Args:
        token: the session token.
        origin: of the page that asks; None: a program.
        named_id: the conversation that the request names, if it names one.
        needs: where sessions are found.

    Raises:
        RefusedError: UNKNOWN_SESSION, ORIGIN_REFUSED, UNKNOWN_SITE (it is closed),
            BAD_CUSTOMER_TOKEN (what proved the customer is no longer in force); NOT_FOUND, for a
            conversation that is not of this session.
    """
    named = read_session_token(token)
    visited = (
        await needs.store.visit(named.shop_id, named.id, digest(token), named_id) if named else None
    )
    if named is None or visited is None:
        _refuse(ErrorCode.UNKNOWN_SESSION)
    if not origin_allowed(origin, visited.origins):
        _refuse(ErrorCode.ORIGIN_REFUSED)
    if visited.closed and not visited.under_way:
        _refuse(ErrorCode.UNKNOWN_SITE)
    if not is_proved(visited.proof, visited.keys, needs.in_force):
        _refuse(ErrorCode.BAD_CUSTOMER_TOKEN)
    if named_id is not None and not visited.named_is_ours:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such conversation.")
    return Visitor(named.shop_id, named.id, token, visited)


async def read_on(
    visitor: Visitor, named_id: UUID | None, after_seq: int, items: ItemStore
) -> tuple[UUID | None, StoredPage]:
    """Return a page of what the customer may see, of the named or else the latest conversation."""
    conversation_id = named_id or visitor.visited.conversation_id
    if conversation_id is None:
        return None, StoredPage((), 0, 0, visitor.visited.epoch)
    page = await visible_page(visitor.shop_id, conversation_id, after_seq, items, CUSTOMER_PAGE)
    return conversation_id, page


async def end_session(token: str, store: VisitStore) -> None:
    """End a session: its token opens nothing any more, and its sockets are closed in seconds.

    Raises:
        RefusedError: UNKNOWN_SESSION.
    """
    named = read_session_token(token)
    if named is None or not await store.end(named.shop_id, named.id, digest(token)):
        _refuse(ErrorCode.UNKNOWN_SESSION)


def _refuse(code: ErrorCode) -> NoReturn:
    raise RefusedError(code, sentence(code))
