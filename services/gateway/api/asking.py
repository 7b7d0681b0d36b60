"""Asks the router and whoever keeps invitations what a session wants to know, and answers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeAlias
from uuid import UUID

from services.gateway.api.chat_parts import ChatParts
from services.gateway.api.errands import Errand
from services.gateway.domain.effects import (
    AskHours,
    Effect,
    EndConversation,
    OpenInvitation,
    SettleInvitation,
)
from services.gateway.domain.session import ChatSession
from services.gateway.usecases.greet import Greeting
from services.gateway.usecases.invite import LATER_MS, NotNow
from shared.kernel.errors import ErrorCode, RefusedError

Question: TypeAlias = EndConversation | AskHours | OpenInvitation | SettleInvitation


class Asker(Protocol):
    """The connection whose session asks."""

    @property
    def greeting(self) -> Greeting | None:
        """Who was let in; None before."""
        ...

    @property
    def session(self) -> ChatSession:
        """What asks."""
        ...

    def is_over(self) -> bool:
        """Return whether nobody is there any more."""
        ...

    def go_on(self, effects: Sequence[Effect]) -> None:
        """Do what the session makes of an answer."""
        ...

    def run_errand(self, errand: Errand, failed: Callable[[Exception], None]) -> None:
        """Start an errand."""
        ...


class Asking:
    """The questions of one connection's session."""

    __slots__ = ("_asker", "_parts")

    def __init__(self, asker: Asker, parts: ChatParts) -> None:
        self._asker = asker
        self._parts = parts

    def take(self, question: Question) -> None:
        """Ask."""
        run = self._asker.run_errand
        match question:
            case EndConversation():
                run(partial(self._end, question.conversation_id), self._end_refused)
            case AskHours():
                run(self._ask_hours, lambda _: None)  # it is asked again by itself
            case OpenInvitation():
                run(partial(self._invite, question), lambda _: self._not_invited(LATER_MS))
            case SettleInvitation():
                run(partial(self._settle, question), lambda _: None)

    async def _ask_hours(self) -> None:
        greeting, asker = self._asker.greeting, self._asker
        if greeting is not None:
            asker.go_on(asker.session.hours_learned(await self._parts.hours(greeting.shop_id)))

    async def _end(self, conversation_id: UUID) -> None:
        greeting = self._asker.greeting
        if greeting is not None:
            await self._parts.leave(greeting.shop_id, conversation_id)
        self._asker.go_on(self._asker.session.left(None))

    def _end_refused(self, error: Exception) -> None:
        retry_after_ms = error.retry_after_ms if isinstance(error, RefusedError) else None
        self._asker.go_on(self._asker.session.left(ErrorCode.TRY_AGAIN, retry_after_ms))

    async def _invite(self, wish: OpenInvitation) -> None:
        greeting, asker = self._asker.greeting, self._asker
        if greeting is None or asker.is_over():
            return  # nobody would see it
        answer = await self._parts.invitations.open(greeting, wish)
        if isinstance(answer, NotNow):
            self._not_invited(answer.again_in_ms)
        else:
            asker.go_on(asker.session.invited(answer, self._parts.clock.now()))

    def _not_invited(self, again_in_ms: int) -> None:
        self._asker.session.not_invited(again_in_ms, self._parts.clock.now())
        self._asker.go_on([])

    async def _settle(self, answer: SettleInvitation) -> None:
        """Keep an answer whose customer is gone by now, too."""
        greeting = self._asker.greeting
        if greeting is not None:
            at = greeting.shop_id, greeting.session.session_id
            await self._parts.invitations.settle(*at, answer.invitation_id, answer.state)
