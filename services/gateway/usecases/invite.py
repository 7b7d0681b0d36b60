"""Opens invitations while an agent is free and the shop is open, and keeps what came of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from services.gateway.domain.effects import OpenInvitation
from services.gateway.domain.invitations import LAPSES_MS, Invitable, Opened
from services.gateway.usecases.greet import Greeting, KnowHours
from shared.contracts.invitations import InvitationRule
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.vocabulary import InvitationState

RULES_FRESH_FOR_MS: Final[Millis] = 10_000
"""How late new rules may count: an administrator waits no longer than that to see them."""
ASKED_WITHIN_MS: Final[Millis] = 1_000
"""Until when an answer to that is waited for before the next one asks, too."""
SITES_MAX: Final = 20_000
"""Sites remembered: most have no rules, and cost some 200 bytes."""
AGAIN_MS: Final[Millis] = 5_000
"""When nobody is free or the shop is closed: a look at memory, and so long nobody notices."""
LATER_MS: Final[Millis] = 60_000
"""When the store knows better than the connection: of an invitation or a talk elsewhere."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """Nobody is invited; ask again after this."""

    again_in_ms: Millis


@dataclass(frozen=True, slots=True)
class Past:
    """What a session was shown, the latest of each rule, and its latest conversation."""

    shown: tuple[tuple[Opened, InvitationState], ...]
    under_way: bool
    ended_at: Instant | None


class InvitationStore(Protocol):
    """Keeps invitations."""

    async def rules(self, shop_id: UUID, site_id: UUID) -> Sequence[InvitationRule]:
        """Return a site's rules."""
        ...

    async def past(self, shop_id: UUID, session_id: UUID) -> Past:
        """Return what a session was shown."""
        ...

    async def open(
        self, greeting: Greeting, wish: OpenInvitation, invitation_id: UUID, lapses_ms: Millis
    ) -> Instant | None:
        """Open an invitation; None: it may not be, see `0012_open_invitation.sql`."""
        ...

    async def settle(
        self, shop_id: UUID, session_id: UUID, invitation_id: UUID, state: InvitationState
    ) -> bool:
        """Take an answer; false: the session has no such invitation that waits for one."""
        ...


class Invitations:
    """Every connection's way to its invitations."""

    def __init__(
        self,
        store: InvitationStore,
        clock: Clock,
        *,
        is_free: Callable[[UUID], bool],
        hours: KnowHours,
        new_id: Callable[[], UUID],
    ) -> None:
        self._store = store
        self._clock = clock
        self._is_free = is_free
        self._hours = hours
        self._new_id = new_id
        self._rules: dict[UUID, tuple[tuple[InvitationRule, ...], Instant]] = {}

    async def of(self, greeting: Greeting) -> Invitable | None:
        """Return what a greeted customer may be invited by; None: the site invites nobody."""
        rules = await self._rules_of(greeting.shop_id, greeting.site_id)
        if not rules:
            return None
        past = await self._store.past(greeting.shop_id, greeting.session.session_id)
        waiting = (one for one, state in past.shown if state is InvitationState.OPENED)
        return Invitable(
            rules=rules,
            shown={one.rule: one.at for one, _ in past.shown},
            open=next(waiting, None),
            under_way=past.under_way,
            ended_at=past.ended_at,
        )

    async def open(self, greeting: Greeting, wish: OpenInvitation) -> Opened | NotNow:
        """Open an invitation, if an agent is free for who accepts it."""
        shop_id = greeting.shop_id
        if not self._is_free(shop_id):
            return NotNow(AGAIN_MS)
        hours = await self._hours(shop_id)
        if hours is None or not hours.open:
            return NotNow(AGAIN_MS)
        invitation_id = self._new_id()
        at = await self._store.open(greeting, wish, invitation_id, LAPSES_MS)
        return NotNow(LATER_MS) if at is None else Opened(invitation_id, wish.rule, wish.text, at)

    async def settle(
        self, shop_id: UUID, session_id: UUID, invitation_id: UUID, state: InvitationState
    ) -> None:
        """Keep a customer's answer; of another's invitation nothing is kept, and nothing said."""
        await self._store.settle(shop_id, session_id, invitation_id, state)

    async def _rules_of(self, shop_id: UUID, site_id: UUID) -> tuple[InvitationRule, ...]:
        known = self._rules.get(site_id)
        if known is not None and self._clock.now() < known[1]:
            return known[0]
        if known is not None:  # one asks; those who come meanwhile go by what was known
            self._rules[site_id] = (known[0], self._clock.now() + ASKED_WITHIN_MS)
        rules = tuple(await self._store.rules(shop_id, site_id))
        if len(self._rules) >= SITES_MAX:
            self._rules.clear()
        self._rules[site_id] = (rules, self._clock.now() + RULES_FRESH_FOR_MS)
        return rules
