"""Verifies and reads what any shop may send: webhooks as Standard Webhooks has them, JSON objects.

How they are meant:
- A body is `{"type": "order.updated", "data": {...}}`; `data` is the same object that
  `POST /v1/orders/batches` takes, and the first word of `type` says of what it is a state.
- The signature is over id, timestamp and the raw bytes. A message older or newer than
  TOLERANCE_MS is refused; within it a replay is a state that is known, and changes nothing.
- A state carries the shop's own instant of it, `updated_at`: a message may be tried again hours
  later, so its timestamp says nothing about how old the state is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from services.history.shops.told import Ignored, Link, Platform, State, UnreadableError, without_nul
from shared.contracts.orders import IngestCart, IngestOrder, IngestProduct
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import RowFault

PLATFORM = "generic"
MESSAGE_ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
VERSION = "v1,"
SECRET_PREFIX = "whsec_"  # noqa: S105  the mark of a secret, not one
TOLERANCE_MS: Millis = 5 * 60 * 1000
"""How far a message's timestamp may be from now, as the libraries of Standard Webhooks have it."""
TOPICS = ("order.created", "order.updated", "cart.updated", "product.updated")

StateT = TypeVar("StateT", IngestOrder, IngestCart, IngestProduct)
_SECONDS = re.compile(r"\d{1,12}", re.ASCII)


def verify(link: Link, headers: Mapping[str, str], body: bytes, at: Instant) -> bool:
    """Tell whether the connection's secret signed these bytes of late; the same time either way."""
    sent = headers.get(TIMESTAMP, "")
    if not _SECONDS.fullmatch(sent) or abs(int(sent) * 1000 - at) > TOLERANCE_MS:
        return False
    signed = f"{headers.get(MESSAGE_ID, '')}.{sent}.".encode() + body
    mac = hmac.new(_key(link.secret), signed, hashlib.sha256).digest()
    good = (VERSION + base64.b64encode(mac).decode()).encode()
    told = headers.get(SIGNATURE, "").split()
    return sum(hmac.compare_digest(good, one.encode()) for one in told) > 0


def _key(secret: str) -> bytes:
    """Return what signs: behind whsec_ it is written in base64, any other is taken as it stands."""
    if secret.startswith(SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except ValueError:
            pass
    return secret.encode()


def parse(link: Link, _headers: Mapping[str, str], body: bytes) -> State | Ignored:
    """Read a verified webhook.

    Raises:
        UnreadableError: it is no JSON, not of the shape its type has, or has no instant.
    """
    told = _object(without_nul(body))
    read = KINDS.get(str(told.get("type")).partition(".")[0])
    if read is None:
        return Ignored("a type of which history keeps nothing")
    data = told.get("data")
    if not isinstance(data, dict):
        raise UnreadableError("has no object as its data")
    state = read(_known_as(link, data))
    if state.updated_at is None:
        raise UnreadableError("has no updated_at: without it an old state could replace a new one")
    return state


def read_order(raw: bytes, platform: str) -> IngestOrder:
    """Read one line of a file of orders; one that names no platform is of this.

    Raises:
        UnreadableError: it is no order; the sentence goes on after "the row".
    """
    return shaped(IngestOrder, _object(without_nul(raw)), platform)


def _object(raw: bytes) -> dict[str, object]:
    try:
        told = from_json(raw)
    except ValueError:
        raise UnreadableError("is no JSON, or is cut off", RowFault.NOT_JSON) from None
    if not isinstance(told, dict):
        raise UnreadableError("is no JSON object", RowFault.NOT_JSON)
    return told


def shaped(kind: type[StateT], told: Mapping[str, object], platform: str) -> StateT:
    """Return a state that was told as a JSON object; one that names no platform is of this.

    Raises:
        UnreadableError: it is not of this shape.
    """
    try:
        return kind.model_validate_json(to_json({"platform": platform, **told}))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        name = kind.__name__.removeprefix("Ingest").lower()
        fault = RowFault.MISSING if first["type"] == "missing" else RowFault.BAD_VALUE
        raise UnreadableError(f"makes no {name}: {place}: {first['msg']}", fault) from None


def _known_as(link: Link, data: Mapping[str, object]) -> Mapping[str, object]:
    """Put the connection's mark before the customer's id, wherever it is told."""
    if not link.customers_as:
        return data
    person = data.get("customer")
    if isinstance(person, dict):
        return {**data, "customer": _marked(link, person)}
    return _marked(link, data)


def _marked(link: Link, told: Mapping[str, object]) -> Mapping[str, object]:
    ref = told.get("shop_ref")
    return {**told, "shop_ref": f"{link.customers_as}{ref}"} if isinstance(ref, str) else told


KINDS: Mapping[str, Callable[[Mapping[str, object]], State]] = MappingProxyType(
    {
        "order": lambda told: shaped(IngestOrder, told, PLATFORM),
        "cart": lambda told: shaped(IngestCart, told, PLATFORM),
        "product": lambda told: shaped(IngestProduct, told, PLATFORM),
    }
)
"""By the first word of a type, what reads its data."""

GENERIC = Platform(
    name=PLATFORM, verify=verify, parse=parse, topics=TOPICS, resources=MappingProxyType({})
)
