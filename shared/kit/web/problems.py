"""Refusals as RFC 9457 problem JSON: one shape, one table from code to status, no echo of input."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.contracts.wire import UNFIT
from shared.kernel.errors import ErrorCode, Fault, RefusedError

log = structlog.get_logger()

Statuses: TypeAlias = Mapping[ErrorCode, int]

DEFAULT_STATUSES: Statuses = MappingProxyType(
    {
        ErrorCode.BAD_CLIENT_ID: 400,
        ErrorCode.BAD_CURSOR: 400,
        ErrorCode.IDEMPOTENCY_KEY_REQUIRED: 400,
        ErrorCode.NOT_SIGNED_IN: 401,
        ErrorCode.BAD_CREDENTIALS: 401,
        ErrorCode.BAD_CUSTOMER_TOKEN: 401,
        ErrorCode.FORBIDDEN: 403,
        ErrorCode.NOT_FOUND: 404,
        ErrorCode.METHOD_NOT_ALLOWED: 405,
        ErrorCode.ALREADY_EXISTS: 409,
        ErrorCode.IN_USE: 409,
        ErrorCode.BODY_TOO_LARGE: 413,
        ErrorCode.INVALID_REQUEST: 422,
        ErrorCode.IDEMPOTENCY_CONFLICT: 422,
        ErrorCode.RATE_LIMITED: 429,
        ErrorCode.INTERNAL: 500,
        ErrorCode.TRY_AGAIN: 503,
        ErrorCode.ROUTING_UNAVAILABLE: 503,
    }
)
"""What every service shares; each adds its own codes when it is composed."""

UNLISTED_STATUS = 400
"""For a code no table names: a refusal is the caller's to mend until a service says otherwise."""

MEDIA_TYPE = "application/problem+json"
REQUEST_ID_KEY = "firstreply.request_id"
"""Where the ASGI scope holds the request's id."""

FIELDS_SHOWN_MAX = 20
"""How many bad fields a problem names: a batch of thousands must not answer with thousands."""

_CODE_OF_STATUS: Mapping[int, ErrorCode] = MappingProxyType(
    {
        401: ErrorCode.NOT_SIGNED_IN,
        403: ErrorCode.FORBIDDEN,
        404: ErrorCode.NOT_FOUND,
        405: ErrorCode.METHOD_NOT_ALLOWED,
        413: ErrorCode.BODY_TOO_LARGE,
        429: ErrorCode.RATE_LIMITED,
        500: ErrorCode.INTERNAL,
        503: ErrorCode.TRY_AGAIN,
    }
)
_SENTENCE_OF_CODE: Mapping[ErrorCode, str] = MappingProxyType(
    {
        ErrorCode.INVALID_REQUEST: "The request could not be read.",
        ErrorCode.NOT_SIGNED_IN: "Sign in: this needs a bearer token.",
        ErrorCode.FORBIDDEN: "This sign-in does not allow that.",
        ErrorCode.NOT_FOUND: "There is nothing here.",
        ErrorCode.METHOD_NOT_ALLOWED: "This address does not take that method.",
        ErrorCode.BODY_TOO_LARGE: "The body is larger than this server takes.",
        ErrorCode.RATE_LIMITED: "Too many requests: wait a little.",
        ErrorCode.INTERNAL: "Something went wrong on our side. Give us the request id.",
        ErrorCode.TRY_AGAIN: "Not available right now: try again.",
    }
)
_A_DAY = "must be a day, such as 2026-11-23"
_AN_INSTANT = "must be an instant with its zone, such as 2026-11-23T08:00:00Z"
_FAULT_OF_TYPE: Mapping[str, str] = MappingProxyType(
    {
        "missing": "is missing",
        "extra_forbidden": "has a field that is not known",
        "string_type": "must be a string",
        "string_too_short": "is too short",
        "string_too_long": "is too long",
        "string_pattern_mismatch": "has letters it must not have",
        "string_unicode": "is not valid Unicode",
        "int_type": "must be a whole number",
        "int_parsing": "must be a whole number",
        "int_from_float": "must be a whole number",
        "bool_type": "must be true or false",
        "enum": "is not one of the known words",
        "literal_error": "is not one of the known words",
        "model_type": "must be an object",
        "dict_type": "must be an object",
        "list_type": "must be a list",
        "tuple_type": "must be a list",
        "too_long": "has too many entries",
        "too_short": "has too few entries",
        "too_deep": "is nested too deeply",
        "too_many_faults": "has too many faults to name them",
        "greater_than_equal": "is too small",
        "greater_than": "is too small",
        "less_than_equal": "is too large",
        "less_than": "is too large",
        "json_invalid": "is not valid JSON",
        "json_type": "must be JSON, sent as application/json",
        "nul_character": "must not hold the character U+0000",
        "date_type": _A_DAY,
        "date_parsing": _A_DAY,
        "date_from_datetime_parsing": _A_DAY,
        "date_from_datetime_inexact": _A_DAY,
        "datetime_type": _AN_INSTANT,
        "datetime_parsing": _AN_INSTANT,
        "datetime_from_date_parsing": _AN_INSTANT,
        "datetime_object_invalid": _AN_INSTANT,
        "timezone_aware": _AN_INSTANT,
        "float_type": "must be a number",
        "float_parsing": "must be a number",
        "finite_number": "must be a number",
        "bool_parsing": "must be true or false",
    }
)
"""Our own words: a validator's message may repeat what was sent, but for those of `unfit`."""

_OUR_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}", re.ASCII)
_OPTIONAL = ("request_id", "fields", "retry_after_ms")
_PLACES = frozenset({"body", "query", "path", "header", "cookie"})


