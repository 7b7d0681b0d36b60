"""What a shop says of its own signed-in customer: a short-lived token, here under a shared secret.

Tokens under public keys are those of `key_sets.py`. A customer is known by nothing else: a typed
e-mail address proves nothing (LESSONS 24).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NoReturn

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import AfterValidator, Field, ValidationError

from shared.contracts.wire import Readable
from shared.kernel.clock import Instant, Millis
from shared.kernel.errors import ErrorCode, RefusedError

ALGORITHM = "HS256"
SECRET_MIN_BYTES = 32
"""RFC 7518, 3.2: an HS256 key has at least as many bits as the hash."""

LIFE_MAX_MS: Millis = 24 * 3_600_000
"""A token copied out of a page must stop working within the day."""

LEEWAY_MS: Millis = 60_000
"""How far a shop's clock may be off ours."""

TOKEN_MAX = 4_096
"""Characters: a name and an address of the longest lengths below fit twice."""

SUBJECT_MAX, NAME_MAX, EMAIL_MAX = 200, 200, 254
"""Characters; 254 is the longest address SMTP carries (RFC 5321, erratum 1690)."""

_MS_PER_S = 1_000
_FIRST_PRINTABLE, _DELETE = 0x20, 0x7F
_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
_MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What parsing hostile text may raise: the library reads the header before it knows its shape."""


@dataclass(frozen=True, slots=True)
class CustomerClaims:
    """Who a shop says is writing; `subject` is the shop's own id of that customer."""

    subject: str
    name: str | None
    email: str | None
    expires_at: Instant


def _plain(text: str) -> str:
    if any(ord(letter) < _FIRST_PRINTABLE or ord(letter) == _DELETE for letter in text):
        raise ValueError("control characters")
    return text


_Plain = AfterValidator(_plain)


class _Payload(Readable):
    sub: Annotated[str, Field(min_length=1, max_length=SUBJECT_MAX), _Plain]
    exp: Annotated[float, Field(allow_inf_nan=False)]
    nbf: Annotated[float, Field(allow_inf_nan=False)] | None = None
    name: Annotated[str, Field(max_length=NAME_MAX), _Plain] | None = None
    email: Annotated[str, Field(max_length=EMAIL_MAX), _Plain] | None = None
    iss: str | None = None
    aud: str | tuple[str, ...] | None = None


def verify_customer_token(token: str, secret: bytes, now: Instant) -> CustomerClaims:
    """Return what the shop that shares the secret says of its customer.

    Raises:
        RefusedError: BAD_CUSTOMER_TOKEN, the same for every token that is not good now.
        ValueError: the secret is shorter than SECRET_MIN_BYTES.
    """
    key = _key(secret)
    try:
        text = _verified(token, key)
    except _MALFORMED:
        refuse_token()
    return claims_of(text, now)


def claims_of(
    text: bytes, now: Instant, *, issuer: str | None = None, audience: str | None = None
) -> CustomerClaims:
    """Return what a token says whose signature was found good.

    Args:
        text: its payload.
        now: the time.
        issuer: what `iss` must be; None: anything.
        audience: what `aud` must be or hold; None: anything.

    Raises:
        RefusedError: BAD_CUSTOMER_TOKEN.
    """
    try:
        payload = _Payload.model_validate_json(text)
        expires_at = int(payload.exp * _MS_PER_S)
    except (ValidationError, OverflowError):
        refuse_token()
    if issuer is not None and payload.iss != issuer:
        refuse_token()
    meant_for = (payload.aud,) if isinstance(payload.aud, str) else payload.aud or ()
    if audience is not None and audience not in meant_for:
        refuse_token()
    if not now < expires_at <= now + LIFE_MAX_MS + LEEWAY_MS:
        refuse_token()
    if payload.nbf is not None and payload.nbf * _MS_PER_S > now + LEEWAY_MS:
        refuse_token()
    return CustomerClaims(payload.sub, payload.name or None, payload.email or None, expires_at)


def sign_customer_token(
    secret: bytes,
    *,
    subject: str,
    expires_at: Instant,
    name: str | None = None,
    email: str | None = None,
) -> str:
    """Return the token that a shop's backend puts into its page.

    Raises:
        ValueError: the secret is shorter than SECRET_MIN_BYTES, or a text is not fit for a token.
    """
    payload = _Payload(sub=subject, exp=expires_at // _MS_PER_S, name=name, email=email)
    text = payload.model_dump_json(exclude_none=True)
    return jws.serialize_compact({"alg": ALGORITHM, "typ": "JWT"}, text, _key(secret), [ALGORITHM])


def _key(secret: bytes) -> OctKey:
    if len(secret) < SECRET_MIN_BYTES:
        raise ValueError(f"a customer secret has at least {SECRET_MIN_BYTES} bytes")
    return OctKey.import_key(secret)


def _verified(token: str, key: OctKey) -> bytes:
    if len(token) > TOKEN_MAX:
        raise ValueError("too long")
    signed = jws.deserialize_compact(token.encode("ascii"), key, registry=_REGISTRY)
    return signed.payload


def refuse_token() -> NoReturn:
    """Say of any token the same: what is wrong with it would help whoever forges one."""
    detail = "The shop's customer token is not valid now: ask the shop's page for a fresh one."
    raise RefusedError(ErrorCode.BAD_CUSTOMER_TOKEN, detail) from None
