"""Puts together what administrators, and agents who end a sign-in, change outside routing."""

from __future__ import annotations

from fastapi import APIRouter

from services.router.api.api_keys import api_keys_router
from services.router.api.policies import policies_router
from services.router.api.queues import queues_router
from services.router.api.shops import shops_router
from services.router.api.team import passwords_router, team_router
from services.router.clients.credentials import Argon2Passwords, KeyTexts
from services.router.storage.accounts import RouterAccounts
from services.router.storage.agent_accounts import AgentAccounts
from services.router.storage.gate import Gate
from services.router.storage.kept_answers import KeptAnswers
from services.router.storage.key_accounts import KeyAccounts
from services.router.storage.policy_accounts import PolicyAccounts
from services.router.storage.queue_accounts import QueueAccounts
from services.router.storage.revocations import SignInAccounts
from services.router.storage.shop_accounts import ShopAccounts
from services.router.usecases.manage_agents import ManageAgents
from services.router.usecases.manage_keys import ManageKeys
from services.router.usecases.manage_policy import ManagePolicy
from services.router.usecases.manage_queues import ManageQueues
from services.router.usecases.manage_shops import ManageShops
from services.router.usecases.repeat import Repeats
from services.router.usecases.route_commands import CommandDesk
from services.router.usecases.sign_out import SignOut, Spread
from services.router.usecases.told_changes import ChangeDesk
from shared.kernel.clock import Clock
from shared.kit.auth.callers import Callers
from shared.kit.change_log import ChangeLog, actor_of
from shared.kit.database import Database
from shared.kit.new_ids import new_id


class Administration:
    """What administrators, and agents who end a sign-in, change outside routing."""

    def __init__(
        self, gate: Gate, sweeper: Database, desk: CommandDesk, clock: Clock, spread: Spread
    ) -> None:
        log, changes = ChangeLog("router", clock), ChangeDesk(desk, clock, new_id, actor_of)
        accounts = RouterAccounts(gate.database)
        self.repeats = Repeats(KeptAnswers(gate.database, log))
        self.sign_out = SignOut(SignInAccounts(gate, log), spread)
        self._shops = ManageShops(ShopAccounts(gate, sweeper, log), new_id)
        self._agents = ManageAgents(
            AgentAccounts(gate, log), accounts, Argon2Passwords(), changes, spread
        )
        self._queues = ManageQueues(QueueAccounts(gate, log), changes)
        self._policy = ManagePolicy(PolicyAccounts(gate), changes)
        key_accounts = KeyAccounts(gate, log, clock)
        self._api_keys = ManageKeys(key_accounts, KeyTexts(), clock, new_id, spread)

    def routers(self, callers: Callers) -> tuple[APIRouter, ...]:
        """Return the administrators' endpoints."""
        return (
            shops_router(self._shops, callers=callers),
            passwords_router(self._agents, callers=callers),
            team_router(self._agents, callers=callers),
            queues_router(self._queues, callers=callers),
            policies_router(self._policy, callers=callers),
            api_keys_router(self._api_keys, callers=callers),
        )
