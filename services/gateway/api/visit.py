"""Does one REST request of a customer as the frame of the same name is done on a socket.

It is a connection without a socket: the same session, the same rates, the same effects. It takes no
other connection's place, and misses and follows nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from typing_extensions import override

from services.gateway.api.chat_connection import ChatConnection
from services.gateway.api.chat_parts import ChatParts
from services.gateway.domain.refusals import sentence
from services.gateway.domain.session import ChatSession
from services.gateway.usecases.visit import Visitor
from shared.contracts.frames import CloseCode
from shared.contracts.wire import Contract
from shared.kernel.errors import ErrorCode, RefusedError

ANSWERED_WITHIN_S = 10.0
"""A commit takes milliseconds; a database that is away says so within five seconds."""


class _Answers:
    """The Wire under a visit: keeps what would be written, and tells of the first answer."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.changed = asyncio.Event()

    def send(self, text: bytes) -> None:
        self.frames.append(json.loads(text))
        self.changed.set()

    def ping(self, payload: bytes) -> None:
        """Nobody is there to answer one."""

    def close(self, code: CloseCode) -> None:  # noqa: ARG002  the Wire's
        self.changed.set()

    def drop(self) -> None:
        self.changed.set()

    def waiting_bytes(self) -> int:
        return 0


class Visit(ChatConnection):
    """One request of a session that was let in."""

    def __init__(self, visitor: Visitor, parts: ChatParts) -> None:
        self._answers = _Answers()
        super().__init__(self._answers, None, parts)
        greeting = self._greeting = visitor.greeting()
        now = parts.clock.now()
        self._session = ChatSession.open_for(visitor.found(), now)
        self._session.count_with(
            partial(parts.rates.take, greeting.shop_id, greeting.session.session_id)
        )

    async def do(self, frame: Contract) -> Mapping[str, Any] | None:
        """Do what the frame asks; return its acknowledgement, if it is one that is acknowledged.

        Raises:
            RefusedError: what the `error` frame would say.
        """
        self.receive(frame.to_json())
        client_id = getattr(frame, "client_id", None)
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                return await self._answer(client_id)
        except TimeoutError:
            raise RefusedError(ErrorCode.TRY_AGAIN, sentence(ErrorCode.TRY_AGAIN)) from None
        finally:
            self.lost()

    async def _answer(self, client_id: str | None) -> Mapping[str, Any] | None:
        while True:
            for frame in self._answers.frames:
                if frame["type"] in {"error", "bye"}:
                    raise _refusal(frame)
                if client_id is not None and frame.get("client_id") == client_id:
                    return frame
            if client_id is None:
                return None
            self._answers.changed.clear()
            await self._answers.changed.wait()

    @override
    def _read(self, conversation_id: UUID, after_seq: int) -> None:
        """Nothing is missed here: the client reads by REST, when it wants to."""

    @override
    def _set_timer(self) -> None:
        """A visit is over before anything is due."""


def _refusal(frame: Mapping[str, Any]) -> RefusedError:
    retry_after_ms = frame.get("retry_after_ms") or frame.get("retry_in_ms")
    return RefusedError(ErrorCode(frame["code"]), frame["detail"], retry_after_ms=retry_after_ms)
