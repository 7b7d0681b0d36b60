"""How the chat socket refuses: the sentence of each code, and which codes close with what."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts.frames import CloseCode
from shared.kernel.errors import ErrorCode

SENTENCES: Mapping[ErrorCode, str] = MappingProxyType(
    {
        ErrorCode.BAD_FRAME: "This frame is not valid.",
        ErrorCode.UNKNOWN_FRAME: "This type of frame is not known.",
        ErrorCode.HELLO_FIRST: "The first frame must be a hello, within 30 seconds.",
        ErrorCode.ALREADY_WELCOME: "This connection has said hello already.",
        ErrorCode.BAD_CLIENT_ID: "A client_id is 1 to 64 letters, digits, or any of _ . : -",
        ErrorCode.TEXT_LENGTH: "A message has 1 to 5,000 characters, one of them visible.",
        ErrorCode.BAD_ADDRESS: "This is neither an e-mail address nor a phone number with +.",
        ErrorCode.NOT_FOUND: "There is no such conversation.",
        ErrorCode.CLIENT_ID_CONFLICT: "This client_id was used for another text.",
        ErrorCode.RATE_LIMITED: "Too many messages at once; send this one again a little later.",
        ErrorCode.UNKNOWN_SITE: "No shop answers to this site key.",
        ErrorCode.UNKNOWN_SESSION: "This session is not known; start a new one.",
        ErrorCode.ORIGIN_REFUSED: "This page may not open a chat for this shop.",
        ErrorCode.BAD_CUSTOMER_TOKEN: "The customer token is not valid.",
        ErrorCode.REPLACED: "This chat was opened somewhere else.",
        ErrorCode.SLOW_CONSUMER: "This connection did not keep up; connect again to go on.",
        ErrorCode.TRY_AGAIN: "The service could not do this now; try again.",
        ErrorCode.UNKNOWN_FILE: "One of these files is not there: upload it, and send it once.",
        ErrorCode.INTERNAL: "Something went wrong on our side.",
    }
)

CLOSES: Mapping[ErrorCode, CloseCode] = MappingProxyType(
    {
        ErrorCode.BAD_FRAME: CloseCode.BAD_FRAMES,
        ErrorCode.HELLO_FIRST: CloseCode.HELLO_TIMEOUT,
        ErrorCode.UNKNOWN_SITE: CloseCode.UNKNOWN_SITE,
        ErrorCode.ORIGIN_REFUSED: CloseCode.ORIGIN_REFUSED,
        ErrorCode.BAD_CUSTOMER_TOKEN: CloseCode.BAD_CUSTOMER_TOKEN,
        ErrorCode.UNKNOWN_SESSION: CloseCode.UNKNOWN_SESSION,
        ErrorCode.REPLACED: CloseCode.REPLACED,
        ErrorCode.SLOW_CONSUMER: CloseCode.SLOW_CONSUMER,
        ErrorCode.TRY_AGAIN: CloseCode.TRY_AGAIN,
    }
)


def sentence(code: ErrorCode) -> str:
    """Return what a person is told of a refusal; never anything of the refused frame."""
    return SENTENCES.get(code, SENTENCES[ErrorCode.INTERNAL])


def close_code(code: ErrorCode) -> CloseCode:
    """Return the close code that goes with a last word; a code without one means: try again."""
    return CLOSES.get(code, CloseCode.TRY_AGAIN)
