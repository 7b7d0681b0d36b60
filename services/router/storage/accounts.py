"""Shops, agents and API keys in their tables; knows no password and no key's text."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.router.domain.model import Agent
from services.router.storage import rows
from services.router.storage.revocations import end_sign_ins
from services.router.storage.rows import AGENT_COLUMNS
from services.router.usecases.ports import Credentials, KeptKey
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import Scope, SignInEnd
from shared.kit.database import Database

_CREDENTIALS = f"""
    SELECT {AGENT_COLUMNS}, password_hash, roles, token_epoch FROM router.agents
    WHERE shop_id = :shop_id AND email = :email AND deactivated_at IS NULL
    """  # noqa: S608  the columns are a literal of ours
_HASH = """
    SELECT password_hash FROM router.agents
    WHERE shop_id = :shop_id AND id = :id AND deactivated_at IS NULL
    """
_KEY = """
    SELECT name, digest, scopes FROM router.api_keys
    WHERE shop_id = :shop_id AND id = :id AND revoked_at IS NULL
    """
_ADD_SHOP = """
    INSERT INTO router.shops (shop_id, name) VALUES (:shop_id, :name) ON CONFLICT DO NOTHING
    """
_ADD_QUEUE = """
    INSERT INTO router.queues (shop_id, id, name, is_default, first_response_target_ms)
    VALUES (:shop_id, :id, 'default', true, :target) ON CONFLICT DO NOTHING
    """
_ADD_AGENT = """
    INSERT INTO router.agents (shop_id, id, name, email, password_hash, roles, capacity, status)
    VALUES (:shop_id, :id, :name, :email, :password_hash, :roles, :capacity, :status)
    ON CONFLICT DO NOTHING
    """
_KEEP_HASH = """
    UPDATE router.agents SET password_hash = :password_hash
    WHERE shop_id = :shop_id AND id = :agent_id
    """
_ADD_KEY = """
    INSERT INTO router.api_keys (shop_id, id, name, digest, scopes)
    VALUES (:shop_id, :id, :name, :digest, :scopes) ON CONFLICT DO NOTHING
    """


class RouterAccounts:
    """Who may sign in, and as what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def credentials(self, shop_id: UUID, email: str) -> Credentials | None:
        """Return the agent with this normalised address."""
        async with self._database.read(shop_id) as tx:
            row = await tx.row(_CREDENTIALS, {"shop_id": shop_id, "email": email})
        if row is None:
            return None
        scopes = tuple(Scope(role) for role in row["roles"])
        return Credentials(rows.read_agent(row), row["password_hash"], scopes, row["token_epoch"])

    async def password_hash(self, shop_id: UUID, agent_id: UUID) -> str | None:
        """Return the hash of an active agent's password."""
        async with self._database.read(shop_id) as tx:
            found: str | None = await tx.value(_HASH, {"shop_id": shop_id, "id": agent_id})
        return found

    async def api_key(self, shop_id: UUID, key_id: UUID) -> KeptKey | None:
        """Return a key that is not revoked."""
        async with self._database.read(shop_id) as tx:
            row = await tx.row(_KEY, {"shop_id": shop_id, "id": key_id})
        if row is None:
            return None
        return KeptKey(row["name"], row["digest"], tuple(Scope(one) for one in row["scopes"]))

    async def add_shop(
        self, shop_id: UUID, name: str, queue_id: UUID, first_response_target_ms: Millis
    ) -> None:
        """Keep a shop with its default queue; one that is there already is left as it is."""
        async with self._database.write(shop_id) as tx:
            await tx.execute(_ADD_SHOP, {"shop_id": shop_id, "name": name})
            queue = {"shop_id": shop_id, "id": queue_id, "target": first_response_target_ms}
            await tx.execute(_ADD_QUEUE, queue)

    async def add_agent(
        self, shop_id: UUID, agent: Agent, password_hash: str, scopes: Sequence[Scope]
    ) -> None:
        """Keep an agent; one that is there already is left as it is."""
        row = {
            "shop_id": shop_id,
            "id": agent.id,
            "name": agent.name,
            "email": agent.email,
            "password_hash": password_hash,
            "roles": [scope.value for scope in scopes],
            "capacity": agent.capacity,
            "status": agent.status.value,
        }
        async with self._database.write(shop_id) as tx:
            await tx.execute(_ADD_AGENT, row)

    async def keep_password(self, shop_id: UUID, agent_id: UUID, password_hash: str) -> None:
        """Replace an agent's password hash and end its sign-ins; nothing for an unknown agent."""
        row = {"shop_id": shop_id, "agent_id": agent_id, "password_hash": password_hash}
        async with self._database.write(shop_id) as tx:
            await tx.execute(_KEEP_HASH, row)
            await end_sign_ins(tx, shop_id, agent_id, SignInEnd.PASSWORD_CHANGED)

    async def add_api_key(self, shop_id: UUID, key_id: UUID, key: KeptKey) -> None:
        """Keep a key."""
        row = {
            "shop_id": shop_id,
            "id": key_id,
            "name": key.name,
            "digest": key.digest,
            "scopes": [scope.value for scope in key.scopes],
        }
        async with self._database.write(shop_id) as tx:
            await tx.execute(_ADD_KEY, row)
