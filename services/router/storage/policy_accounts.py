"""Shops' policies as administrators set them and supervisors read them."""

from __future__ import annotations

from collections.abc import Sequence

from services.router.storage.gate import Gate
from services.router.storage.json_columns import read_json
from services.router.storage.policy_rows import POLICY_COLUMNS, read_policy
from services.router.usecases.administration_ports import KeptPolicy
from shared.contracts.claims import Principal
from shared.contracts.policies import PolicyFigures, PolicyVersion
from shared.kernel.clock import from_datetime
from shared.kit.database import ReadTransaction

_ONE = f"""
    SELECT {POLICY_COLUMNS}, v.set_at FROM router.shops s
    JOIN router.queues q ON q.shop_id = s.shop_id AND q.is_default
    LEFT JOIN router.policy_versions v
        ON v.shop_id = s.shop_id AND v.version = s.policy_version
    WHERE s.shop_id = :shop_id
    """  # noqa: S608  a literal of ours
_NEWEST = """
    SELECT version, figures, set_at FROM router.policy_versions
    WHERE shop_id = :shop_id ORDER BY version DESC LIMIT :limit
    """


class PolicyAccounts:
    """See `usecases.administration_ports.PolicyBook`."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def find(self, caller: Principal) -> KeptPolicy | None:
        """Return the policy of the caller's shop; None: there is no such shop."""
        async with self._gate.database.read(caller.shop_id) as tx:
            return await _find(tx, caller)

    async def find_to_set(self, caller: Principal) -> KeptPolicy | None:
        """Return the policy of the caller's shop to who may set it."""
        async with self._gate.read(caller) as tx:
            return await _find(tx, caller)

    async def versions(self, caller: Principal, limit: int) -> Sequence[PolicyVersion]:
        """Return what the caller's shop has set, the newest first."""
        async with self._gate.database.read(caller.shop_id) as tx:
            rows = await tx.rows(_NEWEST, {"shop_id": caller.shop_id, "limit": limit})
        return [
            PolicyVersion(
                version=row["version"],
                figures=PolicyFigures.model_validate(read_json(row["figures"]), strict=False),
                set_at=from_datetime(row["set_at"]),
            )
            for row in rows
        ]


async def _find(tx: ReadTransaction, caller: Principal) -> KeptPolicy | None:
    row = await tx.row(_ONE, {"shop_id": caller.shop_id})
    if row is None:
        return None
    set_at = None if row["set_at"] is None else from_datetime(row["set_at"])
    return KeptPolicy(read_policy(row), set_at)
