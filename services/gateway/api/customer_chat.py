"""The customer's chat over REST, for pages and servers that cannot hold a socket."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.gateway.api.chat_parts import ChatParts
from services.gateway.api.cors import CustomerRoute, preflight, share_with
from services.gateway.api.customer_actions import Action, actions
from services.gateway.api.visit import Visit
from services.gateway.domain.answers import welcome_of
from services.gateway.domain.refusals import sentence
from services.gateway.usecases.note_context import context_of
from services.gateway.usecases.visit import Visitor, Visits, end_session, let_in, read_on
from shared.contracts.chat_rest import ChatItems, OpenSession
from shared.contracts.frames import Accepted, Hello, Welcome
from shared.contracts.wire import SEQ_MAX, Contract
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, decode
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey

_SCHEME = HTTPBearer(auto_error=False, scheme_name="session token")
_Credentials: TypeAlias = Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)]
Visiting: TypeAlias = Callable[..., Coroutine[Any, Any, Visitor]]


def customer_chat_routes(parts: ChatParts, visits: Visits) -> APIRouter:
    """Return the endpoints under /v1/chat that are not the socket."""
    router = APIRouter(prefix="/v1/chat", tags=["chat"], route_class=CustomerRoute)
    visiting = _visiting(parts, visits)
    _add_sessions(router, parts, visits)
    _add_reading(router, visiting, visits)
    for action in actions():
        _add_action(router, action, visiting, parts)

    @router.options("/{path:path}", include_in_schema=False)
    async def answer_preflight(
        request: Request,
        path: str,  # noqa: ARG001  every path below
        site_key: str | None = None,
    ) -> Response:
        origin = request.headers.get("origin")
        if origin is not None and site_key and await parts.page_refused(site_key, origin):
            origin = None
        return preflight(origin)

    return router


def _add_sessions(router: APIRouter, parts: ChatParts, visits: Visits) -> None:
    @router.post("/sessions")
    async def open_session(request: Request, hello: JsonBody[OpenSession]) -> Welcome:
        """Begin a session, or go on with one: the socket's `hello`, answered with its `welcome`.

        The `session_token` is the bearer token of everything else here.
        """
        with _told_to_page(request):
            _check_arrival(request, parts)
            frame = Hello(**dict(hello))
            greeting = await parts.greet(frame, request.headers.get("origin"))
        session_id = greeting.session.session_id
        parts.note_context(context_of(frame, greeting.shop_id, session_id))
        found = await parts.catch_up(greeting)
        return welcome_of(found, parts.clock.now(), parts.rates.session)

    @router.delete("/session", status_code=HTTPStatus.NO_CONTENT)
    async def end_this_session(request: Request, credentials: _Credentials) -> None:
        """End the session for good, as when a customer signs out of the shop.

        Its token opens nothing any more, and its sockets are closed within five seconds.
        """
        token = _token(credentials)
        await _come_in(request, token, None, parts, visits)
        await end_session(token, visits.store)


def _add_reading(router: APIRouter, visiting: Visiting, visits: Visits) -> None:
    @router.get("/items")
    async def read_items(
        visitor: Annotated[Visitor, Depends(visiting)],
        conversation_id: Annotated[str | None, Query(max_length=64)] = None,
        after_seq: Annotated[int, Query(ge=0, le=SEQ_MAX)] = 0,
    ) -> ChatItems:
        """Return the items after a seq, oldest first.

        They are those of the named conversation of this session, or else of its latest one.
        """
        found, page = await read_on(visitor, _named(conversation_id), after_seq, visits.items)
        return ChatItems(
            conversation_id=found,
            items=page.items,
            through_seq=page.through_seq,
            last_seq=page.last_seq,
            epoch=page.epoch,
        )


def _add_action(router: APIRouter, action: Action, visiting: Visiting, parts: ChatParts) -> None:
    """Add one action: what is acknowledged answers its `accepted`, all else 204 once taken."""
    By: TypeAlias = Annotated[Visitor, Depends(visiting)]
    body_type: Any = _json_of(action.body or Contract)

    async def do_and_tell(visitor: By, body: body_type, key: IdempotencyKey) -> Accepted:
        told = await Visit(visitor, parts).do(action.of(body, key))
        return Accepted.model_validate(told, strict=False)

    async def do_with_body(visitor: By, body: body_type) -> None:
        await Visit(visitor, parts).do(action.of(body, None))

    async def do_alone(visitor: By) -> None:
        await Visit(visitor, parts).do(action.of(None, None))

    add = partial(
        router.add_api_route,
        action.path,
        methods=["POST"],
        name=action.name,
        summary=f"Do what the frame `{action.name}` does",
        description=action.frame.__doc__,
    )
    if action.is_acknowledged:
        add(do_and_tell)
    else:
        add(do_with_body if action.body else do_alone, status_code=HTTPStatus.NO_CONTENT)


def _json_of(shape: Any) -> Any:
    """Return the declaration of a body whose shape is known only now."""
    alias: Any = JsonBody
    return alias[shape]


def _visiting(parts: ChatParts, visits: Visits) -> Visiting:
    async def visiting(
        request: Request,
        credentials: _Credentials,
        conversation_id: Annotated[str | None, Query(include_in_schema=False)] = None,
    ) -> Visitor:
        return await _come_in(request, _token(credentials), _named(conversation_id), parts, visits)

    return visiting


async def _come_in(
    request: Request, token: str, named_id: UUID | None, parts: ChatParts, visits: Visits
) -> Visitor:
    """Let a request in; whoever guesses tokens is counted as one who opens sockets."""
    with _told_to_page(request):
        try:
            visitor = await let_in(token, request.headers.get("origin"), named_id, visits)
        except RefusedError as refusal:
            if refusal.code is ErrorCode.UNKNOWN_SESSION:
                _check_arrival(request, parts)
            raise
        _check_rate(visitor, parts)
    return visitor


@contextmanager
def _told_to_page(request: Request) -> Iterator[None]:
    """Let the page read the answer, whatever it is, unless it is that the page may not."""
    origin = request.headers.get("origin")
    try:
        yield
    except RefusedError as refusal:
        if refusal.code is not ErrorCode.ORIGIN_REFUSED:
            share_with(request.scope, origin)
        raise
    share_with(request.scope, origin)


def _check_arrival(request: Request, parts: ChatParts) -> None:
    peer = request.client.host if request.client else ""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")) or None
    wait_ms = parts.arrive(peer, forwarded)
    if wait_ms:
        detail = "Too many requests from this address; ask again a little later."
        raise RefusedError(ErrorCode.RATE_LIMITED, detail, retry_after_ms=wait_ms)


def _check_rate(visitor: Visitor, parts: ChatParts) -> None:
    wait_ms = parts.requests.take(visitor.session_id, parts.clock.now())
    if wait_ms:
        raise RefusedError(
            ErrorCode.RATE_LIMITED, sentence(ErrorCode.RATE_LIMITED), retry_after_ms=wait_ms
        )


def _token(credentials: HTTPAuthorizationCredentials | None) -> str:
    """Return the bearer token; none is as unknown as a wrong one."""
    return credentials.credentials if credentials else ""


def _named(conversation_id: str | None) -> UUID | None:
    """Read an id; one that cannot be an id looks like one that does not exist."""
    if conversation_id is None:
        return None
    try:
        return decode(IdKind.CONVERSATION, conversation_id)
    except ValueError:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such conversation.") from None
