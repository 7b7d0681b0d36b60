"""Makes, shows, changes and closes a shop's sites; gives them other keys and secrets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Never, Protocol
from uuid import UUID

from pydantic import JsonValue

from services.gateway.domain.invitation_rules import fault_of
from services.gateway.domain.site_rules import (
    CONTRAST_MIN,
    contrast,
    normal_languages,
    normal_origins,
)
from services.gateway.usecases.create_site import fresh_key, fresh_secret
from services.gateway.usecases.ports import NewSite, Site as KeptSite, Turn
from shared.contracts.changes import Change, Once
from shared.contracts.claims import Principal
from shared.contracts.invitations import InvitationRule
from shared.contracts.sites import Colours, NewSite as AskedSite, Site, SiteChange, SiteMade
from shared.kernel.addresses import may_name
from shared.kernel.errors import ErrorCode, RefusedError

CLEARABLE = frozenset({"colours", "jwks", "jwks_url", "token_issuer", "token_audience"})
"""What null takes away; of any other field it says nothing."""


class SiteBook(Protocol):
    """Where sites are kept. Each method is one transaction, with the record of its change."""

    async def add(
        self, caller: Principal, new: NewSite, look: Mapping[str, Any], once: Once
    ) -> tuple[Site, bool]:
        """Make a site; return it, and whether it is new: a repeated request gets the first one."""
        ...

    async def find(self, caller: Principal, site_id: UUID) -> Site | None:
        """Return a site of the caller's shop."""
        ...

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[Site]:
        """Return sites of the caller's shop after an id."""
        ...

    async def change(
        self, caller: Principal, site_id: UUID, fields: Mapping[str, Any]
    ) -> Site | None:
        """Set the fields; None: there is no such site."""
        ...

    async def rotate(
        self, caller: Principal, site_id: UUID, turn: Turn, once: Once
    ) -> tuple[Site, bool] | None:
        """Put in a fresh key or secret; the flag tells a repeated request. None: no such site."""
        ...

    async def changes(self, caller: Principal, before: UUID | None, limit: int) -> Sequence[Change]:
        """Return what was changed of the shop's sites, newest first."""
        ...


