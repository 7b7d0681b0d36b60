"""Builders for chat sessions, and what to read off their effects."""

from __future__ import annotations

import json
from uuid import UUID

from services.gateway.domain.answers import Appended, Found
from services.gateway.domain.effects import (
    Close,
    Effect,
    SendFrame,
)
from services.gateway.domain.sending import SENDS
from services.gateway.domain.session import ChatSession
from shared.contracts.frames import (
    Bye,
    CloseCode,
    ErrorFrame,
)
from shared.contracts.items import Item
from shared.kernel.errors import ErrorCode
from shared.kernel.rates import Rate
from tests.support.clock import START
from tests.support.items import CONVERSATION

HELLO = b'{"type":"hello","site_key":"fk_x"}'
SESSION = UUID(int=5)
NEXT_CONVERSATION = UUID(int=0xC1)


def send(client_id: str = "m1", text: object = "Hello?") -> bytes:
    return json.dumps({"type": "send", "client_id": client_id, "text": text}).encode()


def found(
    *items: Item, conversation_id: UUID | None = CONVERSATION, last_seq: int | None = None
) -> Found:
    through = items[-1].seq if items else 0
    return Found(
        session_id=SESSION,
        session_token="fs_x",
        epoch=1,
        conversation_id=conversation_id,
        last_seq=through if last_seq is None else last_seq,
        through_seq=through,
        items=items,
    )


def an_open_session(what: Found | None = None, *, sends: Rate = SENDS) -> ChatSession:
    session = ChatSession(START, sends)
    session.receive(HELLO, START)
    session.welcomed(what or found(), START)
    return session


def landed(seq: int, conversation_id: UUID = CONVERSATION, *, current: bool = True) -> Appended:
    return Appended(conversation_id, UUID(int=seq), seq, START, current)


def frames(effects: list[Effect]) -> list[object]:
    return [effect.frame for effect in effects if isinstance(effect, SendFrame)]


def refusal(effects: list[Effect]) -> ErrorCode:
    (frame,) = frames(effects)
    assert isinstance(frame, ErrorFrame)
    return frame.code


def last_word(effects: list[Effect]) -> tuple[ErrorCode, CloseCode]:
    bye, close = effects[-2:]
    assert isinstance(bye, SendFrame)
    assert isinstance(bye.frame, Bye)
    assert isinstance(close, Close)
    return bye.frame.code, close.code
