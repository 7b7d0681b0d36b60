"""Makes shops, agents and API keys; every step may be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.router.domain.model import Agent
from services.router.domain.policy import DEFAULT_CAPACITY, Policy
from services.router.usecases.ports import Accounts, ApiKeys, KeptKey, Passwords
from services.router.usecases.sign_in import NO_PASSWORD, normal_email
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import Scope


class SetUp:
    """Called by seeding code and, later, by a shop's administrators."""

    def __init__(self, accounts: Accounts, passwords: Passwords, api_keys: ApiKeys) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._api_keys = api_keys

    async def create_shop(
        self,
        shop_id: UUID,
        name: str,
        *,
        first_response_target_ms: Millis = Policy().first_response_target_ms,
    ) -> None:
        """Make a shop with one queue, unless it is there."""
        # The default queue's id is the shop's own: the same whoever makes it, however often.
        await self._accounts.add_shop(shop_id, name, shop_id, first_response_target_ms)

    async def create_agent(
        self,
        shop_id: UUID,
        agent_id: UUID,
        *,
        name: str,
        email: str,
        password: str,
        capacity: int = DEFAULT_CAPACITY,
        scopes: Sequence[Scope] = (Scope.AGENT,),
    ) -> None:
        """Make an agent who may sign in, offline at first, unless one has that id or address."""
        if await self._accounts.credentials(shop_id, normal_email(email)) is not None:
            return  # hashing is slow by design; a start that repeats itself need not pay for it
        agent = Agent(id=agent_id, name=name, email=normal_email(email), capacity=capacity)
        hashed = await self._passwords.hash(password)
        await self._accounts.add_agent(shop_id, agent, hashed, scopes)

    async def remove_password(self, shop_id: UUID, agent_id: UUID) -> None:
        """Let an agent sign in no more until there is a password again."""
        await self._accounts.keep_password(shop_id, agent_id, NO_PASSWORD)

    async def restore_password(self, shop_id: UUID, email: str, password: str) -> None:
        """Give an agent whose password was removed this one; leave any other as it is."""
        found = await self._accounts.credentials(shop_id, normal_email(email))
        if found is not None and found.password_hash == NO_PASSWORD:
            hashed = await self._passwords.hash(password)
            await self._accounts.keep_password(shop_id, found.agent.id, hashed)

    async def create_api_key(
        self, shop_id: UUID, key_id: UUID, *, name: str, scopes: Sequence[Scope]
    ) -> str:
        """Make an API key and return its text, which is never shown again."""
        text, digest = self._api_keys.new(shop_id, key_id)
        await self._accounts.add_api_key(shop_id, key_id, KeptKey(name, digest, tuple(scopes)))
        return text
