"""What the use cases of administration need: where shops, agents, queues and keys are kept.

Each method is one transaction. It asks first whether the caller may still administer
(NOT_SIGNED_IN; for an operator NOT_FOUND: no such shop), and it writes the record of the change
with the change. Who makes something twice by one key gets the first answer again, or
IDEMPOTENCY_CONFLICT when the key stood for another request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.router.domain.policy import Policy
from shared.contracts.accounts import AgentAccount, ApiKey, Queue, Shop
from shared.contracts.changes import Change, Once
from shared.contracts.claims import Principal
from shared.contracts.policies import PolicyVersion
from shared.kernel.clock import Instant, Millis


class ShopBook(Protocol):
    """Shops."""

    async def add(
        self, caller: Principal, shop_id: UUID, name: str, target_ms: Millis, once: Once
    ) -> Shop:
        """Make a shop with its default queue, whose id is the shop's own."""
        ...

    async def page(self, after: UUID | None, limit: int) -> Sequence[Shop]:
        """Return shops after an id, whosever they are: for operators alone."""
        ...

    async def find(self, caller: Principal) -> Shop | None:
        """Return the caller's shop."""
        ...

    async def rename(self, caller: Principal, name: str) -> None:
        """Give the caller's shop another name."""
        ...

    async def changes(self, caller: Principal, before: UUID | None, limit: int) -> Sequence[Change]:
        """Return what was changed in the caller's shop, newest first."""
        ...


class AgentBook(Protocol):
    """Agents."""

    async def add(
        self, caller: Principal, account: AgentAccount, password_hash: str, once: Once
    ) -> AgentAccount:
        """Make an agent.

        Raises:
            RefusedError: ALREADY_EXISTS, an agent of the shop has that address.
        """
        ...

    async def find(self, caller: Principal, agent_id: UUID) -> AgentAccount | None:
        """Return an agent of the caller's shop."""
        ...

    async def page(
        self, caller: Principal, after: UUID | None, limit: int
    ) -> Sequence[AgentAccount]:
        """Return agents of the caller's shop after an id."""
        ...

    async def set_password(self, caller: Principal, agent_id: UUID, password_hash: str) -> bool:
        """Replace an agent's password and end the sign-ins; false: there is no such agent."""
        ...

    async def set_own_password(self, caller: Principal, password_hash: str) -> None:
        """Replace the password of the agent who calls, and end all sign-ins, this one too."""
        ...


class SignInBook(Protocol):
    """Sign-ins, as they are ended."""

    async def end(self, caller: Principal) -> None:
        """End the sign-in that calls."""
        ...

    async def end_own(self, caller: Principal) -> None:
        """End every sign-in of the agent who calls."""
        ...

    async def end_of(self, caller: Principal, agent_id: UUID) -> bool:
        """End every sign-in of an agent for an administrator; false: there is no such agent."""
        ...


class QueueBook(Protocol):
    """Queues."""

    async def add(self, caller: Principal, queue: Queue, once: Once) -> Queue:
        """Make a queue."""
        ...

    async def find(self, caller: Principal, queue_id: UUID) -> Queue | None:
        """Return a queue of the caller's shop."""
        ...

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[Queue]:
        """Return queues of the caller's shop after an id."""
        ...

    async def anybody_has(self, caller: Principal, skill: str, level: int) -> bool:
        """Return whether an active agent of the caller's shop has a skill at least so well."""
        ...


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """What a shop is routed by, and when it was set, if ever."""

    policy: Policy
    set_at: Instant | None


class PolicyBook(Protocol):
    """Policies. What only reads one is let in by its token alone."""

    async def find(self, caller: Principal) -> KeptPolicy | None:
        """Return the policy of the caller's shop; None: there is no such shop."""
        ...

    async def find_to_set(self, caller: Principal) -> KeptPolicy | None:
        """Return the policy of the caller's shop to who may set it."""
        ...

    async def versions(self, caller: Principal, limit: int) -> Sequence[PolicyVersion]:
        """Return what the caller's shop has set, the newest first."""
        ...


class KeyBook(Protocol):
    """API keys."""

    async def add(
        self, caller: Principal, key: ApiKey, digest: bytes, once: Once
    ) -> tuple[ApiKey, bool]:
        """Make a key; return it, and whether it is new: a repeated request gets the first one."""
        ...

    async def find(self, caller: Principal, key_id: UUID) -> ApiKey | None:
        """Return a key of the caller's shop."""
        ...

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[ApiKey]:
        """Return keys of the caller's shop after an id."""
        ...

    async def revoke(self, caller: Principal, key_id: UUID) -> ApiKey | None:
        """Revoke a key, once; None: there is no such key."""
        ...
