"""Agents as administrators make and read them; what the engine must know of goes by its lane."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from services.router.storage.account_rows import read_account
from services.router.storage.gate import Gate
from services.router.storage.revocations import end_sign_ins
from shared.contracts.accounts import AgentAccount
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import SignInEnd
from shared.kit.change_log import NOT_SHOWN, ChangeLog, created
from shared.kit.database import ReadTransaction

_LIMIT = """
    coalesce(CASE WHEN inherits_capacity THEN (SELECT (s.policy ->> 'capacity')::int
        FROM router.shops s WHERE s.shop_id = agents.shop_id) END, capacity)
    """
"""Who inherits is shown with the shop's, also when no engine has heard of that agent yet."""
_COLUMNS = f"""
    id, name, email, roles, skills, languages, {_LIMIT} AS capacity, inherits_capacity, weights,
    deactivated_at, status, nodes, load, created_at
    """
_ADD = """
    INSERT INTO router.agents (shop_id, id, name, email, password_hash, roles, skills, languages,
        capacity, inherits_capacity, weights, status)
    VALUES (:shop_id, :id, :name, :email, :password_hash, :roles, CAST(:skills AS jsonb),
        :languages, :capacity, :inherits_capacity, CAST(:weights AS jsonb), 'offline')
    ON CONFLICT (shop_id, email) DO NOTHING
    """
_ONE = f"SELECT {_COLUMNS} FROM router.agents WHERE shop_id = :shop_id AND id = :id"  # noqa: S608  a literal of ours
_PAGE = f"""
    SELECT {_COLUMNS} FROM router.agents
    WHERE shop_id = :shop_id AND (CAST(:after AS uuid) IS NULL OR id > :after)
    ORDER BY id LIMIT :limit
    """  # noqa: S608  a literal of ours
_KEEP_HASH = """
    UPDATE router.agents SET password_hash = :password_hash WHERE shop_id = :shop_id AND id = :id
    """


RECORDED = (
    *("name", "email", "roles", "skills", "languages", "capacity"),
    *("inherits_capacity", "weights"),
)
"""What the record tells of a new agent."""


class AgentAccounts:
    """See `usecases.administration_ports.AgentBook`."""

    def __init__(self, gate: Gate, log: ChangeLog) -> None:
        self._gate = gate
        self._log = log

    async def add(
        self, caller: Principal, account: AgentAccount, password_hash: str, once: Once
    ) -> AgentAccount:
        """Make an agent; a repeated request gets the answer of the first."""
        async with self._gate.write(caller) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return AgentAccount.model_validate(kept, strict=False)
            row = {
                "shop_id": caller.shop_id,
                "id": account.id,
                "name": account.name,
                "email": account.email,
                "password_hash": password_hash,
                "roles": [role.value for role in account.roles],
                "skills": json.dumps(account.skills),
                "languages": list(account.languages),
                "capacity": account.capacity,
                "inherits_capacity": account.inherits_capacity,
                "weights": json.dumps(account.weights),
            }
            if await tx.execute(_ADD, row) == 0:
                raise RefusedError(
                    ErrorCode.ALREADY_EXISTS, "An agent of this shop has that e-mail address."
                )
            made = await _find(tx, caller.shop_id, account.id)
            if made is None:
                raise LookupError("an agent just made is there")
            shown = made.model_dump(mode="json")
            told = {name: shown[name] for name in RECORDED}
            target = encode(IdKind.AGENT, account.id)
            await self._log.record(tx, caller, "agent.created", target, created(**told))
            await self._log.keep(tx, caller, once, shown)
        return made

    async def find(self, caller: Principal, agent_id: UUID) -> AgentAccount | None:
        """Return an agent of the caller's shop."""
        async with self._gate.read(caller) as tx:
            return await _find(tx, caller.shop_id, agent_id)

    async def page(
        self, caller: Principal, after: UUID | None, limit: int
    ) -> Sequence[AgentAccount]:
        """Return agents of the caller's shop after an id."""
        async with self._gate.read(caller) as tx:
            wanted = {"shop_id": caller.shop_id, "after": after, "limit": limit}
            return [read_account(row) for row in await tx.rows(_PAGE, wanted)]

    async def set_password(self, caller: Principal, agent_id: UUID, password_hash: str) -> bool:
        """Replace an agent's password and end its sign-ins; false: there is no such agent."""
        async with self._gate.write(caller) as tx:
            row = {"shop_id": caller.shop_id, "id": agent_id, "password_hash": password_hash}
            if await tx.execute(_KEEP_HASH, row) == 0:
                return False
            await end_sign_ins(tx, caller.shop_id, agent_id, SignInEnd.PASSWORD_CHANGED)
            target = encode(IdKind.AGENT, agent_id)
            await self._log.record(
                tx, caller, "agent.password_set", target, {"password": NOT_SHOWN}
            )
        return True

    async def set_own_password(self, caller: Principal, password_hash: str) -> None:
        """Replace the password of the agent who calls, and end all its sign-ins."""
        async with self._gate.database.write(caller.shop_id) as tx:
            row = {
                "shop_id": caller.shop_id,
                "id": caller.agent_id,
                "password_hash": password_hash,
            }
            if caller.agent_id is not None and await tx.execute(_KEEP_HASH, row):
                await end_sign_ins(tx, caller.shop_id, caller.agent_id, SignInEnd.PASSWORD_CHANGED)
                target = encode(IdKind.AGENT, caller.agent_id)
                await self._log.record(
                    tx, caller, "agent.password_set", target, {"password": NOT_SHOWN}
                )


async def _find(tx: ReadTransaction, shop_id: UUID, agent_id: UUID) -> AgentAccount | None:
    row = await tx.row(_ONE, {"shop_id": shop_id, "id": agent_id})
    return None if row is None else read_account(row)
