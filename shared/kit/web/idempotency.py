"""The Idempotency-Key header; what a key stands for is its service's to remember."""

from __future__ import annotations

import hashlib
from typing import Annotated, TypeAlias

from fastapi import Depends, Header
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.contracts.changes import Once
from shared.contracts.wire import ClientId
from shared.kernel.errors import ErrorCode, RefusedError

_CLIENT_ID: TypeAdapter[str] = TypeAdapter(ClientId)


def read_idempotency_key(
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> str:
    """Return the caller's key for this effect.

    Raises:
        RefusedError: IDEMPOTENCY_KEY_REQUIRED, it is missing or not of ClientId's letters.
    """
    try:
        return _CLIENT_ID.validate_python(key)
    except ValidationError:
        detail = "Send an Idempotency-Key header of 1 to 64 letters, digits and _ . : -"
        raise RefusedError(ErrorCode.IDEMPOTENCY_KEY_REQUIRED, detail) from None


IdempotencyKey: TypeAlias = Annotated[str, Depends(read_idempotency_key)]
"""How an endpoint asks for it: `key: IdempotencyKey`."""


def read_any_idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="1 to 64 letters, digits and _ . : - ; again within a day: the same answer",
        ),
    ] = None,
) -> str | None:
    """Return the caller's key for an effect that may be asked for without one.

    Raises:
        RefusedError: IDEMPOTENCY_KEY_REQUIRED, it is not of ClientId's letters.
    """
    return None if key is None else read_idempotency_key(key)


AnyIdempotencyKey: TypeAlias = Annotated[str | None, Depends(read_any_idempotency_key)]
"""How an endpoint takes it that could do without: `key: AnyIdempotencyKey = None`."""


def once(key: str, what: str, request: BaseModel | None = None) -> Once:
    """Return what makes an effect happen once: the caller's key and a digest of what it asks.

    `what` tells endpoints, and what their paths name, apart: the same body sent elsewhere is
    another request. A password is left out: a fast digest of one must not be kept.
    """
    body = "" if request is None else request.model_dump_json(exclude={"password"})
    text = f"{what}\n{body}".encode()
    return Once(key=key, request=hashlib.sha256(text).hexdigest())