class ManageSites:
    """Asks the router first, each time, whether the caller may still administer its shop.

    `changed` is called after each change that a hello must not miss.
    """

    def __init__(
        self,
        sites: SiteBook,
        stands: Callable[[Principal], Awaitable[bool]],
        new_id: Callable[[], UUID],
        key_set_fault: Callable[[object], str | None],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._changed = changed
        self._sites = sites
        self._stands = stands
        self._new_id = new_id
        self._key_set_fault = key_set_fault

    async def let_in(self, caller: Principal) -> Principal:
        """Return a caller who may administer its shop now.

        Raises:
            RefusedError: NOT_SIGNED_IN, it may not any more, or there is no such shop;
                ROUTING_UNAVAILABLE, nobody can say.
        """
        if not await self._stands(caller):
            raise RefusedError(
                ErrorCode.NOT_SIGNED_IN,
                "Sign in again: there is no such shop, or this sign-in may not administer it.",
            )
        return caller

    async def create(self, caller: Principal, asked: AskedSite, once: Once) -> SiteMade:
        """Make a site.

        Raises:
            RefusedError: INVALID_REQUEST, with what is wrong.
        """
        fields = _checked(asked.model_dump(mode="json"))
        self._check_keys(fields)
        site_id = self._new_id()
        kept = KeptSite(
            key=fresh_key(caller.shop_id, site_id),
            customer_secret=fresh_secret(),
            origins=tuple(fields["origins"]),
        )
        new = NewSite(site_id, caller.shop_id, asked.name, kept)
        site, is_new = await self._sites.add(caller, new, fields, once)
        return SiteMade(**dict(site), customer_secret=kept.customer_secret if is_new else None)

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[Site]:
        """Return sites of the caller's shop, after an id."""
        return await self._sites.page(caller, after, limit)

    async def show(self, caller: Principal, site_id: UUID) -> Site:
        """Return a site.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        return await self._sites.find(caller, site_id) or _no_site()

    async def change(self, caller: Principal, site_id: UUID, change: SiteChange) -> Site:
        """Change a site and return it as it is now.

        Raises:
            RefusedError: NOT_FOUND; INVALID_REQUEST, with what is wrong.
        """
        fields = change.model_dump(mode="json", exclude_none=True)
        for name in CLEARABLE & change.model_fields_set:
            fields[name] = fields.get(name)
        for name, other in (("jwks", "jwks_url"), ("jwks_url", "jwks")):
            if fields.get(name) is not None and other not in fields:
                fields[other] = None  # the keys are here or there
        checked = _checked(fields)
        self._check_keys(checked)
        site = await self._sites.change(caller, site_id, checked) or _no_site()
        self._changed()
        return site

    async def rotate_key(
        self, caller: Principal, site_id: UUID, keep_old_ms: int, once: Once
    ) -> Site:
        """Give a site another key; the old one lets pages in for so long yet.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        turn = Turn("key", fresh_key(caller.shop_id, site_id), keep_old_ms)
        site, _ = await self._sites.rotate(caller, site_id, turn, once) or _no_site()
        self._changed()
        return site

    async def rotate_secret(
        self, caller: Principal, site_id: UUID, keep_old_ms: int, once: Once
    ) -> SiteMade:
        """Give a site another secret; tokens under the old one are good for so long yet.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        turn = Turn("customer_secret", fresh_secret(), keep_old_ms)
        site, is_new = await self._sites.rotate(caller, site_id, turn, once) or _no_site()
        self._changed()
        return SiteMade(**dict(site), customer_secret=turn.fresh if is_new else None)

    def _check_keys(self, fields: Mapping[str, Any]) -> None:
        jwks, url = fields.get("jwks"), fields.get("jwks_url")
        fault = None if jwks is None else self._key_set_fault(jwks)
        if fault is not None:
            fault = f"jwks: {fault}."
        elif jwks is not None and url is not None:
            fault = "give jwks or jwks_url, not both."
        elif url is not None and not may_name(url):
            fault = (
                "jwks_url is an https address without a user, such as https://shop.example/jwks."
            )
        if fault is not None:
            raise RefusedError(ErrorCode.INVALID_REQUEST, fault)

    async def changes(self, caller: Principal, before: UUID | None, limit: int) -> Sequence[Change]:
        """Return what was changed of the shop's sites, newest first."""
        return await self._sites.changes(caller, before, limit)


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields in their usual spelling.

    Raises:
        RefusedError: INVALID_REQUEST, with what is wrong.
    """
    checked = dict(fields)
    if "origins" in fields:
        checked["origins"] = _or_refuse(
            normal_origins(fields["origins"]),
            "origins are pages such as https://shop.example, without a path (http is for "
            'localhost alone); or "*" alone, for any page.',
        )
    if "languages" in fields:
        checked["languages"] = _or_refuse(
            normal_languages(fields["languages"]),
            "languages are BCP 47 tags, such as en or pt-BR.",
        )
    _check_invitations(fields.get("invitations", ()))
    if fields.get("colours") is not None:
        _check_contrast(Colours(**fields["colours"]))
    return checked


def _check_invitations(rules: Sequence[Mapping[str, Any]]) -> None:
    fault = fault_of([InvitationRule(**rule) for rule in rules])
    if fault is not None:
        raise RefusedError(ErrorCode.INVALID_REQUEST, fault)


def _or_refuse(normal: tuple[str, ...] | None, sentence: str) -> JsonValue:
    if normal is None:
        raise RefusedError(ErrorCode.INVALID_REQUEST, sentence)
    return list(normal)


def _check_contrast(colours: Colours) -> None:
    ratio = contrast(colours.accent, colours.text)
    if ratio < CONTRAST_MIN:
        raise RefusedError(
            ErrorCode.INVALID_REQUEST,
            f"colours.text on colours.accent has a contrast of {ratio:.2f}:1; text that people "
            f"can read has {CONTRAST_MIN}:1 at least.",
        )


def _no_site() -> Never:
    raise RefusedError(ErrorCode.NOT_FOUND, "There is no such site.")
