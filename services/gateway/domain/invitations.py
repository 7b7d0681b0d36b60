"""When one connection's customer is invited to write: a site's rules over what the page tells.

Whether an agent is free and the shop is open is asked with `OpenInvitation`, at the last instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.gateway.domain.effects import (
    Effect,
    OpenInvitation,
    SendFrame,
    SettleInvitation,
)
from services.gateway.domain.invitation_rules import Visit, holds_at, path_of, text_for
from shared.contracts.context import Context
from shared.contracts.frames import Hello
from shared.contracts.invitations import InvitationOpened, InvitationRule
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import InvitationState

QUIET_MS: Millis = 300_000
"""After an invitation, or a conversation's end, nobody is asked anything for five minutes."""
LAPSES_MS: Millis = 1_800_000
"""An invitation that nobody answered for half an hour makes way for another one; so long, too, may
a customer take from accepting to writing (`0011_on_begun.sql`)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An invitation that a customer sees."""

    id: UUID
    rule: str
    text: str
    at: Instant

    @property
    def frame(self) -> InvitationOpened:
        """Return how the customer is told of it."""
        return InvitationOpened(invitation_id=self.id, rule=self.rule, text=self.text)


@dataclass(frozen=True, slots=True)
class Invitable:
    """A site's rules, and what its session was shown before.

    Attributes:
        rules: in the order in which they are tried.
        shown: when the session's customer last saw the invitation of a rule.
        open: what waits for the customer's answer.
        under_way: the session has an open conversation.
        ended_at: when its last conversation ended.
    """

    rules: tuple[InvitationRule, ...]
    shown: Mapping[str, Instant] = field(default_factory=dict)
    open: Opened | None = None
    under_way: bool = False
    ended_at: Instant | None = None


class Inviting:
    """What one connection knows of its page and its invitations, between frame and effect.

    Attributes:
        answers_any: an invitation may have been shown elsewhere, as to who answers it over REST.
    """

    __slots__ = (
        "_again_at",
        "_asked",
        "_open",
        "_quiet_until",
        "_rules",
        "_shown",
        "_under_way",
        "_visit",
        "answers_any",
    )

    def __init__(self) -> None:
        self.answers_any = False
        self._visit = Visit()
        self._rules: tuple[InvitationRule, ...] = ()
        self._shown: dict[str, Instant] = {}
        self._open: Opened | None = None
        self._under_way = False
        self._asked: OpenInvitation | None = None
        self._again_at: Instant = 0
        self._quiet_until: Instant = 0

    # What the page tells.

    def come(self, hello: Hello, now: Instant) -> None:
        """Take note of where the customer is at first."""
        self._note(hello, now)

    def take(self, frame: Context, now: Instant) -> list[Effect]:
        """Take the page's word; what it does not tell of stays as it was."""
        self._note(frame, now)
        if frame.payment_failed is not None:
            self._visit = replace(self._visit, payment_failed=frame.payment_failed)
        return self.due(now)

    def settle(self, invitation_id: UUID, state: InvitationState, now: Instant) -> list[Effect]:
        """Take the customer's answer; to one that is not there nothing is said."""
        is_open = self._open is not None and self._open.id == invitation_id
        if not is_open and not self.answers_any:
            return []
        self._open = None
        self._quiet_until = now + QUIET_MS
        return [SettleInvitation(invitation_id, state)]

    # What the store and the conversation tell.

    def begin(self, found: Invitable | None, now: Instant) -> list[Effect]:
        """Begin to invite, unless the site has no rules; what was open is shown again."""
        if found is None:
            return []
        self._rules, self._shown = found.rules, dict(found.shown)
        self._under_way = found.under_way
        last = max((*found.shown.values(), found.ended_at or 0), default=0)
        self._quiet_until = last + QUIET_MS
        if found.open is None or found.under_way or now >= found.open.at + LAPSES_MS:
            return self.due(now)
        self._open = found.open
        return [SendFrame(found.open.frame)]

    def opened(self, opened: Opened, now: Instant) -> list[Effect]:
        """Take the answer to `OpenInvitation`; who has begun to write meanwhile is not asked."""
        self._asked = None
        self._shown[opened.rule] = opened.at
        self._quiet_until = now + QUIET_MS
        if self._under_way:
            return []
        self._open = opened
        return [SendFrame(opened.frame)]

    def not_opened(self, again_in_ms: Millis, now: Instant) -> None:
        """Take the answer that nobody is invited now."""
        self._asked = None
        self._again_at = now + again_in_ms

    def conversation_began(self) -> None:
        """Take note that the customer wrote."""
        self._open = None
        self._under_way = True

    def conversation_ended(self, now: Instant) -> None:
        """Take note that the conversation is over."""
        if self._under_way:
            self._under_way = False
            self._quiet_until = now + QUIET_MS

    # What time brings.

    def next_at(self) -> Instant | None:
        """Return when `due` has something, if ever."""
        if self._under_way or self._asked is not None:
            return None
        instants = [at for rule in self._rules if (at := self._opens_at(rule)) is not None]
        return max(min(instants), self._may_at()) if instants else None

    def due(self, now: Instant) -> list[Effect]:
        """Ask for the invitation that is due by now, if there is one."""
        at = self.next_at()
        if at is None or now < at:
            return []
        rule = next(rule for rule in self._rules if self._is_due(rule, now))
        text = text_for(rule, self._visit.locale)
        self._asked = OpenInvitation(rule.id, text, rule.cool_down_ms)
        return [self._asked]

    def _may_at(self) -> Instant:
        """Return when any invitation may be opened, whatever the rules say."""
        lapses_at = 0 if self._open is None else self._open.at + LAPSES_MS
        return max(self._quiet_until, self._again_at, lapses_at)

    def _opens_at(self, rule: InvitationRule) -> Instant | None:
        holds = holds_at(rule, self._visit)
        if holds is None:
            return None
        shown = self._shown.get(rule.id)
        return holds if shown is None else max(holds, shown + rule.cool_down_ms)

    def _is_due(self, rule: InvitationRule, now: Instant) -> bool:
        at = self._opens_at(rule)
        return at is not None and at <= now

    def _note(self, told: Hello | Context, now: Instant) -> None:
        visit = self._visit
        page = visit.page if told.page_url is None else path_of(told.page_url)
        self._visit = replace(
            visit,
            page=page,
            page_since=visit.page_since if page == visit.page else now,
            locale=told.locale or visit.locale,
            cart=told.cart or visit.cart,
        )
