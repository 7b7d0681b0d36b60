"""Shows a shop's routing policy, and sets it: in the engine's lane, at once, and whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, Never

from pydantic import JsonValue, ValidationError

from services.router.domain.commands import PolicySet
from services.router.domain.shop_policy import SETTABLE, figures_of
from services.router.usecases.administration_ports import KeptPolicy, PolicyBook
from services.router.usecases.told_changes import ChangeDesk
from shared.contracts.claims import Principal
from shared.contracts.policies import (
    OF_THE_QUEUE,
    PolicyFigures,
    PolicyVersions,
    ShopPolicy,
    faults_of,
    read_figures,
)
from shared.kernel.errors import ErrorCode, Fault, RefusedError
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import Channel

ACTION: Final = "policy.set"
VERSIONS_TOLD: Final = 100
_WORDS: Final = frozenset(
    {*PolicyFigures.model_fields, *OF_THE_QUEUE, *(channel.value for channel in Channel)}
)


class ManagePolicy:
    """What is refused changes nothing: the shop goes on by the policy it has."""

    def __init__(self, policies: PolicyBook, changes: ChangeDesk) -> None:
        self._policies = policies
        self._changes = changes

    async def show(self, caller: Principal) -> ShopPolicy:
        """Return the policy of the caller's shop.

        Raises:
            RefusedError: NOT_FOUND, an operator's shop that is not there.
        """
        return _shown(await self._policies.find(caller) or _no_shop())

    async def versions(self, caller: Principal) -> PolicyVersions:
        """Return what the caller's shop has set, the newest first."""
        found = await self._policies.versions(caller, VERSIONS_TOLD)
        return PolicyVersions(versions=tuple(found))

    async def set(self, caller: Principal, asked: Mapping[str, JsonValue]) -> ShopPolicy:
        """Set all of a shop's own figures and return the policy as it is now.

        Raises:
            RefusedError: POLICY_INVALID, with each figure that cannot be and why; NOT_SIGNED_IN;
                NOT_FOUND, an operator's shop that is not there; TRY_AGAIN.
        """
        await self._policies.find_to_set(caller) or _no_shop()
        figures = _checked(asked)
        named = figures.model_dump(mode="json")
        line = self._changes.line(caller, IdKind.SHOP, caller.shop_id, named)
        command = PolicySet(figures_of(figures), replace(line, action=ACTION))
        await self._changes.desk.post(caller.shop_id, command)
        return await self.show(caller)


def _checked(asked: Mapping[str, JsonValue]) -> PolicyFigures:
    try:
        return read_figures(asked)
    except ValidationError as refused:
        faults = [_told(fault) for fault in faults_of(refused)]
    words = " ".join(f"{one.field} {one.reason}." for one in faults[:1])
    raise RefusedError(ErrorCode.POLICY_INVALID, words, faults=faults) from None


def _told(fault: Fault) -> Fault:
    """Return a fault that names a figure of ours, or the policy: no word of the sender's."""
    ours = [part for part in fault.field.split(".") if part in _WORDS]
    if not ours:
        return Fault("policy", "has a figure that is not known")
    return Fault(".".join(ours), fault.reason)


def _shown(kept: KeptPolicy) -> ShopPolicy:
    policy = kept.policy
    own = {name for name, _ in policy.own}
    return ShopPolicy(
        version=policy.version,
        name=policy.label,
        figures=_figures(kept, own),
        in_force=_figures(kept, SETTABLE),
        set_at=kept.set_at,
    )


def _figures(kept: KeptPolicy, names: Iterable[str]) -> PolicyFigures:
    figures: dict[str, Any] = {name: getattr(kept.policy, name) for name in names}
    if "weights" in figures:
        figures["weights"] = dict(figures["weights"])
    # What stands in the tables is shown, also what would not be taken any more.
    return PolicyFigures.model_construct(**figures)


def _no_shop() -> Never:
    raise RefusedError(ErrorCode.NOT_FOUND, "There is no such shop.")
