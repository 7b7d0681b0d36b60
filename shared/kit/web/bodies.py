"""JSON bodies read by the rules of JSON: strict in type, whatever Python would make of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, TypeAlias, TypeVar

from fastapi import Body
from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import (
    CoreSchema,
    PydanticCustomError,
    PydanticSerializationError,
    core_schema,
    to_json,
)

_NUL = "\x00"
_TOO_DEEP = "depth exceeded"
_NUL_ESCAPED = b"\\u0000"


FAULTS_MAX = 1_000
"""Faults of one body that are put into words. Half a million, which fit into a megabyte, take two
seconds in which nobody else is answered."""


class _ReadAsJson:
    """Validates what FastAPI parsed as if it came from JSON text.

    Strict models take a list for a tuple and a word for an enum from JSON, but from Python objects
    they refuse both; FastAPI hands them Python objects.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def read(value: object, _inner: object) -> object:
            try:
                return _adapter(source).validate_json(_as_json(value))
            except ValidationError as error:
                if error.error_count() > FAULTS_MAX:
                    raise PydanticCustomError("too_many_faults", "too many faults") from None
                raise

        return core_schema.no_info_wrap_validator_function(read, handler(source))


def is_read_as_json(metadata: Iterable[object]) -> bool:
    """Say whether a body with these annotations is a JsonBody."""
    return any(isinstance(part, _ReadAsJson) for part in metadata)


@cache  # one per body type of the service: as many as there are endpoints
def _adapter(source: type[object]) -> TypeAdapter[object]:
    return TypeAdapter(source)


def _as_json(value: object) -> bytes:
    if isinstance(value, bytes):  # FastAPI leaves a body alone that is not called JSON
        raise PydanticCustomError("json_type", "must be JSON")
    try:
        text = to_json(value, inf_nan_mode="constants")
    except (PydanticSerializationError, UnicodeError) as error:
        if _TOO_DEEP in str(error):
            raise PydanticCustomError("too_deep", "nested too deeply") from None
        raise PydanticCustomError("string_unicode", "lone surrogates are no text") from None
    if _NUL_ESCAPED in text and _holds_nul(value):
        raise PydanticCustomError("nul_character", "PostgreSQL keeps no U+0000 in text")
    return text


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return _NUL in value
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(_holds_nul(part) for part in value)
    return False


Shape = TypeVar("Shape")
JsonBody: TypeAlias = Annotated[Shape, Body(), _ReadAsJson()]
"""How an endpoint declares its body: `new: JsonBody[NewItem]`."""