class FieldFault(BaseModel):
    """One field that was refused, and what is wrong with it."""

    model_config = ConfigDict(frozen=True)

    field: str
    fault: str


class Problem(BaseModel):
    """An RFC 9457 problem; `code` is stable, `detail` is one sentence for people."""

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    code: ErrorCode
    detail: str
    request_id: str | None = None
    fields: tuple[FieldFault, ...] = Field(default=())
    retry_after_ms: int | None = None


class Problems:
    """Turns refusals into responses by one table of statuses."""

    def __init__(self, statuses: Statuses) -> None:
        self._statuses = {**DEFAULT_STATUSES, **statuses}

    def install(self, app: FastAPI) -> None:
        """Answer every expected exception of this app with a problem."""
        app.add_exception_handler(RefusedError, self._on_refused)
        app.add_exception_handler(RequestValidationError, self._on_invalid)
        app.add_exception_handler(HTTPException, self._on_http)

    def response(
        self,
        request_id: str | None,
        code: ErrorCode,
        *,
        detail: str | None = None,
        status: int | None = None,
        fields: tuple[FieldFault, ...] = (),
        headers: Mapping[str, str] | None = None,
        retry_after_ms: int | None = None,
    ) -> Response:
        """Return the problem as a response; the status is the table's unless one is given."""
        problem = Problem(
            type=f"urn:firstreply:problem:{code}",
            title=code.replace("_", " ").capitalize(),
            status=status or self._status_of(code),
            code=code,
            detail=detail or _SENTENCE_OF_CODE.get(code, "That was refused."),
            request_id=request_id,
            fields=fields,
            retry_after_ms=retry_after_ms,
        )
        hidden = {name for name in _OPTIONAL if not getattr(problem, name)}
        waits = (
            {} if retry_after_ms is None else {"Retry-After": str(_whole_seconds(retry_after_ms))}
        )
        return Response(
            problem.model_dump_json(exclude=hidden),
            status_code=problem.status,
            media_type=MEDIA_TYPE,
            headers={**_own_headers(problem.status), **waits, **(headers or {})},
        )

    def refusal(self, request_id: str | None, refused: RefusedError) -> Response:
        """Return a refusal as a response."""
        return self.response(
            request_id,
            refused.code,
            detail=refused.detail,
            fields=tuple(_refused_field(one) for one in refused.faults[:FIELDS_SHOWN_MAX]),
            retry_after_ms=refused.retry_after_ms,
        )

    def _status_of(self, code: ErrorCode) -> int:
        if code not in self._statuses:
            log.warning("problem.status_unlisted", code=code.value)
        return self._statuses.get(code, UNLISTED_STATUS)

    async def _on_refused(self, request: Request, exc: Exception) -> Response:
        if not isinstance(exc, RefusedError):
            raise TypeError("this handler is for RefusedError") from exc
        return self.refusal(request_id_of(request), exc)

    async def _on_invalid(self, request: Request, exc: Exception) -> Response:
        if not isinstance(exc, RequestValidationError):
            raise TypeError("this handler is for RequestValidationError") from exc
        errors = exc.errors()
        if any(error["loc"][:1] == ("path",) for error in errors):
            # An id that cannot be one is, to a caller, an id that does not exist.
            return self.response(request_id_of(request), ErrorCode.NOT_FOUND)
        fields = tuple(_fault(error) for error in errors[:FIELDS_SHOWN_MAX])
        detail = " ".join(f"{fault.field} {fault.fault}." for fault in fields[:1])
        return self.response(
            request_id_of(request), ErrorCode.INVALID_REQUEST, detail=detail, fields=fields
        )

    async def _on_http(self, request: Request, exc: Exception) -> Response:
        if not isinstance(exc, HTTPException):
            raise TypeError("this handler is for HTTPException") from exc
        code = _CODE_OF_STATUS.get(exc.status_code, ErrorCode.INVALID_REQUEST)
        return self.response(
            request_id_of(request), code, status=exc.status_code, headers=exc.headers
        )


def request_id_of(request: Request) -> str | None:
    """Return the id that the outermost layer gave this request."""
    value = request.scope.get(REQUEST_ID_KEY)
    return value if isinstance(value, str) else None


def _own_headers(status: int) -> dict[str, str]:
    # RFC 9110, 11.6.1: every 401 names a way to sign in.
    unauthorized = 401
    return {"WWW-Authenticate": "Bearer"} if status == unauthorized else {}


def _whole_seconds(span_ms: int) -> int:
    return max(1, -(-span_ms // 1_000))


def _fault(error: Mapping[str, Any]) -> FieldFault:
    return FieldFault(
        field=_field_name(error["loc"], error["type"]),
        fault=_words(error["type"], error["msg"]),
    )


def _words(error_type: str, message: str) -> str:
    return message if error_type == UNFIT else _FAULT_OF_TYPE.get(error_type, "is not valid")


def _refused_field(fault: Fault) -> FieldFault:
    return FieldFault(field=fault.field, fault=fault.reason)


def _field_name(loc: Sequence[str | int], error_type: str) -> str:
    """Return a dotted name made only of our own field names and of positions."""
    parts = loc[1:] if loc and loc[0] in _PLACES else loc
    if error_type == "extra_forbidden":
        parts = parts[:-1]  # the last part is the sender's own word
    if error_type == "json_invalid":
        parts = ()
    names = [str(part) for part in parts if _is_our_own(part)]
    return ".".join(names) or str(loc[0] if loc else "request")


def _is_our_own(part: str | int) -> bool:
    return isinstance(part, int) or _OUR_FIELD_NAME.fullmatch(part) is not None
