"""Principals and grants as signed tokens; one kind can never be read as the other."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NoReturn

from pydantic import ValidationError

from shared.contracts.claims import Grant, Principal
from shared.contracts.wire import Readable
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.auth.keyring import BadTokenError, Keyring

_PRINCIPAL_TYPE = "firstreply-principal+jwt"
_GRANT_TYPE = "firstreply-grant+jwt"
_MS_PER_S = 1_000


class _PrincipalPayload(Readable):
    aud: Literal["firstreply:principal"] = "firstreply:principal"
    exp: int
    principal: Principal


class _GrantPayload(Readable):
    aud: Literal["firstreply:grant"] = "firstreply:grant"
    exp: int
    grant: Grant


def sign_principal(keys: Keyring, principal: Principal) -> str:
    """Return the bearer token that stands for the principal until its `expires_at`."""
    payload = _PrincipalPayload(exp=_seconds(principal.expires_at), principal=principal)
    return keys.sign(payload.to_json(), token_type=_PRINCIPAL_TYPE)


def read_principal(keys: Keyring, token: str, now: Instant) -> Principal:
    """Return who a bearer token stands for.

    Raises:
        RefusedError: NOT_SIGNED_IN, the same for every token that is not good now.
    """
    try:
        payload = keys.verify(token, token_type=_PRINCIPAL_TYPE)
        principal = _principal_of(payload)
    except (BadTokenError, ValidationError):
        refuse_sign_in()
    if principal.expires_at <= now:
        refuse_sign_in()
    return principal


@lru_cache(maxsize=4_096)
def _principal_of(payload: bytes) -> Principal:
    return _PrincipalPayload.model_validate_json(payload).principal


def sign_grant(keys: Keyring, grant: Grant) -> str:
    """Return the token that lets its holder write until the grant's `expires_at`."""
    payload = _GrantPayload(exp=_seconds(grant.expires_at), grant=grant)
    return keys.sign(payload.to_json(), token_type=_GRANT_TYPE)


def read_grant(keys: Keyring, token: str, now: Instant) -> Grant | None:
    """Return what a grant allows, None when its time is over: it then opens nothing any more.

    Whether it is this caller's, the reader must compare.

    Raises:
        RefusedError: NOT_ASSIGNED, the same for every token that never was a grant of ours.
    """
    try:
        payload = keys.verify(token, token_type=_GRANT_TYPE)
        grant = _GrantPayload.model_validate_json(payload).grant
    except (BadTokenError, ValidationError):
        _refuse_grant()
    return grant if grant.expires_at > now else None


def _seconds(instant: Instant) -> int:
    """Round up to RFC 7519's whole seconds: `expires_at` inside is exact and is what counts."""
    return -(-instant // _MS_PER_S)


def refuse_sign_in() -> NoReturn:
    """Refuse a bearer token.

    Raises:
        RefusedError: NOT_SIGNED_IN, in the one sentence for all of them.
    """
    detail = "Sign in again: this sign-in is missing, no longer valid or not ours."
    raise RefusedError(ErrorCode.NOT_SIGNED_IN, detail) from None


def _refuse_grant() -> NoReturn:
    detail = "This grant is not one of ours: send the one that the accept answered, or none."
    raise RefusedError(ErrorCode.NOT_ASSIGNED, detail) from None
