"""Makes, shows, changes and ends a shop's agents; what routing must know goes by the lane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Never
from uuid import UUID

from services.router.domain.commands import AgentChanged
from services.router.domain.effects import Refused
from services.router.domain.grants import may_give_roles
from services.router.domain.model import ChangeMade
from services.router.domain.policy import DEFAULT_CAPACITY
from services.router.usecases.administration_ports import AgentBook
from services.router.usecases.ports import Accounts, Passwords
from services.router.usecases.routed_queues import by_channel
from services.router.usecases.sign_in import normal_email
from services.router.usecases.sign_out import Spread
from services.router.usecases.told_changes import ChangeDesk, given
from shared.contracts.accounts import (
    AgentAccount,
    AgentChange,
    NewAgent,
    NewPassword,
    OwnNewPassword,
)
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import AgentStatus, Presence, Scope

_SIGN_INS_DEPEND_ON: Final = frozenset({"roles", "active"})


class ManageAgents:
    """A change is committed by the engine's lane, so nobody is ever routed by older figures."""

    def __init__(
        self,
        agents: AgentBook,
        accounts: Accounts,
        passwords: Passwords,
        changes: ChangeDesk,
        spread: Spread,
    ) -> None:
        self._agents = agents
        self._accounts = accounts
        self._passwords = passwords
        self._changes = changes
        self._spread = spread

    async def create(self, caller: Principal, new: NewAgent, once: Once) -> AgentAccount:
        """Make an agent who may sign in.

        Raises:
            RefusedError: FORBIDDEN, roles that are not the caller's to give; ALREADY_EXISTS.
        """
        _check_roles(caller, new.roles)
        account = AgentAccount(
            id=self._changes.new_id(),
            name=new.name,
            email=normal_email(new.email),
            roles=tuple(dict.fromkeys(new.roles)),
            skills=new.skills,
            languages=tuple(sorted(set(new.languages))),
            capacity=DEFAULT_CAPACITY if new.capacity is None else new.capacity,
            inherits_capacity=new.capacity is None,
            weights=new.weights,
            active=True,
            status=AgentStatus.OFFLINE,
            presence=Presence.DISCONNECTED,
            load=0,
            created_at=self._changes.clock.now(),
        )
        hashed = await self._passwords.hash(new.password)
        return await self._agents.add(caller, account, hashed, once)

    async def page(
        self, caller: Principal, after: UUID | None, limit: int
    ) -> Sequence[AgentAccount]:
        """Return agents of the caller's shop, after an id."""
        return await self._agents.page(caller, after, limit)

    async def show(self, caller: Principal, agent_id: UUID) -> AgentAccount:
        """Return an agent.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        return await self._agents.find(caller, agent_id) or _no_agent()

    async def change(self, caller: Principal, agent_id: UUID, change: AgentChange) -> AgentAccount:
        """Change an agent and return it as it is now.

        Raises:
            RefusedError: NOT_FOUND; FORBIDDEN, roles that are not the caller's to give; TRY_AGAIN.
        """
        if change.roles is not None:
            _check_roles(caller, change.roles)
        before = await self.show(caller, agent_id)
        _check_roles(caller, before.roles)
        fields = given(change)
        if change.roles is not None:
            fields["roles"] = list(dict.fromkeys(change.roles))
        if change.languages is not None:
            fields["languages"] = list(dict.fromkeys(sorted(change.languages)))
        if _inherits(change) is not None:
            fields["inherits_capacity"] = _inherits(change)
        if fields:
            made = self._changes.line(caller, IdKind.AGENT, agent_id, fields)
            answer = await self._changes.desk.post(caller.shop_id, _command(agent_id, change, made))
            if isinstance(answer, Refused):
                _no_agent()
            if fields.keys() & _SIGN_INS_DEPEND_ON:
                await self._spread()
        return await self.show(caller, agent_id)

    async def set_password(self, caller: Principal, agent_id: UUID, new: NewPassword) -> None:
        """Give an agent a password.

        Raises:
            RefusedError: NOT_FOUND; FORBIDDEN, it would let the caller in as more than it is.
        """
        before = await self.show(caller, agent_id)
        _check_roles(caller, before.roles)
        hashed = await self._passwords.hash(new.password)
        if not await self._agents.set_password(caller, agent_id, hashed):
            _no_agent()
        await self._spread()

    async def set_own_password(self, caller: Principal, new: OwnNewPassword) -> None:
        """Let an agent who knows its password have another.

        Raises:
            RefusedError: BAD_CREDENTIALS.
        """
        stored = None
        if caller.agent_id is not None:
            stored = await self._accounts.password_hash(caller.shop_id, caller.agent_id)
        if not await self._passwords.verify(new.current, stored):
            raise RefusedError(ErrorCode.BAD_CREDENTIALS, "The current password is wrong.")
        await self._agents.set_own_password(caller, await self._passwords.hash(new.password))
        await self._spread()


def _command(agent_id: UUID, change: AgentChange, made: ChangeMade) -> AgentChanged:
    """Return what routing must know of a change."""
    roles, skills, languages = change.roles, change.skills, change.languages
    return AgentChanged(
        agent_id,
        change.name,
        change.capacity,
        change.active,
        made,
        supervisor=None if roles is None else Scope.SUPERVISOR in roles,
        skills=None if skills is None else tuple(sorted(skills.items())),
        languages=None if languages is None else tuple(sorted(set(languages))),
        may_reply=None if roles is None else Scope.AGENT in roles,
        weights=None if change.weights is None else by_channel(change.weights),
        inherits_capacity=_inherits(change),
    )


def _inherits(change: AgentChange) -> bool | None:
    """Say whether the agent's limit is the queue's or the shop's from now on; None: as before."""
    return False if change.capacity is not None else change.inherits_capacity


def _check_roles(caller: Principal, roles: Sequence[Scope]) -> None:
    if not may_give_roles(caller, roles):
        raise RefusedError(
            ErrorCode.FORBIDDEN,
            "These roles are not yours to give: an agent has agent, supervisor or admin, and an "
            "API key gives only what it has.",
        )


def _no_agent() -> Never:
    raise RefusedError(ErrorCode.NOT_FOUND, "There is no such agent.")
