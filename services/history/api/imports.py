"""Files of orders over HTTP: one JSON object a line, or CSV, as the import command takes them."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any, BinaryIO, Final, TypeAlias

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import ClientDisconnect

from services.history.shops.generic import PLATFORM
from services.history.shops.generic_dates import DateOrder
from services.history.shops.generic_numbers import DecimalMark
from services.history.shops.generic_wishes import Encoding, FileWishes, file_wishes
from services.history.usecases.import_body import ImportBodies, ImportSlots
from services.history.usecases.import_orders import FileForm, ImportWatcher, OrderSource
from services.history.usecases.ports import OrderStore
from shared.contracts.claims import Principal
from shared.contracts.orders import ImportedOrders, Platform
from shared.contracts.urls import ORDER_IMPORTS
from shared.kernel.errors import ErrorCode, Fault, RefusedError
from shared.kernel.vocabulary import OrderStatus, Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers

FORMS: Final = {
    "application/x-ndjson": FileForm.NDJSON,
    "application/ndjson": FileForm.NDJSON,
    "text/csv": FileForm.CSV,
}
"""By the type of a body, how it is written; the second has no registration, but is in use."""
PAIRS_MAX: Final = 50
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/x-ndjson": {"schema": {"type": "string"}},
        "text/csv": {"schema": {"type": "string"}},
    },
}

ReadOrders: TypeAlias = Callable[[BinaryIO, FileForm, FileWishes, ImportWatcher], OrderSource]
Pair: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[^=<>\x00]{1,200}=[^<>\x00]{1,500}$", strip_whitespace=True)
]
"""NAME=VALUE, as the import command has it."""
Pairs: TypeAlias = Annotated[tuple[Pair, ...], Field(max_length=PAIRS_MAX)]


class HowItIsRead(BaseModel):
    """What the query says of the file; the names are the import command's options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: Annotated[Platform, Field(pattern=r"^[^\x00]+$")] = PLATFORM
    column: Pairs = ()
    fixed: Pairs = Field(default=(), alias="set")
    word: Pairs = ()
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None
    zone: str | None = Field(default=None, max_length=60, pattern="^[A-Za-z0-9_+/-]+$")
    encoding: Encoding | None = None

    def wishes(self) -> FileWishes:
        """Return it as the reader takes it.

        Raises:
            RefusedError: INVALID_REQUEST, a word stands for no status.
        """
        pairs = {"column": self.column, "set": self.fixed, "word": self.word}
        try:
            return file_wishes(self.platform, pairs, self.model_dump())
        except ValueError:
            statuses = ", ".join(OrderStatus)
            raise RefusedError(
                ErrorCode.INVALID_REQUEST,
                f"A word stands for one of {statuses}, written WORD=STATUS.",
                faults=[Fault("word", f"must name one of {statuses}")],
            ) from None


def imports_router(store: OrderStore, read: ReadOrders, *, callers: Callers) -> APIRouter:
    """Return the endpoint that takes a file of orders."""
    bodies = ImportBodies(store, ImportSlots())
    router = APIRouter(prefix=ORDER_IMPORTS, tags=["orders"])
    writer = Annotated[Principal, Depends(require(Scope.ORDERS_WRITE, callers))]
    Wished: TypeAlias = Annotated[HowItIsRead, Query()]

    @router.post("", openapi_extra={"requestBody": _BODY})
    async def take_file(caller: writer, query: Wished, request: Request) -> ImportedOrders:
        """Take a file of orders: one JSON object a line, or CSV; at most 10 MiB.

        Rows that cannot be read are listed with line, code and reason, and the rest goes in. What
        the file does not show is asked by 422 `bad_import`, with the parameter that answers it, and
        nothing is taken before. Sending a file again changes nothing; one that broke off goes on.
        """
        reading = partial(_opened, read, _form(request), query.wishes())
        return await bodies.take(caller.shop_id, _pieces(request), reading)

    return router


def _opened(
    read: ReadOrders, form: FileForm, wishes: FileWishes, body: BinaryIO, watcher: ImportWatcher
) -> OrderSource:
    return read(body, form, wishes, watcher)


def _form(request: Request) -> FileForm:
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = FORMS.get(said)
    if form is None:
        raise RefusedError(
            ErrorCode.INVALID_REQUEST,
            "Send the file as application/x-ndjson or as text/csv.",
            faults=[Fault("content-type", "must be application/x-ndjson or text/csv")],
        )
    return form


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect:
        raise RefusedError(ErrorCode.BAD_IMPORT, "The file broke off: send it again.") from None
