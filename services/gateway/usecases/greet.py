"""Lets a customer in: site, page, identity and session; then finds what the customer missed."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, NoReturn
from uuid import UUID

from services.gateway.domain.answers import Found
from services.gateway.domain.invitations import Invitable
from services.gateway.domain.keys import (
    Named,
    digest,
    read_session_token,
    read_site_key,
    session_token,
)
from services.gateway.domain.origins import origin_allowed
from services.gateway.domain.proofs import secret_proof
from services.gateway.domain.refusals import sentence
from services.gateway.usecases.ports import (
    ItemStore,
    OpenedSession,
    SessionStore,
    SessionWish,
    Site,
    SiteFinder,
)
from services.gateway.usecases.read_items import CUSTOMER_PAGE, fitting, visible_page
from shared.contracts.frames import Hello
from shared.contracts.hours import ShopHours
from shared.contracts.items import CustomerRef, Item
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Visibility

NO_SITE: Final = UUID(int=0)

VerifyCustomer = Callable[[str, str], CustomerRef]
"""(token, the site's secret) -> who the shop says it is; raises RefusedError."""
VerifyByKeys = Callable[[str, UUID, UUID], Awaitable[tuple[CustomerRef, bytes]]]
"""(token, shop, site) -> who the shop says it is, and the proof of the key that it said it with."""


KnowHours = Callable[[UUID], Awaitable[ShopHours | None]]
"""(shop) -> whether it is open; None: nobody knows just now."""


async def _unknown(_shop_id: UUID) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Greeter:
    """What greeting needs."""

    sites: SiteFinder
    sessions: SessionStore
    items: ItemStore
    verify: VerifyCustomer
    verify_by_keys: VerifyByKeys
    new_id: Callable[[], UUID]
    new_secret: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Greeting:
    """A customer let in.

    Attributes:
        named_id: an earlier conversation whose end may not be known yet.
        reset: the hello says that the client holds what is not there.
        proof: which of the site's keys or secrets said who the customer is; None: nobody did.
    """

    shop_id: UUID
    session: OpenedSession
    token: str
    after_seq: int
    named_id: UUID | None = None
    named_after_seq: int = 0
    reset: bool = False
    site_id: UUID = NO_SITE
    proof: bytes | None = None


KnowInvitable = Callable[[Greeting], Awaitable[Invitable | None]]
"""What a customer who is let in may be invited by; None: the site invites nobody."""


async def _nobody_invites(_greeting: Greeting) -> None:
    return None


async def greet(hello: Hello, origin: str | None, needs: Greeter) -> Greeting:
    """Let a customer in.

    Raises:
        RefusedError: UNKNOWN_SITE, ORIGIN_REFUSED, BAD_CUSTOMER_TOKEN or UNKNOWN_SESSION.
    """
    named = read_site_key(hello.site_key) or _refuse(ErrorCode.UNKNOWN_SITE)
    site = await _find_site(named, hello, needs.sites)
    if not origin_allowed(origin, site.origins):
        _refuse(ErrorCode.ORIGIN_REFUSED)
    token = hello.customer_token
    customer, proof = await _verified(token, site, named, needs) if token else (None, None)
    new_session_id, secret = needs.new_id(), needs.new_secret()
    fresh_token = session_token(named.shop_id, new_session_id, secret)
    wish = SessionWish(
        shop_id=named.shop_id,
        site_id=named.id,
        session_id=_session_of(hello, named.shop_id),
        digest=digest(hello.session_token) if hello.session_token else None,
        new_digest=digest(fresh_token),
        new_session_id=new_session_id,
        customer=customer,
        proof=proof,
        locale=hello.locale,
    )
    opened = await needs.sessions.open(wish) or _refuse(ErrorCode.UNKNOWN_SESSION)
    if opened.is_new or hello.session_token is None:
        holds = _holds_something(hello)
        greeting = Greeting(named.shop_id, opened, fresh_token, 0, reset=holds)
    else:
        greeting = _resumed(hello, hello.session_token, named.shop_id, opened)
    return replace(greeting, site_id=named.id, proof=proof)


async def catch_up(
    greeting: Greeting,
    items: ItemStore,
    hours: KnowHours = _unknown,
    is_free: Callable[[UUID], bool] = lambda _: False,
    invitable: KnowInvitable = _nobody_invites,
) -> Found:
    """Return what a greeted customer has not seen. Call it once the conversation is followed."""
    session = greeting.session
    page = None
    left_over: tuple[Item, ...] | None = ()
    if session.conversation_id is not None:
        page = await visible_page(
            greeting.shop_id, session.conversation_id, greeting.after_seq, items, CUSTOMER_PAGE
        )
        if greeting.named_id is not None:
            left_over = await _left_over(
                greeting, greeting.named_id, session.conversation_id, items
            )
    reset = greeting.reset or left_over is None
    rest = fitting(left_over or ())
    seen = tuple(item for item in rest if item.visibility is Visibility.EVERYONE)
    return Found(
        session_id=session.session_id,
        session_token=greeting.token,
        epoch=session.epoch,
        conversation_id=session.conversation_id,
        last_seq=page.last_seq if page else 0,
        through_seq=page.through_seq if page else 0,
        items=seen + (page.items if page else ()),
        reset=reset,
        hours=await hours(greeting.shop_id),
        agents_available=is_free(greeting.shop_id),
        invitable=await invitable(greeting),
    )


async def _left_over(
    greeting: Greeting, named_id: UUID, latest_id: UUID, items: ItemStore
) -> tuple[Item, ...] | None:
    """Return what is left of an earlier conversation; None when it is not as the hello says."""
    shop_id, session_id = greeting.shop_id, greeting.session.session_id
    reach = await items.reach_in_session(shop_id, session_id, named_id)
    if reach is None or greeting.named_after_seq > reach:
        return None
    return await items.left_over(shop_id, session_id, named_id, greeting.named_after_seq, latest_id)


async def _find_site(named: Named, hello: Hello, sites: SiteFinder) -> Site:
    resumed = read_session_token(hello.session_token) if hello.session_token else None
    site = await sites.find(named.shop_id, named.id, resumed.id if resumed else None)
    if site is None or (site.closed and not site.under_way):
        _refuse(ErrorCode.UNKNOWN_SITE)
    good = (key for key in (site.key, site.old_key) if key is not None)
    if not any(hmac.compare_digest(key, hello.site_key) for key in good):
        _refuse(ErrorCode.UNKNOWN_SITE)
    return site


async def _verified(
    token: str, site: Site, named: Named, needs: Greeter
) -> tuple[CustomerRef, bytes]:
    """Read a customer token by the secrets in force, or else by the site's public keys.

    What the token calls its algorithm decides nothing: a secret verifies HS256 alone, and a public
    key what it is made for.
    """
    for secret in filter(None, (site.customer_secret, site.old_secret)):
        with suppress(RefusedError):
            return needs.verify(token, secret), secret_proof(secret)
    return await needs.verify_by_keys(token, named.shop_id, named.id)


def _session_of(hello: Hello, shop_id: UUID) -> UUID | None:
    if hello.session_token is None:
        return None
    named = read_session_token(hello.session_token)
    if named is None or named.shop_id != shop_id:
        _refuse(ErrorCode.UNKNOWN_SESSION)  # another shop's is as unknown as none
    return named.id


def _resumed(hello: Hello, token: str, shop_id: UUID, opened: OpenedSession) -> Greeting:
    """Place the client's `last_seq`: in the latest conversation, or in the earlier one it names."""
    if hello.epoch not in {None, opened.epoch}:
        return Greeting(shop_id, opened, token, 0, reset=True)
    if opened.conversation_id is None:
        return Greeting(shop_id, opened, token, 0, reset=_holds_something(hello))
    if hello.conversation_id not in {None, opened.conversation_id}:
        return Greeting(shop_id, opened, token, 0, hello.conversation_id, hello.last_seq)
    if hello.last_seq > opened.last_seq:
        return Greeting(shop_id, opened, token, 0, reset=True)
    return Greeting(shop_id, opened, token, hello.last_seq)


def _holds_something(hello: Hello) -> bool:
    """Return whether the client holds items, which cannot be of this session."""
    return hello.conversation_id is not None or hello.last_seq > 0


def _refuse(code: ErrorCode) -> NoReturn:
    raise RefusedError(code, sentence(code))
